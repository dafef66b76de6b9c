import { type KeyObject, createHash, createPublicKey } from 'node:crypto'
import {
  type Asn1Element,
  Asn1Reader,
  TAG,
  childrenOf,
  constructed,
  primitive,
  soleElement,
} from './asn1-reader.ts'
import { booleanOf, magnitudeOf, oidOf, smallInteger, timeOf, wholeBits } from './asn1-values.ts'
import { judgeRsa } from '../key-object.ts'
import { type Reading, read, refuse } from '../refusal.ts'
import { type SignatureScheme, readScheme } from './signature-scheme.ts'

/** One extension (RFC 5280 §4.1): its value is DER of a kind that its identifier says. */
export interface Extension {
  readonly critical: boolean
  readonly value: Buffer
  readonly raw: Buffer
}

/** An X.509 certificate as it states itself (RFC 5280 §4.1). Nothing of it is verified. */
export interface Certificate {
  readonly raw: Buffer
  /** SHA-256 of all of it, in lower-case hex. */
  readonly fingerprint: string
  /** What its issuer signed. */
  readonly tbs: Buffer
  /** Names as DER: compared octet by octet. */
  readonly issuer: Buffer
  readonly subject: Buffer
  /** Without the zero octet in front. */
  readonly serial: Buffer
  /** Milliseconds since the epoch; valid at both ends. */
  readonly notBefore: number
  readonly notAfter: number
  readonly publicKeyInfo: Buffer
  /** Its key, or why signatures by it are not accepted. Made once. */
  readonly key: () => Reading<KeyObject>
  readonly scheme: Reading<SignatureScheme>
  readonly signature: Buffer
  readonly extensions: ReadonlyMap<string, Extension>
}

const MAX_SERIAL = 20

/** Reads one certificate in DER, with nothing after it; undefined when it is none. */
export function readCertificate(bytes: Buffer): Certificate | undefined {
  const outer = soleElement(bytes, TAG.sequence)
  const [tbs, algorithm, bits, ...more] = (outer && childrenOf(outer)) ?? []
  const signature = wholeBits(bits)
  if (tbs?.tag !== TAG.sequence || signature === undefined || more.length > 0) return undefined
  const fields = new Asn1Reader(tbs.body)
  const body = readBody(fields, fields.enter(constructed(0)), algorithm)
  if (body === undefined || !fields.atEnd) return undefined
  const { key, ...stated } = body
  return {
    raw: bytes,
    fingerprint: createHash('sha256').update(bytes).digest('hex'),
    tbs: tbs.raw,
    scheme: readScheme(algorithm),
    signature,
    key: once(key),
    ...stated,
  }
}

type Stated = Pick<
  Certificate,
  | 'issuer'
  | 'subject'
  | 'serial'
  | 'notBefore'
  | 'notAfter'
  | 'publicKeyInfo'
  | 'key'
  | 'extensions'
>

function readBody(
  fields: Asn1Reader,
  version: Asn1Reader | undefined,
  algorithm: Asn1Element | undefined,
): Stated | undefined {
  // Version 3 is written as 2; without it there are no extensions.
  const isThird = version !== undefined && smallInteger(version.take()) === 2 && version.atEnd
  const serial = fields.take(TAG.integer)
  const inner = fields.take(TAG.sequence)
  const issuer = fields.take(TAG.sequence)
  const [notBefore, notAfter, ...more] = fields.enter(TAG.sequence)?.rest() ?? []
  const subject = fields.take(TAG.sequence)
  const publicKeyInfo = fields.take(TAG.sequence)
  const extensions = readExtensions(fields)
  const number = serial && magnitudeOf(serial)
  const from = timeOf(notBefore)
  const until = timeOf(notAfter)
  if (!isThird || number === undefined || number.length > MAX_SERIAL) return undefined
  if (issuer === undefined || subject === undefined || publicKeyInfo === undefined) return undefined
  if (from === undefined || until === undefined || more.length > 0) return undefined
  // The algorithm outside is not signed: it must be the one inside.
  if (inner === undefined || algorithm?.raw.equals(inner.raw) !== true) return undefined
  if (extensions === undefined) return undefined
  return {
    issuer: issuer.raw,
    subject: subject.raw,
    serial: number,
    notBefore: from,
    notAfter: until,
    publicKeyInfo: publicKeyInfo.raw,
    key: () => readKey(publicKeyInfo.raw),
    extensions,
  }
}

/** Tags `[1]` and `[2]`, the unique identifiers of old, are passed over; `[3]` holds extensions. */
function readExtensions(fields: Asn1Reader): ReadonlyMap<string, Extension> | undefined {
  fields.take(primitive(1))
  fields.take(primitive(2))
  if (!fields.sees(constructed(3))) return new Map()
  const wrapped = fields.enter(constructed(3))
  const list = wrapped?.take(TAG.sequence)
  return list !== undefined && wrapped?.atEnd === true ? extensionsOf(list) : undefined
}

/** A list of extensions, each at most once; undefined when it is none. */
export function extensionsOf(list: Asn1Element): ReadonlyMap<string, Extension> | undefined {
  const extensions = new Map<string, Extension>()
  for (const { raw, body } of childrenOf(list, TAG.sequence, 64) ?? []) {
    const fields = new Asn1Reader(body)
    const oid = oidOf(fields.take())
    const critical = fields.sees(TAG.boolean) ? booleanOf(fields.take()) : false
    const value = fields.take(TAG.octetString)
    if (oid === undefined || critical === undefined || value === undefined) return undefined
    if (!fields.atEnd || extensions.has(oid)) return undefined
    extensions.set(oid, { critical, value: value.body, raw })
  }
  return extensions.size === 0 ? undefined : extensions
}

const CURVES = new Set(['prime256v1', 'secp384r1', 'secp521r1'])

/** A SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), of the kinds that are accepted. */
export function readKey(publicKeyInfo: Buffer): Reading<KeyObject> {
  const key = importKey(publicKeyInfo)
  if (key === undefined) return refuse('signature/malformed', 'holds a public key that is no key')
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  if (type === 'ed25519') return read(key)
  if (type === 'ec' && CURVES.has(details?.namedCurve ?? '')) return read(key)
  if (type === 'rsa' || type === 'rsa-pss') return readRsaKey(key)
  if (type === 'dsa') return refuse('signature/weak-key', 'is signed with a DSA key')
  return refuse('signature/unsupported', `is signed with a key of the kind ${type ?? 'unknown'}`)
}

function readRsaKey(key: KeyObject): Reading<KeyObject> {
  const { modulusLength = 0, publicExponent = 1n } = key.asymmetricKeyDetails ?? {}
  const modulus = Buffer.alloc(Math.ceil(modulusLength / 8), 0)
  modulus[0] = 1 << ((modulusLength - 1) % 8)
  const hex = publicExponent.toString(16)
  const quality = judgeRsa(modulus, Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'))
  if (quality === 'good') return read(key)
  return quality === 'weak'
    ? refuse('signature/weak-key', `is signed with an RSA key of ${modulusLength} bits`)
    : refuse('signature/malformed', 'holds a public key that is no key')
}

function importKey(publicKeyInfo: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: publicKeyInfo, format: 'der', type: 'spki' })
  } catch {
    return undefined // E.g. a point that is not on its curve.
  }
}

/** Making a key object costs as much as a check with it. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => (made ??= { value: make() }).value
}
