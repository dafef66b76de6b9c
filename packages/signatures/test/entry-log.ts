import { createHash, sign } from 'node:crypto'
import { pem } from './der.ts'
import type { Holder } from './pki.ts'
import { LOGGED, logIdOf } from './sigstore.ts'

/** The canonical body of a hashedrekord entry. */
export function entryBody(data: Buffer, signature: Buffer, certificate: Holder): Buffer {
  const value = createHash('sha256').update(data).digest('hex')
  const content = Buffer.from(pem('CERTIFICATE', certificate.der)).toString('base64')
  const spec = {
    data: { hash: { algorithm: 'sha256', value } },
    signature: { content: signature.toString('base64'), publicKey: { content } },
  }
  return Buffer.from(JSON.stringify({ apiVersion: '0.0.1', kind: 'hashedrekord', spec }))
}

export interface LogRequest {
  readonly log: Holder
  /** Seconds. */
  readonly at?: number
  /** Entries of the tree, of which ours is at `place`. */
  readonly size?: number
  readonly place?: number
  readonly checkpointBy?: Holder | null
  readonly checkpointText?: (text: string) => string
  readonly withInclusion?: boolean
}

/** An entry as the log would answer for it. */
export interface Logged {
  readonly logId: Buffer
  readonly logIndex: number
  readonly at: number
  readonly promise: Buffer
  readonly proof:
    | {
        readonly place: number
        readonly size: number
        readonly root: Buffer
        readonly path: readonly Buffer[]
        readonly checkpoint: string
      }
    | undefined
  readonly body: Buffer
}

export function logBody(body: Buffer, request: LogRequest): Logged {
  const { log, at = LOGGED, size = 11, place = 6, withInclusion = true } = request
  const logId = logIdOf(log)
  const logIndex = place + 1_000
  const promised = {
    body: body.toString('base64'),
    integratedTime: at,
    logID: logId.toString('hex'),
    logIndex,
  }
  const promise = sign('sha256', Buffer.from(JSON.stringify(promised)), log.privateKey)
  const leaves = Array.from({ length: size }, (_, index) =>
    index === place ? body : Buffer.from(`entry ${index}`),
  )
  const root = treeHash(leaves)
  const { checkpointBy = log, checkpointText = (text) => text } = request
  const text = checkpointText(`log.example.test - 1\n${size}\n${root.toString('base64')}\n`)
  const checkpoint = checkpointBy === null ? '' : note(text, checkpointBy)
  const proof = { place, size, root, path: pathOf(place, leaves), checkpoint }
  return { logId, logIndex, at, promise, proof: withInclusion ? proof : undefined, body }
}

function note(text: string, by: Holder): string {
  const signature = sign('sha256', Buffer.from(text), by.privateKey)
  const line = Buffer.concat([logIdOf(by).subarray(0, 4), signature]).toString('base64')
  return `${text}\n\u2014 log.example.test ${line}\n`
}

const sha256 = (...parts: readonly Buffer[]) =>
  createHash('sha256').update(Buffer.concat(parts)).digest()
/** RFC 6962 §2.1: the largest power of two below the size. */
const half = (size: number): number => 2 ** Math.floor(Math.log2(size - 1))

function treeHash(leaves: readonly Buffer[]): Buffer {
  const [only = Buffer.alloc(0)] = leaves
  if (leaves.length === 1) return sha256(Buffer.of(0), only)
  const cut = half(leaves.length)
  return sha256(Buffer.of(1), treeHash(leaves.slice(0, cut)), treeHash(leaves.slice(cut)))
}

function pathOf(place: number, leaves: readonly Buffer[]): readonly Buffer[] {
  if (leaves.length === 1) return []
  const cut = half(leaves.length)
  return place < cut
    ? [...pathOf(place, leaves.slice(0, cut)), treeHash(leaves.slice(cut))]
    : [...pathOf(place - cut, leaves.slice(cut)), treeHash(leaves.slice(0, cut))]
}

const varint = (value: number): Buffer =>
  value < 128
    ? Buffer.of(value)
    : Buffer.concat([Buffer.of((value % 128) + 128), varint(Math.floor(value / 128))])
const number = (field: number, value: number) => Buffer.concat([varint(field * 8), varint(value)])
const bytes = (field: number, ...parts: readonly Buffer[]) => {
  const body = Buffer.concat(parts)
  return Buffer.concat([varint(field * 8 + 2), varint(body.length), body])
}

/** The entry as gitsign embeds it: protobuf without its body. */
export function embedded(
  { logId, logIndex, at, promise, proof }: Logged,
  { version = '0.0.1' } = {},
): Buffer {
  const inclusion = proof && [
    bytes(
      6,
      number(1, proof.place),
      bytes(2, proof.root),
      number(3, proof.size),
      ...proof.path.map((hash) => bytes(4, hash)),
      ...(proof.checkpoint === '' ? [] : [bytes(5, bytes(1, Buffer.from(proof.checkpoint)))]),
    ),
  ]
  return Buffer.concat([
    number(1, logIndex),
    bytes(2, bytes(1, logId)),
    bytes(3, bytes(1, Buffer.from('hashedrekord')), bytes(2, Buffer.from(version))),
    number(4, at),
    bytes(5, bytes(1, promise)),
    ...(inclusion ?? []),
  ])
}

/** The entry as the log's API answers. */
export const apiAnswer = ({ logId, logIndex, at, promise, proof, body }: Logged): object => ({
  body: body.toString('base64'),
  integratedTime: at,
  logID: logId.toString('hex'),
  logIndex,
  verification: {
    signedEntryTimestamp: promise.toString('base64'),
    ...(proof && {
      inclusionProof: {
        logIndex: proof.place,
        treeSize: proof.size,
        rootHash: proof.root.toString('hex'),
        hashes: proof.path.map((hash) => hash.toString('hex')),
        checkpoint: proof.checkpoint,
      },
    }),
  },
})
