import { type KeyObject, createHash, generateKeyPairSync, sign } from 'node:crypto'
import { strings } from './ssh-signer.ts'

/** A security key (FIDO token) in software: what hardware would answer, for tests without any. */
export interface SecurityKey {
  readonly email: string
  /** `TYPE BASE64`. */
  readonly publicKey: string
  readonly blob: Buffer
  /** An armored SSHSIG over `payload`. */
  sign(payload: Uint8Array, options?: SecurityKeySignOptions): string
}

/** Each field as an honest token fills it, unless a test says otherwise. */
export interface SecurityKeySignOptions {
  /** Flags that are signed: 1 present, 4 verified. */
  readonly flags?: number
  readonly counter?: number
  /** Flags that are written into the blob, when others than those that are signed. */
  readonly claimedFlags?: number
  readonly claimedCounter?: number
  /** Application that is signed, when another than the key's own. */
  readonly application?: string
  readonly algorithm?: string
  /** Bytes after the counter. */
  readonly trailing?: Buffer
  /** How many of the last bytes of the statement are left out. */
  readonly missing?: number
}

export type SecurityKeyType = 'sk-ssh-ed25519@openssh.com' | 'sk-ecdsa-sha2-nistp256@openssh.com'

/** Makes somebody with a fresh security key for the application `ssh:`. */
export function makeSecurityKey(name: string, type: SecurityKeyType): SecurityKey {
  const pair = makePair(type)
  const blob = strings(type, ...pair.fields, APPLICATION)
  return {
    email: `${name.toLowerCase()}@example.test`,
    publicKey: `${type} ${blob.toString('base64')}`,
    blob,
    sign: (payload, options = {}) => {
      const digest = createHash('sha512').update(payload).digest()
      const signed = strings('git', '', 'sha512', digest)
      const inner = tokenSignature(type, pair, Buffer.concat([MAGIC, signed]), options)
      const version = Buffer.from([0, 0, 0, 1])
      const body = strings(blob, 'git', '', 'sha512', inner)
      return armor(Buffer.concat([MAGIC, version, body]))
    },
  }
}

const MAGIC = Buffer.from('SSHSIG')
const APPLICATION = 'ssh:'

interface Pair {
  readonly privateKey: KeyObject
  readonly hash: string | null
  /** The fields of the blob between its type and its application. */
  readonly fields: readonly (Buffer | string)[]
}

function makePair(type: SecurityKeyType): Pair {
  if (type === 'sk-ssh-ed25519@openssh.com') {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    return { privateKey, hash: null, fields: [coordinate(publicKey, 'x')] }
  }
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const point = [Buffer.from([4]), coordinate(publicKey, 'x'), coordinate(publicKey, 'y')]
  return { privateKey, hash: 'sha256', fields: ['nistp256', Buffer.concat(point)] }
}

/** PROTOCOL.u2f: algorithm, signature, flags, counter. */
function tokenSignature(
  type: SecurityKeyType,
  { privateKey, hash }: Pair,
  data: Buffer,
  options: SecurityKeySignOptions,
): Buffer {
  const { flags = 1, counter = 7, application = APPLICATION, missing = 0 } = options
  const message = Buffer.concat([sha256(application), statement(flags, counter), sha256(data)])
  const raw = sign(hash, message, { key: privateKey, dsaEncoding: 'ieee-p1363' })
  const halves = () => strings(mpint(raw.subarray(0, 32)), mpint(raw.subarray(32)))
  const { claimedFlags = flags, claimedCounter = counter } = options
  const claimed = statement(claimedFlags, claimedCounter)
  return Buffer.concat([
    strings(options.algorithm ?? type, hash === null ? raw : halves()),
    claimed.subarray(0, claimed.length - missing),
    options.trailing ?? Buffer.alloc(0),
  ])
}

function statement(flags: number, counter: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes.writeUInt8(flags)
  bytes.writeUInt32BE(counter, 1)
  return bytes
}

const sha256 = (bytes: Buffer | string): Buffer => createHash('sha256').update(bytes).digest()

const coordinate = (key: KeyObject, name: 'x' | 'y'): Buffer =>
  Buffer.from(key.export({ format: 'jwk' })[name] ?? '', 'base64url')

function mpint(magnitude: Buffer): Buffer {
  const bytes = magnitude.subarray(magnitude.findIndex((byte) => byte !== 0))
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes
}

function armor(blob: Buffer): string {
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? []
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n')
}
