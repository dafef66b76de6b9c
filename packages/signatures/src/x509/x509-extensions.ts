import {
  type Asn1Element,
  Asn1Reader,
  TAG,
  childrenOf,
  constructed,
  primitive,
  soleElement,
} from './asn1-reader.ts'
import { booleanOf, oidOf, smallInteger } from './asn1-values.ts'
import type { Certificate } from './x509-certificate.ts'

/** What the extensions of a certificate say of its use (RFC 5280 §4.2.1). */
export interface CertificateUse {
  readonly isAuthority: boolean
  /** How many authorities may stand below it; undefined without a limit. */
  readonly pathLength: number | undefined
  /** Undefined when the certificate does not limit its key. */
  readonly keyUsage: ReadonlySet<KeyUsage> | undefined
  /** Identifiers of purposes; undefined when it does not limit them. */
  readonly purposes: ReadonlySet<string> | undefined
  readonly names: readonly AlternativeName[]
  readonly keyId: Buffer | undefined
  readonly authorityKeyId: Buffer | undefined
}

export type KeyUsage = 'digitalSignature' | 'keyCertSign' | 'crlSign'

export interface AlternativeName {
  readonly kind: 'email' | 'uri' | 'other'
  /** One character an octet; for `other` empty. */
  readonly value: string
}

const EXTENSION = {
  keyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  names: '2.5.29.17',
  constraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyId: '2.5.29.35',
  purposes: '2.5.29.37',
} as const
/** May be critical and say nothing that we would break: where lists are, under which policies. */
const HARMLESS = new Set(['2.5.29.31', '2.5.29.32', '1.3.6.1.5.5.7.1.1'])
const UNDERSTOOD = new Set<string>([...Object.values(EXTENSION), ...HARMLESS])
/** Bits of keyUsage, counted from the first octet's highest. */
const USAGES: readonly (readonly [number, KeyUsage])[] = [
  [0, 'digitalSignature'],
  [5, 'keyCertSign'],
  [6, 'crlSign'],
]

/** What a certificate may be used for; a sentence when an extension cannot be honoured. */
export function readUse({ extensions }: Certificate): CertificateUse | string {
  for (const [oid, { critical }] of extensions) {
    if (critical && !UNDERSTOOD.has(oid)) return `has the critical extension ${oid}, not understood`
  }
  // Critical or not: passing over it would let an authority vouch for names that are not its own.
  if (extensions.has(EXTENSION.nameConstraints)) return 'has name constraints, not supported'
  const value = (oid: string, tag: number) => {
    const extension = extensions.get(oid)
    return extension === undefined ? null : soleElement(extension.value, tag)
  }
  const constraints = readConstraints(value(EXTENSION.constraints, TAG.sequence))
  const keyUsage = readUsage(value(EXTENSION.keyUsage, TAG.bitString))
  const purposes = readPurposes(value(EXTENSION.purposes, TAG.sequence))
  const names = readNames(value(EXTENSION.names, TAG.sequence))
  const keyId = value(EXTENSION.keyId, TAG.octetString)
  const authority = readAuthority(value(EXTENSION.authorityKeyId, TAG.sequence))
  if (constraints === undefined || keyUsage === undefined || purposes === undefined) return BROKEN
  if (names === undefined || keyId === undefined || authority === undefined) return BROKEN
  return {
    ...constraints,
    keyUsage: keyUsage ?? undefined,
    purposes: purposes ?? undefined,
    names,
    keyId: keyId?.body,
    authorityKeyId: authority ?? undefined,
  }
}

const BROKEN = 'has an extension that cannot be read'
/** What stands in an extension: null when there is none, undefined when it cannot be read. */
type Found = Asn1Element | null | undefined

function readConstraints(
  found: Found,
): Pick<CertificateUse, 'isAuthority' | 'pathLength'> | undefined {
  if (found === null) return { isAuthority: false, pathLength: undefined }
  if (found === undefined) return undefined
  const fields = new Asn1Reader(found.body)
  const isAuthority = fields.sees(TAG.boolean) ? booleanOf(fields.take()) : false
  const limit = fields.sees(TAG.integer) ? smallInteger(fields.take()) : null
  if (isAuthority === undefined || limit === undefined || !fields.atEnd) return undefined
  return { isAuthority, pathLength: limit ?? undefined }
}

function readUsage(found: Found): ReadonlySet<KeyUsage> | null | undefined {
  if (found === null || found === undefined) return found
  const [unused = 8, ...octets] = found.body
  if (unused > 7 || octets.length === 0) return undefined
  const isSet = (bit: number) => ((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0
  return new Set(USAGES.filter(([bit]) => isSet(bit)).map(([, usage]) => usage))
}

function readPurposes(found: Found): ReadonlySet<string> | null | undefined {
  if (found === null || found === undefined) return found
  const purposes = childrenOf(found)?.map(oidOf)
  if (purposes === undefined || purposes.length === 0) return undefined
  const known = purposes.filter((purpose) => purpose !== undefined)
  return known.length === purposes.length ? new Set(known) : undefined
}

const NAME_KINDS: ReadonlyMap<number, AlternativeName['kind']> = new Map([
  [primitive(1), 'email'],
  [primitive(6), 'uri'],
])

function readNames(found: Found): readonly AlternativeName[] | undefined {
  if (found === null) return []
  if (found === undefined) return undefined
  return childrenOf(found)?.map(({ tag, body }) => {
    const kind = NAME_KINDS.get(tag) ?? 'other'
    return { kind, value: kind === 'other' ? '' : body.toString('latin1') }
  })
}

/** `[0]` is the key's own identifier; issuer and serial beside it add nothing to a path. */
function readAuthority(found: Found): Buffer | null | undefined {
  if (found === null || found === undefined) return found
  const fields = childrenOf(found)
  if (fields === undefined) return undefined
  return fields.find(({ tag }) => tag === primitive(0))?.body ?? null
}

/** Wraps what a reader of another list of extensions needs: an explicitly tagged sequence. */
export const wrappedSequence = (fields: Asn1Reader, number: number): Asn1Element | undefined => {
  const wrapped = fields.take(constructed(number))
  return wrapped && soleElement(wrapped.body, TAG.sequence)
}
