import {
  type Asn1Element,
  Asn1Reader,
  TAG,
  childrenOf,
  constructed,
  soleElement,
} from './asn1-reader.ts'
import { magnitudeOf, smallInteger, timeOf, wholeBits } from './asn1-values.ts'
import type { Reading, Refusal } from '../refusal.ts'
import { type SignatureScheme, readScheme } from './signature-scheme.ts'
import { type Certificate, extensionsOf } from './x509-certificate.ts'
import { readUse, wrappedSequence } from './x509-extensions.ts'
import { type CertificatePath, isSignedBy } from './x509-path.ts'

/** A certificate revocation list (RFC 5280 §5) as it states itself. */
export interface RevocationList {
  readonly issuer: Buffer
  /** Milliseconds since the epoch. */
  readonly thisUpdate: number
  readonly nextUpdate: number
  /** Serial numbers in hex. */
  readonly revoked: ReadonlySet<string>
  readonly tbs: Buffer
  readonly scheme: Reading<SignatureScheme>
  readonly signature: Buffer
}

const MAX_ENTRIES = 100_000

/**
 * Reads one list in DER; a sentence when it is none, or is of a kind (delta, indirect, of some
 * reasons only) that does not say of every certificate whether it is revoked.
 */
export function readRevocationList(bytes: Buffer): RevocationList | string {
  const outer = soleElement(bytes, TAG.sequence)
  const [tbs, algorithm, bits, ...more] = (outer && childrenOf(outer)) ?? []
  const signature = wholeBits(bits)
  if (tbs?.tag !== TAG.sequence || signature === undefined || more.length > 0) return UNREADABLE
  const fields = new Asn1Reader(tbs.body)
  const version = fields.sees(TAG.integer) ? smallInteger(fields.take()) : 0
  const inner = fields.take(TAG.sequence)
  const issuer = fields.take(TAG.sequence)
  const thisUpdate = timeOf(fields.take())
  if (inner === undefined || algorithm?.raw.equals(inner.raw) !== true) return UNREADABLE
  if (version === undefined || version > 1 || issuer === undefined) return UNREADABLE
  if (thisUpdate === undefined) return UNREADABLE
  const nextUpdate = readNextUpdate(fields)
  const revoked = readEntries(fields.sees(TAG.sequence) ? fields.take() : undefined)
  if (nextUpdate === undefined) return 'does not say until when it counts (nextUpdate)'
  if (typeof revoked === 'string') return revoked
  const strange = readListExtensions(fields)
  if (strange !== undefined) return strange
  const scheme = readScheme(algorithm)
  return { issuer: issuer.raw, thisUpdate, nextUpdate, revoked, tbs: tbs.raw, scheme, signature }
}

const UNREADABLE = 'is no certificate revocation list in DER'

const readNextUpdate = (fields: Asn1Reader): number | undefined =>
  fields.sees(TAG.utcTime) || fields.sees(TAG.generalizedTime) ? timeOf(fields.take()) : undefined

function readEntries(list: Asn1Element | undefined): ReadonlySet<string> | string {
  if (list === undefined) return new Set()
  const revoked = new Set<string>()
  const entries = childrenOf(list, TAG.sequence, MAX_ENTRIES)
  if (entries === undefined) return UNREADABLE
  for (const entry of entries) {
    const [serial, date, extensions, ...more] = childrenOf(entry) ?? []
    const number = serial && magnitudeOf(serial)
    if (number === undefined || timeOf(date) === undefined || more.length > 0) return UNREADABLE
    if (extensions !== undefined && !isHarmless(extensions)) {
      return 'has an entry with a critical extension, not understood'
    }
    revoked.add(number.toString('hex'))
  }
  return revoked
}

const isHarmless = (list: Asn1Element): boolean => {
  const extensions = extensionsOf(list)
  return extensions !== undefined && ![...extensions.values()].some(({ critical }) => critical)
}

const DELTA = '2.5.29.27'
const DISTRIBUTION_POINT = '2.5.29.28'

function readListExtensions(fields: Asn1Reader): string | undefined {
  if (fields.atEnd) return undefined
  const list = fields.sees(constructed(0)) ? wrappedSequence(fields, 0) : undefined
  if (list === undefined || !fields.atEnd) return UNREADABLE
  const extensions = extensionsOf(list)
  if (extensions === undefined) return UNREADABLE
  if (extensions.has(DELTA)) return 'lists changes only (a delta): give the full list'
  if (extensions.has(DISTRIBUTION_POINT) || !isHarmless(list)) {
    return 'is limited in a way that is not understood: give a full list'
  }
  return undefined
}

/**
 * Whether a list says that a certificate of this path is revoked, or no fresh list of its issuer
 * says that it is not. Once a policy names lists, each authority of the path must have one: an
 * absent list would let a revoked key go on signing.
 * @param time milliseconds since the epoch
 */
export function objectToRevocation(
  path: CertificatePath,
  lists: readonly RevocationList[],
  time: number,
): Refusal | undefined {
  for (const [depth, issuer] of path.slice(1).entries()) {
    const certificate = path[depth]
    const own = lists.filter((list) => isListOf(list, issuer))
    const serial = certificate?.serial.toString('hex') ?? ''
    if (own.some(({ revoked }) => revoked.has(serial))) {
      const message = `the certificate ${certificate?.fingerprint ?? ''} is revoked by its issuer`
      return { code: 'signature/key-revoked', message }
    }
    if (!own.some(({ thisUpdate, nextUpdate }) => thisUpdate <= time && time < nextUpdate)) {
      const message = `no revocation list by the authority ${issuer.fingerprint} counts at the time of receipt`
      return { code: 'signature/revocation-unknown', message }
    }
  }
  return undefined
}

/** Answers are kept: a list is verified once, not for each commit. */
const verified = new WeakMap<RevocationList, Map<string, boolean>>()

function isListOf(list: RevocationList, issuer: Certificate): boolean {
  if (!list.issuer.equals(issuer.subject)) return false
  const known = verified.get(list) ?? new Map<string, boolean>()
  verified.set(list, known)
  const answer = known.get(issuer.fingerprint) ?? isSignedByAuthority(list, issuer)
  known.set(issuer.fingerprint, answer)
  return answer
}

function isSignedByAuthority(list: RevocationList, issuer: Certificate): boolean {
  const use = readUse(issuer)
  if (typeof use === 'string' || use.keyUsage?.has('crlSign') === false) return false
  const key = issuer.key()
  return key.kind === 'read' && isSignedBy(list, key.value)
}
