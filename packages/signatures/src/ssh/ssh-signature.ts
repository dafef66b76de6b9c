import { type Reading, read, refuse } from '../refusal.ts'
import { WireReader } from './wire-reader.ts'

/** A signature as SSH writes it anywhere (RFC 4253 §6.6, PROTOCOL.u2f). */
export interface BareSignature {
  /** Algorithm of the signature, e.g. `rsa-sha2-512`. */
  readonly algorithm: string
  /** The signature itself, in the form of its algorithm. */
  readonly signature: Buffer
  /** What a security key says beside it; undefined for every other algorithm. */
  readonly token: TokenStatement | undefined
}

/** An SSHSIG blob (OpenSSH, PROTOCOL.sshsig §3), version 1. */
export interface SshSignature extends BareSignature {
  /** The key that signed, chosen by the signer: means nothing until the policy knows it. */
  readonly keyBlob: Buffer
  readonly namespace: string
  readonly hash: 'sha256' | 'sha512'
}

/** PROTOCOL.u2f: signed together with the data. */
export interface TokenStatement {
  readonly touched: boolean
  /** Flags and counter as they stand in what is signed. */
  readonly bytes: Buffer
}

/** Larger than any RSA-16384 signature with its key. */
const MAX_ARMOR = 16 * 1024
/** Of the flags of a token (WebAuthn §6.1): somebody touched it. */
const USER_PRESENT = 0x01
const COUNTER_BYTES = 4
const ARMOR = /^-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/=]+\n)+)-----END SSH SIGNATURE-----$/

/** Reads the armor of an SSH signature, with nothing before or after it. */
export function readSshSignature(armor: string): Reading<SshSignature> {
  if (armor.length > MAX_ARMOR) return malformed('is larger than any SSH signature')
  const body = ARMOR.exec(armor)?.[1]?.replaceAll('\n', '')
  if (body === undefined) return malformed('is not one armored block with nothing around it')
  const bytes = Buffer.from(body, 'base64')
  if (bytes.toString('base64') !== body) return malformed('is not plain base64')
  return readBlob(new WireReader(bytes))
}

function readBlob(reader: WireReader): Reading<SshSignature> {
  if (reader.take(6)?.toString('latin1') !== 'SSHSIG') return malformed('is no SSHSIG')
  const version = reader.uint32()
  if (version === undefined) return malformed('is truncated')
  if (version !== 1) return refuse('signature/unsupported', `is in version ${version} of SSHSIG`)
  const keyBlob = reader.string()
  const namespace = reader.name()
  const reserved = reader.string()
  const hash = reader.name()
  const inner = reader.string()
  if (keyBlob === undefined || namespace === undefined || inner === undefined) {
    return malformed('is truncated')
  }
  if (!reader.atEnd) return malformed('has bytes after its end')
  // Reserved for a meaning that we could not honour.
  if (reserved?.length !== 0) return malformed('uses a reserved field')
  if (hash !== 'sha256' && hash !== 'sha512') {
    return refuse('signature/unsupported', 'uses a hash other than sha256 and sha512')
  }
  const bare = readBareSignature(inner)
  return bare.kind === 'refused' ? bare : read({ keyBlob, namespace, hash, ...bare.value })
}

/** Reads a signature with its algorithm, and nothing after it. */
export function readBareSignature(blob: Buffer): Reading<BareSignature> {
  const reader = new WireReader(blob)
  const algorithm = reader.name()
  const signature = reader.string()
  if (algorithm === undefined || signature === undefined) return malformed('is truncated')
  const bytes = algorithm.startsWith('sk-') ? reader.take(1 + COUNTER_BYTES) : undefined
  if (!reader.atEnd) return malformed('has bytes after its end')
  const token = bytes && { touched: ((bytes[0] ?? 0) & USER_PRESENT) !== 0, bytes }
  return read({ algorithm, signature, token })
}

const malformed = (what: string) => refuse('signature/malformed', `its signature ${what}`)
