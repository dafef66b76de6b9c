import { createHash } from 'node:crypto'
import { type LoadKey, bitsOf, judgeRsa, loadOnce } from '../key-object.ts'
import { type Reading, read, refuse } from '../refusal.ts'
import { WireReader } from './wire-reader.ts'

/** A public key of a kind that we verify. */
export type SshKey =
  | { readonly kind: 'ed25519'; readonly type: 'ssh-ed25519'; readonly load: LoadKey }
  | {
      readonly kind: 'ecdsa'
      readonly type: string
      readonly hash: string
      /** Bytes of one coordinate, and of each half of a signature. */
      readonly width: number
      readonly load: LoadKey
    }
  | {
      readonly kind: 'security-key'
      readonly type: string
      /** The key inside, which signs what the token says beside the data. */
      readonly inner: TokenKey
      /** SHA-256 of the application, which is part of everything that the token signs. */
      readonly application: Buffer
      readonly load: LoadKey
    }
  | {
      readonly kind: 'rsa'
      readonly type: 'ssh-rsa'
      /** Bytes of the modulus. */
      readonly width: number
      readonly load: LoadKey
    }

/** A plain key of a kind that tokens hold too. */
type TokenKey = Extract<SshKey, { readonly kind: 'ed25519' | 'ecdsa' }>

const CURVES = {
  'ecdsa-sha2-nistp256': { curve: 'nistp256', crv: 'P-256', hash: 'sha256', width: 32 },
  'ecdsa-sha2-nistp384': { curve: 'nistp384', crv: 'P-384', hash: 'sha384', width: 48 },
  'ecdsa-sha2-nistp521': { curve: 'nistp521', crv: 'P-521', hash: 'sha512', width: 66 },
} as const

/** Reads a public key blob (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4). */
export function readSshKey(blob: Buffer): Reading<SshKey> {
  const reader = new WireReader(blob)
  const type = reader.name()
  if (type === undefined) return malformedKey()
  const key = readKeyFields(type, reader)
  if (key.kind === 'read' && !reader.atEnd) return malformedKey()
  return key
}

/** The fields of a key after its type; whatever follows is left to the caller. */
export function readKeyFields(type: string, reader: WireReader): Reading<SshKey> {
  switch (type) {
    case 'ssh-ed25519':
      return readEd25519(reader)
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521':
      return readEcdsa(type, reader)
    case 'ssh-rsa':
      return readRsa(reader)
    case 'sk-ssh-ed25519@openssh.com':
      return readSecurityKey(type, readEd25519(reader), reader)
    case 'sk-ecdsa-sha2-nistp256@openssh.com':
      return readSecurityKey(type, readEcdsa('ecdsa-sha2-nistp256', reader), reader)
    case 'ssh-dss':
      return refuse('signature/weak-key', 'is signed with a DSA key')
    default:
      return refuse('signature/unsupported', `is signed with ${describeType(type)}`)
  }
}

function describeType(type: string): string {
  if (type.startsWith('sk-')) return 'a security key of a kind that is not verified'
  const shown = /^[a-z0-9@.-]{1,64}$/i.test(type) ? type : 'an unreadable name'
  return `a key of an unknown type, ${shown}`
}

/** PROTOCOL.u2f of OpenSSH: the plain key's fields, then the application that it was made for. */
function readSecurityKey(
  type: string,
  inner: Reading<TokenKey>,
  reader: WireReader,
): Reading<SshKey> {
  if (inner.kind === 'refused') return inner
  const name = reader.string()
  if (name === undefined) return malformedKey()
  const application = createHash('sha256').update(name).digest()
  const { load } = inner.value
  return read({ kind: 'security-key', type, inner: inner.value, application, load })
}

function readEd25519(reader: WireReader): Reading<TokenKey> {
  const point = reader.string()
  if (point?.length !== 32) return malformedKey()
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: point.toString('base64url') }
  return read({ kind: 'ed25519', type: 'ssh-ed25519', load: loadOnce(jwk) })
}

function readEcdsa(type: keyof typeof CURVES, reader: WireReader): Reading<TokenKey> {
  const { curve, crv, hash, width } = CURVES[type]
  const named = reader.name()
  const point = reader.string()
  // 4 marks an uncompressed point (SEC 1 §2.3.3); OpenSSH writes no other.
  if (named !== curve || point?.length !== 1 + 2 * width || point[0] !== 4) return malformedKey()
  const x = point.toString('base64url', 1, 1 + width)
  const y = point.toString('base64url', 1 + width)
  return read({ kind: 'ecdsa', type, hash, width, load: loadOnce({ kty: 'EC', crv, x, y }) })
}

function readRsa(reader: WireReader): Reading<SshKey> {
  const exponent = reader.magnitude()
  const modulus = reader.magnitude()
  if (exponent === undefined || modulus === undefined) return malformedKey()
  const quality = judgeRsa(modulus, exponent)
  if (quality === 'weak') {
    return refuse('signature/weak-key', `is signed with an RSA key of ${bitsOf(modulus)} bits`)
  }
  if (quality === 'odd') return malformedKey()
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') }
  return read({ kind: 'rsa', type: 'ssh-rsa', width: modulus.length, load: loadOnce(jwk) })
}

/** As ssh-keygen prints it: `SHA256:` and the unpadded base64 of the blob's hash. */
export const fingerprint = (blob: Buffer): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replaceAll('=', '')}`

const malformedKey = () => refuse('signature/malformed', 'holds a public key that cannot be read')
