import { createHash, sign } from 'node:crypto'
import { bare, node, octets, pem, sequence } from './der.ts'
import {
  type CertificateRequest,
  type Holder,
  PURPOSE,
  authority,
  extension,
  issue,
  makeRoot,
  purposes,
  usage,
} from './pki.ts'
import { RECEIPT } from './stage.ts'

/** A Sigstore instance of our own: an authority, a log of certificates, a log of entries. */
export interface Sigstore {
  readonly root: Holder
  readonly issuer: Holder
  readonly certificateLog: Holder
  readonly entryLog: Holder
}

export const ISSUER = 'https://issuer.example.test'
/** When everything is signed and logged unless a test says otherwise, in seconds. */
export const LOGGED = RECEIPT / 1_000 - 3_600

/** Logs have keys; a self-signed certificate is how these tests hold one. */
const makeLog = (commonName: string): Holder => issue({ commonName })

export function makeSigstore(): Sigstore {
  const root = makeRoot('sigstore', { kind: 'p384', extensions: [authority(), usage(5, 6)] })
  const issuer = issue({
    commonName: 'sigstore-intermediate',
    kind: 'p384',
    issuer: root,
    notAfter: Date.UTC(2035, 0, 1),
    extensions: [authority(0), usage(5, 6), purposes(PURPOSE.code)],
  })
  return { root, issuer, certificateLog: makeLog('ct'), entryLog: makeLog('rekor') }
}

export const logIdOf = ({ publicKeyInfo }: Holder): Buffer =>
  createHash('sha256').update(publicKeyInfo).digest()

/** When a part of the trusted root was in service. */
export interface Service {
  readonly start?: string
  readonly end?: string
}

export interface Services {
  readonly authority?: Service
  readonly certificateLog?: Service
  readonly entryLog?: Service
}

/** `trusted_root.json` of an instance. */
export function trustedRootOf(sigstore: Sigstore, services: Services = {}): object {
  const period = ({ start = '2026-01-01T00:00:00Z', end }: Service = {}) => ({
    validFor: { start, ...(end === undefined ? {} : { end }) },
  })
  const log = (holder: Holder, service?: Service) => ({
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: holder.publicKeyInfo.toString('base64'), ...period(service) },
    logId: { keyId: logIdOf(holder).toString('base64') },
  })
  const certificates = [sigstore.issuer, sigstore.root].map(({ der }) => ({
    rawBytes: der.toString('base64'),
  }))
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [log(sigstore.entryLog, services.entryLog)],
    certificateAuthorities: [{ certChain: { certificates }, ...period(services.authority) }],
    ctlogs: [log(sigstore.certificateLog, services.certificateLog)],
  }
}

export interface IdentityRequest {
  /** Undefined: the certificate says nobody. */
  readonly issuer?: string | undefined
  readonly issuerV2?: string | undefined
  readonly names?: readonly Buffer[]
  readonly extensions?: readonly Buffer[]
  readonly more?: Partial<CertificateRequest>
  /** Who logs the certificate; null: nobody. Default: the instance's log. */
  readonly loggedBy?: Holder | null
  readonly loggedAt?: number
}

/** A certificate for minutes, as Fulcio issues it. */
export function certify(
  { issuer, certificateLog }: Sigstore,
  identity: string,
  request: IdentityRequest = {},
): Holder {
  const { loggedBy = certificateLog, loggedAt = LOGGED * 1_000, more = {} } = request
  const stated = 'issuer' in request ? request.issuer : ISSUER
  const second = 'issuerV2' in request ? request.issuerV2 : stated
  const { names = [bare(identity.includes('://') ? 6 : 1, identity)] } = request
  const extensions = [
    usage(0),
    purposes(PURPOSE.code),
    extension('2.5.29.17', sequence(...names), true),
    ...(stated === undefined ? [] : [extension(FULCIO.issuer, Buffer.from(stated))]),
    ...(second === undefined ? [] : [extension(FULCIO.issuerV2, node(0x0c, Buffer.from(second)))]),
    ...(request.extensions ?? []),
  ]
  const base = {
    commonName: 'fulcio',
    issuer,
    serial: 4_242,
    notBefore: LOGGED * 1_000 - 60_000,
    notAfter: LOGGED * 1_000 + 540_000,
    ...more,
  }
  const before = issue({ ...base, extensions })
  if (loggedBy === null) return before
  const timestamp = timestampOf(before, issuer, loggedBy, loggedAt)
  return issue({ ...base, keysOf: before, extensions: [...extensions, timestamp] })
}

const FULCIO = { issuer: '1.3.6.1.4.1.57264.1.1', issuerV2: '1.3.6.1.4.1.57264.1.8' } as const

function unsigned(value: number | bigint, width: number): Buffer {
  return Buffer.from(value.toString(16).padStart(width * 2, '0'), 'hex')
}

/** RFC 6962 §3.2 and §3.3. */
function timestampOf(before: Holder, issuer: Holder, log: Holder, at: number): Buffer {
  const time = unsigned(at, 8)
  const keyHash = createHash('sha256').update(issuer.publicKeyInfo).digest()
  const entry = [keyHash, unsigned(before.tbs.length, 3), before.tbs, unsigned(0, 2)]
  const data = Buffer.concat([Buffer.of(0, 0), time, Buffer.of(0, 1), ...entry])
  const signature = sign('sha256', data, log.privateKey)
  const signed = [Buffer.of(4, 3), unsigned(signature.length, 2), signature]
  const one = Buffer.concat([Buffer.of(0), logIdOf(log), time, unsigned(0, 2), ...signed])
  const list = Buffer.concat([unsigned(one.length + 2, 2), unsigned(one.length, 2), one])
  return extension('1.3.6.1.4.1.11129.2.4.2', octets(list))
}

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
