import { type KeyObject, createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import {
  bare,
  bits,
  integer,
  node,
  nothing,
  octets,
  oid,
  pem,
  sequence,
  set,
  tagged,
  time,
  utf8,
  yes,
} from './der.ts'

export type KeyKind = 'p256' | 'p384' | 'p521' | 'rsa' | 'rsa-1024' | 'rsa-pss' | 'ed25519'

/** Somebody with a certificate: an authority or a signer. */
export interface Holder {
  readonly name: Buffer
  readonly serial: Buffer
  readonly der: Buffer
  readonly publicKeyInfo: Buffer
  readonly privateKey: KeyObject
  readonly kind: KeyKind
  readonly tbs: Buffer
}

export interface CertificateRequest {
  readonly commonName: string
  /** Undefined: self-signed. */
  readonly issuer?: Holder
  readonly kind?: KeyKind
  readonly extensions?: readonly Buffer[]
  readonly notBefore?: number
  readonly notAfter?: number
  readonly serial?: number
  readonly hash?: Hash
  /** The keys of another, for certificates that share one. */
  readonly keysOf?: Holder
}

export type Hash = 'sha1' | 'sha256' | 'sha384' | 'sha512'

const made = new Map<KeyKind, KeyObject[]>()
let taken = 0

/** RSA keys are dear: each kind has two, handed out in turn. */
function makeKey(kind: KeyKind): KeyObject {
  const pool = made.get(kind) ?? []
  made.set(kind, pool)
  const known = kind.startsWith('rsa') && pool.length >= 2 ? pool[taken++ % 2] : undefined
  const key = known ?? generate(kind)
  pool.push(key)
  return key
}

function generate(kind: KeyKind): KeyObject {
  switch (kind) {
    case 'rsa':
      return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    case 'rsa-1024':
      return generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
    case 'rsa-pss':
      return generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey
    case 'ed25519':
      return generateKeyPairSync('ed25519').privateKey
    case 'p256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    case 'p384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
    case 'p521':
      return generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey
  }
}

export const nameOf = (commonName: string): Buffer =>
  sequence(set(sequence(oid('2.5.4.3'), utf8(commonName))))

const RSA = { sha1: 5, sha256: 11, sha384: 12, sha512: 13 } as const
const ECDSA = { sha256: 2, sha384: 3, sha512: 4 } as const
export const HASH_OID = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const

/** AlgorithmIdentifier of a signature by a key of this kind. */
export function schemeOf(kind: KeyKind, hash: Hash = 'sha256'): Buffer {
  if (kind === 'ed25519') return sequence(oid('1.3.101.112'))
  if (kind.startsWith('rsa')) return sequence(oid(`1.2.840.113549.1.1.${RSA[hash]}`), nothing)
  return sequence(oid(hash === 'sha1' ? '1.2.840.10045.4.1' : `1.2.840.10045.4.3.${ECDSA[hash]}`))
}

export const signBytes = (by: Holder, data: Buffer, hash: Hash = 'sha256'): Buffer =>
  sign(by.kind === 'ed25519' ? null : hash, data, by.privateKey)

let serials = 1

export function issue(request: CertificateRequest): Holder {
  const { commonName, issuer, extensions = [], serial = (serials += 1), hash = 'sha256' } = request
  const { notBefore = Date.UTC(2026, 0, 1), notAfter = Date.UTC(2027, 0, 1) } = request
  const kind = request.keysOf?.kind ?? request.kind ?? 'p256'
  const privateKey = request.keysOf?.privateKey ?? makeKey(kind)
  const publicKey = publicHalf(privateKey)
  const name = nameOf(commonName)
  const signer = { kind: issuer?.kind ?? kind, privateKey: issuer?.privateKey ?? privateKey }
  const scheme = schemeOf(signer.kind, hash)
  const tbs = sequence(
    tagged(0, integer(2)),
    integer(serial),
    scheme,
    issuer?.name ?? name,
    sequence(time(notBefore), time(notAfter)),
    name,
    publicKey,
    ...(extensions.length === 0 ? [] : [tagged(3, sequence(...extensions))]),
  )
  const self = { name, publicKeyInfo: publicKey, privateKey, kind, tbs, der: tbs }
  const holder = { ...self, serial: integer(serial) }
  const signature = signBytes({ ...holder, ...signer }, tbs, hash)
  return { ...holder, der: sequence(tbs, scheme, bits(signature)) }
}

const publicHalf = (privateKey: KeyObject): Buffer =>
  createPublicKey(privateKey).export({ format: 'der', type: 'spki' })

export const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [yes] : []), octets(value))

