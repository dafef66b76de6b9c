import { type KeyObject, createHash, createPublicKey } from 'node:crypto'
import { type KeyAlgorithm, algorithmOf } from '@bulkhead/envelope'
import { decodeExact } from './exact-base64.ts'

/**
 * What a key signs (C2SP signed-note, Signature types): notes, by Ed25519 or by ECDSA over SHA-256, or
 * timestamped cosignatures.
 */
export const NOTE_TYPES = { note: 0x01, 'ecdsa-note': 0x02, cosignature: 0x04 } as const
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

const NOTE_TYPE_OF: Readonly<Record<KeyAlgorithm, NoteType>> = {
  ed25519: 'note',
  'ecdsa-p256': 'ecdsa-note',
}

/**
 * The key under a name, for notes.
 * @throws TypeError when notes cannot carry such a name, or know no such key
 */
export function noteKey(name: string, publicKey: KeyObject): NoteKey {
  const algorithm = algorithmOf(publicKey)
  if (algorithm === undefined) throw new TypeError('notes know no such key')
  return keyOf(name, publicKey, NOTE_TYPE_OF[algorithm])
}

/** The Ed25519 key of a witness under its name. @throws TypeError as {@link noteKey} */
export function witnessKey(name: string, publicKey: KeyObject): NoteKey {
  if (algorithmOf(publicKey) !== 'ed25519') throw new TypeError('a witness signs with Ed25519')
  return keyOf(name, publicKey, 'cosignature')
}

function keyOf(name: string, publicKey: KeyObject, type: NoteType): NoteKey {
  if (!KEY_NAME.test(name))
    throw new TypeError(`not a name for a note key: ${JSON.stringify(name)}`)
  return { name, id: keyId(name, type, materialOf(type, publicKey)), type, publicKey }
}

/** How a key is written down: 32 bytes for Ed25519, its SubjectPublicKeyInfo for ECDSA. */
function materialOf(type: NoteType, publicKey: KeyObject): Buffer {
  const der = publicKey.export({ format: 'der', type: 'spki' })
  return type === 'ecdsa-note' ? der : der.subarray(SPKI_PREFIX.byteLength)
}

/**
 * The first four bytes of SHA-256 over name, newline, type and key; for ECDSA over the key alone (C2SP
 * signed-note, Signatures and Signature types).
 */
function keyId(name: string, type: NoteType, material: Buffer): string {
  const hash = createHash('sha256')
  if (type !== 'ecdsa-note') hash.update(`${name}\n`).update(Buffer.from([NOTE_TYPES[type]]))
  return hash.update(material).digest('hex').slice(0, 8)
}

/** A verifier key as one line: `<name>+<id>+<base64 of type and key>`. */
export function writeVerifierKey({ name, id, type, publicKey }: NoteKey): string {
  const material = Buffer.concat([Buffer.from([NOTE_TYPES[type]]), materialOf(type, publicKey)])
  return `${name}+${id}+${material.toString('base64')}`
}

/** Reads a verifier key; undefined when it is none, or its id is not that of its key. */
export function readVerifierKey(line: string): NoteKey | undefined {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(line) ?? []
  if (name === undefined || encoded === undefined || !KEY_NAME.test(name)) return undefined
  const bytes = decodeExact(encoded)
  const type = typeOf(bytes?.[0])
  const material = bytes?.subarray(1)
  if (material === undefined || type === undefined) return undefined
  const publicKey = publicKeyOf(type, material)
  return publicKey !== undefined && keyId(name, type, material) === id
    ? { name, id, type, publicKey }
    : undefined
}

const typeOf = (byte: number | undefined): NoteType | undefined =>
  TYPES.find((type) => NOTE_TYPES[type] === byte)
const TYPES = ['note', 'ecdsa-note', 'cosignature'] as const

function publicKeyOf(type: NoteType, material: Buffer): KeyObject | undefined {
  if (type === 'ecdsa-note') return ecdsaKeyOf(material)
  if (material.byteLength !== RAW_BYTES) return undefined
  const der = Buffer.concat([SPKI_PREFIX, material])
  return createPublicKey({ key: der, format: 'der', type: 'spki' })
}

/** Only in the one spelling that the key itself is written in. */
function ecdsaKeyOf(key: Buffer): KeyObject | undefined {
  try {
    const read = createPublicKey({ key, format: 'der', type: 'spki' })
    const same = read.export({ format: 'der', type: 'spki' }).equals(key)
    return same && algorithmOf(read) === 'ecdsa-p256' ? read : undefined
  } catch {
    return undefined
  }
}
