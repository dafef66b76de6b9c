import type { KeyObject } from 'node:crypto'
import {
  type Asn1Element,
  Asn1Reader,
  TAG,
  childrenOf,
  constructed,
  soleElement,
} from './asn1-reader.ts'
import { magnitudeOf, oidOf, smallInteger } from './asn1-values.ts'
import type { CryptoCheck } from '../crypto-check.ts'
import { padLeft } from '../key-object.ts'
import { type Reading, read, refuse } from '../refusal.ts'

export type HashName = 'sha256' | 'sha384' | 'sha512'

/** How an AlgorithmIdentifier has data signed. `hash` is undefined where only the message says it. */
export type SignatureScheme =
  | { readonly kind: 'rsa'; readonly hash: HashName | undefined }
  | { readonly kind: 'rsa-pss'; readonly hash: HashName; readonly salt: number }
  | { readonly kind: 'ecdsa'; readonly hash: HashName | undefined }
  | { readonly kind: 'ed25519'; readonly hash: undefined }

/** RFC 5754 §2. */
const HASHES: Readonly<Record<string, HashName>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

const PSS = '1.2.840.113549.1.1.10'
const MGF1 = '1.2.840.113549.1.1.8'
/** RFC 8017, RFC 5758, RFC 8410, RFC 3370 §3. */
const SCHEMES: Readonly<Record<string, SignatureScheme>> = {
  '1.2.840.113549.1.1.1': { kind: 'rsa', hash: undefined },
  '1.2.840.113549.1.1.11': { kind: 'rsa', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { kind: 'rsa', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { kind: 'rsa', hash: 'sha512' },
  '1.2.840.10045.2.1': { kind: 'ecdsa', hash: undefined },
  '1.2.840.10045.4.3.2': { kind: 'ecdsa', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { kind: 'ecdsa', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { kind: 'ecdsa', hash: 'sha512' },
  '1.3.101.112': { kind: 'ed25519', hash: undefined },
}
/** MD5 and SHA-1, alone, with RSA, with DSA, with ECDSA. */
const WEAK = new Set([
  '1.2.840.113549.2.5',
  '1.3.14.3.2.26',
  '1.2.840.113549.1.1.4',
  '1.2.840.113549.1.1.5',
  '1.2.840.10040.4.1',
  '1.2.840.10040.4.3',
  '1.2.840.10045.4.1',
])

interface Algorithm {
  readonly oid: string
  readonly parameters: Asn1Element | undefined
}

function readAlgorithm(element: Asn1Element | undefined): Algorithm | undefined {
  if (element?.tag !== TAG.sequence) return undefined
  const [name, parameters, ...more] = childrenOf(element) ?? []
  const oid = oidOf(name)
  return oid === undefined || more.length > 0 ? undefined : { oid, parameters }
}

const isPlain = ({ parameters }: Algorithm): boolean =>
  parameters === undefined || (parameters.tag === TAG.null && parameters.body.length === 0)

/** A digest algorithm of CMS or of PSS. */
export function readHash(element: Asn1Element | undefined): Reading<HashName> {
  const algorithm = readAlgorithm(element)
  if (algorithm === undefined || !isPlain(algorithm)) return malformed()
  const hash = HASHES[algorithm.oid]
  return hash === undefined ? refuseAlgorithm(algorithm.oid) : read(hash)
}

/** How something is signed, of the schemes that are accepted. */
export function readScheme(element: Asn1Element | undefined): Reading<SignatureScheme> {
  const algorithm = readAlgorithm(element)
  if (algorithm === undefined) return malformed()
  if (algorithm.oid === PSS) return readPss(algorithm.parameters)
  const scheme = SCHEMES[algorithm.oid]
  if (scheme === undefined) return refuseAlgorithm(algorithm.oid)
  // Only a bare id-ecPublicKey may name its curve: gpgsm copies it from the key.
  const named = scheme.kind === 'ecdsa' && scheme.hash === undefined
  return isPlain(algorithm) || named ? read(scheme) : malformed()
}

/** RFC 4055 §3.1. What is left out means SHA-1, so nothing may be. */
function readPss(parameters: Asn1Element | undefined): Reading<SignatureScheme> {
  const fields = parameters?.tag === TAG.sequence ? new Asn1Reader(parameters.body) : undefined
  const hashField = fields?.take(constructed(0))
  const maskField = fields?.take(constructed(1))
  if (fields === undefined || hashField === undefined || maskField === undefined) {
    return refuse('signature/weak-key', 'is signed over SHA-1')
  }
  const saltField = fields.take(constructed(2))
  const trailer = fields.sees(constructed(3)) ? fields.take(constructed(3)) : null
  const hash = readHash(soleElement(hashField.body))
  if (hash.kind === 'refused') return hash
  const mask = readAlgorithm(soleElement(maskField.body))
  const maskHash = readHash(mask?.parameters)
  const salt = saltField === undefined ? 20 : smallInteger(soleElement(saltField.body))
  const plainTrailer = trailer === null || smallInteger(trailer && soleElement(trailer.body)) === 1
  const same = maskHash.kind === 'read' && maskHash.value === hash.value
  if (mask?.oid !== MGF1 || !same || salt === undefined || salt > 512) return malformed()
  if (!plainTrailer || !fields.atEnd) return malformed()
  return read({ kind: 'rsa-pss', hash: hash.value, salt })
}

export interface SignedBytes {
  readonly scheme: SignatureScheme
  /** What the message says where the scheme is silent. */
  readonly hash?: HashName
  readonly key: KeyObject
  readonly data: Buffer
  /** ECDSA as DER (RFC 3279 §2.2.3). */
  readonly signature: Buffer
}

/** What node:crypto must confirm; the scheme must be one of the key's own. */
export function schemeCheck({
  scheme,
  hash,
  key,
  data,
  signature,
}: SignedBytes): Reading<CryptoCheck> {
  const used = scheme.hash ?? hash
  const type = key.asymmetricKeyType
  if (scheme.kind === 'ed25519') {
    const fits = type === 'ed25519' && signature.length === 64
    return fits ? read({ hash: null, key, data, signature }) : mismatch()
  }
  if (used === undefined) return malformed()
  if (scheme.kind === 'ecdsa') {
    const width = WIDTHS[key.asymmetricKeyDetails?.namedCurve ?? '']
    const numbers = type === 'ec' && width !== undefined ? readNumbers(signature, width) : undefined
    return numbers === undefined ? mismatch() : read({ hash: used, key, data, signature: numbers })
  }
  const fits = type === 'rsa' || (type === 'rsa-pss' && scheme.kind === 'rsa-pss')
  if (!fits) return mismatch()
  const pss = scheme.kind === 'rsa-pss' ? { pssSalt: scheme.salt } : {}
  return read({ hash: used, key, data, signature, ...pss })
}

/** Bytes of one coordinate, by OpenSSL's names of the curves. */
const WIDTHS: Readonly<Record<string, number>> = { prime256v1: 32, secp384r1: 48, secp521r1: 66 }

function readNumbers(signature: Buffer, width: number): Buffer | undefined {
  const pair = soleElement(signature, TAG.sequence)
  const numbers = (pair && childrenOf(pair, TAG.integer)) ?? []
  const padded = numbers.map((number) => {
    const magnitude = magnitudeOf(number)
    return magnitude === undefined || magnitude.length > width
      ? undefined
      : padLeft(magnitude, width)
  })
  const whole = padded.filter((number) => number !== undefined)
  return numbers.length === 2 && whole.length === 2 ? Buffer.concat(whole) : undefined
}

const refuseAlgorithm = (oid: string) =>
  WEAK.has(oid)
    ? refuse('signature/weak-key', 'is signed over SHA-1 or MD5, or with DSA')
    : refuse('signature/unsupported', `is signed with the algorithm ${oid}`)
const malformed = () => refuse('signature/malformed', 'names its algorithm in a way not understood')
const mismatch = () =>
  refuse('signature/malformed', 'its signature is of another algorithm than its key')