export const PURPOSE = {
  email: '1.3.6.1.5.5.7.3.4',
  code: '1.3.6.1.5.5.7.3.3',
  server: '1.3.6.1.5.5.7.3.1',
} as const

export const authority = (pathLength?: number): Buffer =>
  extension(
    '2.5.29.19',
    sequence(yes, ...(pathLength === undefined ? [] : [integer(pathLength)])),
    true,
  )

/** 0: digitalSignature, 5: keyCertSign, 6: cRLSign. */
export function usage(...positions: readonly number[]): Buffer {
  const octet = positions.reduce((sum, bit) => sum | (0x80 >> bit), 0)
  return extension('2.5.29.15', node(0x03, Buffer.from([0, octet])), true)
}

export const purposes = (...ids: readonly string[]): Buffer =>
  extension('2.5.29.37', sequence(...ids.map(oid)))
export const emails = (...list: readonly string[]): Buffer =>
  extension('2.5.29.17', sequence(...list.map((one) => bare(1, one))))
export const keyIdOf = ({ publicKeyInfo }: Pick<Holder, 'publicKeyInfo'>): Buffer =>
  createHash('sha1').update(publicKeyInfo).digest()

/** A root with all that a root should say. */
export const makeRoot = (commonName = 'Root', more: Partial<CertificateRequest> = {}): Holder =>
  issue({
    commonName,
    extensions: [authority(), usage(5, 6)],
    notAfter: Date.UTC(2036, 0, 1),
    ...more,
  })

export const makeIntermediate = (
  issuer: Holder,
  commonName = 'Intermediate',
  extensions: readonly Buffer[] = [authority(0), usage(5, 6)],
): Holder => issue({ commonName, issuer, extensions, notAfter: Date.UTC(2030, 0, 1) })

/** A signer's certificate with all that it should say. */
export const makeSigner = (
  issuer: Holder,
  email: string,
  more: Partial<CertificateRequest> = {},
): Holder =>
  issue({
    commonName: email,
    issuer,
    extensions: [usage(0), purposes(PURPOSE.email), emails(email)],
    ...more,
  })

export const certificatesPem = (...holders: readonly Holder[]): string =>
  holders.map(({ der }) => pem('CERTIFICATE', der)).join('')

export interface CrlRequest {
  readonly revoked?: readonly Holder[]
  readonly thisUpdate?: number
  readonly nextUpdate?: number | null
  readonly extensions?: readonly Buffer[]
  /** Whose name it states; default: the signer's own. */
  readonly as?: Holder
}

export function makeCrl(by: Holder, request: CrlRequest = {}): Buffer {
  const { revoked = [], thisUpdate = Date.UTC(2026, 4, 1), extensions = [] } = request
  const { nextUpdate = Date.UTC(2026, 6, 1), as = by } = request
  const entries = revoked.map(({ serial }) => sequence(serial, time(Date.UTC(2026, 3, 1))))
  const tbs = sequence(
    integer(1),
    schemeOf(by.kind),
    as.name,
    time(thisUpdate),
    ...(nextUpdate === null ? [] : [time(nextUpdate)]),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    ...(extensions.length === 0 ? [] : [tagged(0, sequence(...extensions))]),
  )
  return sequence(tbs, schemeOf(by.kind), bits(signBytes(by, tbs)))
}
