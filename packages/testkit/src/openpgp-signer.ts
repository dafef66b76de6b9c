import { type KeyObject, createHash, generateKeyPairSync, sign } from 'node:crypto'

/** Somebody who signs with OpenPGP in this process: for speed, and for what gpg does not make. */
export interface OpenPgpSigner {
  readonly email: string
  /** Lower-case hex. */
  readonly fingerprint: string
  /** Public key, a user ID and a self-signature that lets it sign, armored. */
  readonly certificate: string
  /** An armored detached signature over `payload`. */
  sign(payload: Uint8Array, options?: OpenPgpSignOptions): string
}

/** Each field as an honest signer fills it, unless a test says otherwise. */
export interface OpenPgpSignOptions {
  /** Hashed subpackets after the issuer and the time, each with its length in front. */
  readonly hashed?: Buffer
  /** The unhashed subpackets. */
  readonly unhashed?: Buffer
  /** Leaves the issuer's fingerprint out of the hashed subpackets. */
  readonly anonymous?: boolean
  readonly type?: number
  /** Seconds since the epoch. */
  readonly created?: number
}

export type OpenPgpKeyType = 'ed25519' | 'ed25519-native' | 'ecdsa-256' | 'rsa-2048' | 'rsa-4096'

const BORN = 1_750_000_000
const SHA512 = 10

interface Algorithm {
  readonly number: number
  readonly privateKey: KeyObject
  /** What follows the algorithm number in a key packet. */
  readonly material: Buffer
}

/** Makes somebody with a fresh key. */
export function makeOpenPgpSigner(name: string, type: OpenPgpKeyType = 'ed25519'): OpenPgpSigner {
  const algorithm = makeAlgorithm(type)
  const email = `${name.toLowerCase()}@example.test`
  const { number, material } = algorithm
  const body = Buffer.concat([Buffer.from([4]), uint32(BORN), Buffer.from([number]), material])
  const bound = Buffer.concat([Buffer.from([0x99]), uint16(body.length), body])
  const fingerprint = createHash('sha1').update(bound).digest()
  const signer = { algorithm, fingerprint }
  const userId = Buffer.from(`${name} <${email}>`)
  const certified = Buffer.concat([bound, Buffer.from([0xb4]), uint32(userId.length), userId])
  const flags = subpacket(27, Buffer.from([0x03]))
  const own = signature(signer, certified, { type: 0x13, created: BORN, hashed: flags })
  const packets = Buffer.concat([packet(6, body), packet(13, userId), packet(2, own)])
  return {
    email,
    fingerprint: fingerprint.toString('hex'),
    certificate: armor('PUBLIC KEY BLOCK', packets),
    sign: (payload, options = {}) =>
      armor('SIGNATURE', packet(2, signature(signer, payload, options))),
  }
}

function makeAlgorithm(type: OpenPgpKeyType): Algorithm {
  if (type === 'ed25519' || type === 'ed25519-native') {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const point = coordinate(publicKey, 'x')
    if (type === 'ed25519-native') return { number: 27, privateKey, material: point }
    const oid = Buffer.from('092b06010401da470f01', 'hex')
    const marked = mpi(Buffer.concat([Buffer.from([0x40]), point]))
    return { number: 22, privateKey, material: Buffer.concat([oid, marked]) }
  }
  if (type === 'ecdsa-256') {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const [x, y] = [coordinate(publicKey, 'x'), coordinate(publicKey, 'y')]
    const oid = Buffer.from('082a8648ce3d030107', 'hex')
    const point = mpi(Buffer.concat([Buffer.from([4]), x, y]))
    return { number: 19, privateKey, material: Buffer.concat([oid, point]) }
  }
  const modulusLength = Number(type.slice('rsa-'.length))
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength })
  const numbers = [coordinate(publicKey, 'n'), coordinate(publicKey, 'e')].map(mpi)
  return { number: 1, privateKey, material: Buffer.concat(numbers) }
}

interface Signing {
  readonly algorithm: Algorithm
  readonly fingerprint: Buffer
}

/** The body of a version 4 signature packet (RFC 4880 §5.2.3), over SHA-512. */
function signature(
  { algorithm, fingerprint }: Signing,
  document: Uint8Array,
  options: OpenPgpSignOptions,
): Buffer {
  const { type = 0x00, created = BORN + 1, anonymous = false } = options
  const issuer = subpacket(33, Buffer.concat([Buffer.from([4]), fingerprint]))
  const area = Buffer.concat([
    anonymous ? Buffer.alloc(0) : issuer,
    subpacket(2, uint32(created)),
    options.hashed ?? Buffer.alloc(0),
  ])
  const unhashed = options.unhashed ?? subpacket(16, fingerprint.subarray(-8))
  const head = Buffer.from([4, type, algorithm.number, SHA512])
  const hashed = Buffer.concat([head, uint16(area.length), area])
  const trailer = Buffer.concat([Buffer.from([4, 0xff]), uint32(hashed.length)])
  const data = Buffer.concat([document, hashed, trailer])
  const digest = createHash('sha512').update(data).digest()
  const start = digest.subarray(0, 2)
  const numbers = signRaw(algorithm, data, digest)
  return Buffer.concat([hashed, uint16(unhashed.length), unhashed, start, numbers])
}

function signRaw({ number, privateKey }: Algorithm, data: Buffer, digest: Buffer): Buffer {
  if (number === 1) return mpi(sign('sha512', data, privateKey))
  const bytes =
    number === 19
      ? sign('sha512', data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
      : sign(null, digest, privateKey)
  if (number === 27) return bytes
  return Buffer.concat([mpi(bytes.subarray(0, 32)), mpi(bytes.subarray(32))])
}

const coordinate = (key: KeyObject, name: 'x' | 'y' | 'e' | 'n'): Buffer =>
  Buffer.from(key.export({ format: 'jwk' })[name] ?? '', 'base64url')

/** RFC 4880 §3.2. */
function mpi(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const magnitude = first < 0 ? Buffer.alloc(0) : bytes.subarray(first)
  const bits = magnitude.length * 8 - Math.clz32(magnitude[0] ?? 0) + 24
  return Buffer.concat([uint16(first < 0 ? 0 : bits), magnitude])
}

/** RFC 4880 §5.2.3.1, for bodies below 191 bytes. */
const subpacket = (type: number, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from([body.length + 1, type]), body])

/** RFC 4880 §4.2.1, in the shortest of the old forms. */
function packet(tag: number, body: Buffer): Buffer {
  const isShort = body.length < 0x100
  const length = isShort ? Buffer.from([body.length]) : uint16(body.length)
  return Buffer.concat([Buffer.from([0x80 | (tag << 2) | (isShort ? 0 : 1)]), length, body])
}

function armor(kind: string, packets: Buffer): string {
  const lines = packets.toString('base64').match(/.{1,64}/g) ?? []
  const sum = `=${checksum(packets).toString('base64')}`
  const end = `-----END PGP ${kind}-----`
  return [`-----BEGIN PGP ${kind}-----`, '', ...lines, sum, end, ''].join('\n')
}

/** CRC-24 of RFC 4880 §6.1, bit by bit: gpg 2.2 cannot do without. */
function checksum(bytes: Buffer): Buffer {
  let crc = 0xb704ce
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      const carry = ((crc >> 23) ^ (byte >> bit)) & 1
      crc = ((crc << 1) & 0xffffff) ^ (carry === 1 ? 0x864cfb : 0)
    }
  }
  const sum = Buffer.alloc(3)
  sum.writeUIntBE(crc, 0, 3)
  return sum
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
