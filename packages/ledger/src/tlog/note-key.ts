import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { decodeExact } from './exact-base64.ts'

/** What a key signs (C2SP signed-note, Signature types): notes, or timestamped cosignatures. */
export const NOTE_TYPES = { note: 0x01, cosignature: 0x04 } as const
export type NoteType = keyof typeof NOTE_TYPES

/** A key as notes know it. Name and id together say which key and algorithm signed a line. */
export interface NoteKey {
  readonly name: string
  /** Eight hex digits: a hint, no strong hash. */
  readonly id: string
  readonly type: NoteType
  readonly publicKey: KeyObject
}

const RAW_BYTES = 32
/** SubjectPublicKeyInfo of Ed25519 up to the key itself (RFC 8410 §4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
export const KEY_NAME = /^[^\s+\p{Z}\p{Cc}]+$/u

/** The Ed25519 key under a name. @throws TypeError when notes cannot carry such a name */
export function noteKey(name: string, publicKey: KeyObject, type: NoteType = 'note'): NoteKey {
  if (!KEY_NAME.test(name))
    throw new TypeError(`not a name for a note key: ${JSON.stringify(name)}`)
  const material = Buffer.concat([Buffer.from([NOTE_TYPES[type]]), rawKey(publicKey)])
  return { name, id: keyId(name, material), type, publicKey }
}

const rawKey = (publicKey: KeyObject): Buffer =>
  publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.byteLength)

/** The first four bytes of SHA-256 over name, newline, type and key (C2SP signed-note, Signatures). */
const keyId = (name: string, material: Buffer): string =>
  createHash('sha256').update(`${name}\n`).update(material).digest('hex').slice(0, 8)

/** A verifier key as one line: `<name>+<id>+<base64 of type and key>`. */
export function writeVerifierKey({ name, id, type, publicKey }: NoteKey): string {
  const material = Buffer.concat([Buffer.from([NOTE_TYPES[type]]), rawKey(publicKey)])
  return `${name}+${id}+${material.toString('base64')}`
}

/** Reads a verifier key; undefined when it is none, or its id is not that of its key. */
export function readVerifierKey(line: string): NoteKey | undefined {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(line) ?? []
  if (name === undefined || encoded === undefined || !KEY_NAME.test(name)) return undefined
  const material = decodeExact(encoded)
  const type = typeOf(material?.[0])
  if (material?.byteLength !== RAW_BYTES + 1 || type === undefined) return undefined
  if (keyId(name, material) !== id) return undefined
  const der = Buffer.concat([SPKI_PREFIX, material.subarray(1)])
  return { name, id, type, publicKey: createPublicKey({ key: der, format: 'der', type: 'spki' }) }
}

function typeOf(byte: number | undefined): NoteType | undefined {
  if (byte === NOTE_TYPES.note) return 'note'
  return byte === NOTE_TYPES.cosignature ? 'cosignature' : undefined
}
