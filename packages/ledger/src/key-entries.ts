import {
  type Shape,
  type TrustedKey,
  count,
  objectOf,
  objectWith,
  parsePublicKey,
  readShape,
  text,
  textLike,
} from '@bulkhead/envelope'
import { InputError } from '@bulkhead/vocabulary'
import type { EntryDraft } from './entry.ts'

/** Data of `key.rotated`: a new key takes the place of an old one, from the next entry on. */
export interface Rotation {
  /** Id of the old key. */
  readonly old: string
  /** What findings and records call the new one. */
  readonly name: string
  /** Its SPKI PEM. */
  readonly publicKey: string
}

/** Data of `key.revoked`: a key signs nothing more. */
export interface Revocation {
  /** Its id. */
  readonly key: string
  /** The first index that it could not sign; default: the entry after this one. */
  readonly from?: number
  readonly reason?: string
}

/**
 * Data of `key.acknowledged`: somebody has looked at what the end of a key in the past took back. Those
 * entries still do not count, and are still named; they no longer keep the log from verifying.
 */
export interface Acknowledgement {
  /** Index of the entry that revoked the key. */
  readonly revocation: number
  readonly reason: string
}

const keyId: Shape<string> = textLike(/^sha256:[0-9a-f]{64}$/, 'sha256:<64 hex digits>')
const keyName: Shape<string> = textLike(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,126}$/, 'the name of a key')

const rotationShape = objectOf<Rotation>({ old: keyId, name: keyName, publicKey: text })
const revocationShape = objectWith({ key: keyId }, { from: count, reason: text })

const acknowledgementShape = objectOf<Acknowledgement>({ revocation: count, reason: text })

export function acknowledgementOf(data: EntryDraft['data']): Acknowledgement | undefined {
  const read = readShape(acknowledgementShape, data)
  return read.kind === 'read' && read.value.reason.trim() !== '' ? read.value : undefined
}

export function revocationOf(data: EntryDraft['data']): Revocation | undefined {
  const read = readShape(revocationShape, data)
  return read.kind === 'read' ? read.value : undefined
}

/** Undefined also when what it introduces is no key that can sign. */
export function rotationOf(data: EntryDraft['data']): Rotation | undefined {
  const read = readShape(rotationShape, data)
  return read.kind === 'read' && isKey(read.value) ? read.value : undefined
}

/**
 * The public key of a ledger: Ed25519, or ECDSA P-256 where a key service signs no long Ed25519 messages.
 * @throws InputError `usage/wrong-key`
 */
export const parseLogKey = (pem: Uint8Array | string, name: string): TrustedKey =>
  parsePublicKey(pem, name, ['ed25519', 'ecdsa-p256'])

function isKey({ name, publicKey }: Rotation): boolean {
  try {
    return parseLogKey(publicKey, name).name === name
  } catch (error) {
    if (error instanceof InputError) return false
    throw error
  }
}
