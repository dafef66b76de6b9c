import { type KeyObject, createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { SshKeyType } from './person.ts'

/** Somebody who signs in this process: for thousands of commits, and for signatures no tool makes. */
export interface SshSigner {
  readonly email: string
  /** `TYPE BASE64`. */
  readonly publicKey: string
  /** The public key's blob (RFC 4253 §6.6). */
  readonly blob: Buffer
  /** An armored SSHSIG over `payload`. */
  sign(payload: Uint8Array, options?: SshSignOptions): string
}

/** Each field as an honest signer fills it, unless a test says otherwise. */
export interface SshSignOptions {
  readonly namespace?: string
  readonly version?: number
  readonly reserved?: string
  readonly hash?: 'sha256' | 'sha512'
  /** Name of the signature algorithm in the blob. */
  readonly algorithm?: string
  /** Changes the bare signature, e.g. to cut its leading zeros. */
  readonly reshape?: (signature: Buffer) => Buffer
  /** Bytes after the end of the SSHSIG blob. */
  readonly trailing?: Buffer
  /** Another public key than the one that signs. */
  readonly claimedKey?: Buffer
}

interface Algorithm {
  readonly name: string
  readonly hash: string | null
  readonly privateKey: KeyObject
  readonly blob: Buffer
}

const CURVES = {
  'ecdsa-256': { crv: 'P-256', name: 'nistp256', hash: 'sha256' },
  'ecdsa-384': { crv: 'P-384', name: 'nistp384', hash: 'sha384' },
  'ecdsa-521': { crv: 'P-521', name: 'nistp521', hash: 'sha512' },
} as const

/** Makes somebody with a fresh key. */
export function makeSshSigner(name: string, keyType: SshKeyType = 'ed25519'): SshSigner {
  const algorithm = makeAlgorithm(keyType)
  const { blob } = algorithm
  const type = blob.toString('latin1', 4, 4 + blob.readUInt32BE(0))
  return {
    email: `${name.toLowerCase()}@example.test`,
    publicKey: `${type} ${blob.toString('base64')}`,
    blob,
    sign: (payload, options = {}) => armor(sshsig(algorithm, payload, options)),
  }
}

function makeAlgorithm(keyType: SshKeyType): Algorithm {
  if (keyType === 'ed25519') {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const name = 'ssh-ed25519'
    return { name, hash: null, privateKey, blob: strings(name, coordinate(publicKey, 'x')) }
  }
  if (keyType === 'rsa-2048' || keyType === 'rsa-3072') {
    const modulusLength = Number(keyType.slice('rsa-'.length))
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength })
    const numbers = [coordinate(publicKey, 'e'), coordinate(publicKey, 'n')].map(mpint)
    const blob = strings('ssh-rsa', ...numbers)
    return { name: 'rsa-sha2-512', hash: 'sha512', privateKey, blob }
  }
  const { crv, name: curve, hash } = CURVES[keyType]
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: crv })
  const point = [Buffer.from([4]), coordinate(publicKey, 'x'), coordinate(publicKey, 'y')]
  const name = `ecdsa-sha2-${curve}`
  return { name, hash, privateKey, blob: strings(name, curve, Buffer.concat(point)) }
}

/** PROTOCOL.sshsig of OpenSSH: the blob of §3 over the data of §4. */
function sshsig(algorithm: Algorithm, payload: Uint8Array, options: SshSignOptions): Buffer {
  const { namespace = 'git', version = 1, reserved = '', hash = 'sha512' } = options
  const digest = createHash(hash).update(payload).digest()
  const magic = Buffer.from('SSHSIG')
  const data = Buffer.concat([magic, strings(namespace, reserved, hash, digest)])
  const raw = signRaw(algorithm, data)
  const signature = strings(options.algorithm ?? algorithm.name, options.reshape?.(raw) ?? raw)
  const key = options.claimedKey ?? algorithm.blob
  const body = strings(key, namespace, reserved, hash, signature)
  return Buffer.concat([magic, uint32(version), body, options.trailing ?? Buffer.alloc(0)])
}

function signRaw({ name, hash, privateKey }: Algorithm, data: Buffer): Buffer {
  const bytes = sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
  if (!name.startsWith('ecdsa')) return bytes
  const half = bytes.length / 2
  return strings(mpint(bytes.subarray(0, half)), mpint(bytes.subarray(half)))
}

function coordinate(key: KeyObject, name: 'x' | 'y' | 'e' | 'n'): Buffer {
  return Buffer.from(key.export({ format: 'jwk' })[name] ?? '', 'base64url')
}

function armor(blob: Buffer): string {
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? []
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n')
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** RFC 4251 §5: each with its length in front. */
export const strings = (...parts: readonly (Buffer | string)[]): Buffer =>
  Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part)
      return [uint32(bytes.length), bytes]
    }),
  )

/** RFC 4251 §5: no needless zeros, one where the first bit would read as a sign. */
function mpint(magnitude: Buffer): Buffer {
  const first = magnitude.findIndex((byte) => byte !== 0)
  const bytes = first < 0 ? Buffer.alloc(0) : magnitude.subarray(first)
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes
}
