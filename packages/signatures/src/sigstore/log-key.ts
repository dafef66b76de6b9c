import { type KeyObject, verify } from 'node:crypto'

/** The public key of a transparency log, pinned by the trusted root. */
export interface LogKey {
  readonly key: KeyObject
  /** From when to when the log was in service, in milliseconds since the epoch. */
  readonly from: number
  readonly until: number
}

/** Pinned logs by their identifiers, in lower-case hex. */
export type LogKeys = ReadonlyMap<string, LogKey>

/** Whether the log signed these bytes: ECDSA in DER over SHA-256, or Ed25519. */
export function logSigned({ key }: LogKey, data: Buffer, signature: Buffer): boolean {
  try {
    return verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', data, key, signature)
  } catch {
    return false
  }
}

/** @param time milliseconds since the epoch */
export const wasInService = ({ from, until }: Pick<LogKey, 'from' | 'until'>, time: number) =>
  from <= time && time <= until
