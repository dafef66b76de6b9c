import {
  Asn1Reader,
  type Asn1Element,
  TAG,
  childrenOf,
  constructed,
  primitive,
} from './asn1-reader.ts'
import { magnitudeOf, oidOf, smallInteger } from './asn1-values.ts'
import { type Reading, read, refuse } from '../refusal.ts'
import { type HashName, type SignatureScheme, readHash, readScheme } from './signature-scheme.ts'
import { type Certificate, readCertificate } from './x509-certificate.ts'

/** A detached CMS signature (RFC 5652 §5) by one signer, with signed attributes. */
export interface CmsSignature {
  /** All certificates of the message, in no order that means anything. */
  readonly certificates: readonly Certificate[]
  readonly signer: SignerId
  readonly hash: HashName
  readonly scheme: SignatureScheme
  /** What the signer says was signed. */
  readonly messageDigest: Buffer
  /** What was signed: the signed attributes, with the tag that §5.4 gives them. */
  readonly signedAttributes: Buffer
  readonly signature: Buffer
  /** Attributes beside the signature, which nobody signed, by identifier. */
  readonly unsigned: ReadonlyMap<string, readonly Asn1Element[]>
}

export type SignerId =
  | { readonly kind: 'issuer'; readonly issuer: Buffer; readonly serial: Buffer }
  | { readonly kind: 'key'; readonly keyId: Buffer }

const SIGNED_DATA = '1.2.840.113549.1.7.2'
const DATA = '1.2.840.113549.1.7.1'
const CONTENT_TYPE = '1.2.840.113549.1.9.3'
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4'
/** Longer chains are nobody's, and each certificate costs time. */
const MAX_CERTIFICATES = 16

/** Reads the bytes in the armor of a signature: one message and nothing after it. */
export function readCms(bytes: Buffer): Reading<CmsSignature> {
  const message = new Asn1Reader(bytes, 'framing')
  const content = message.enter(TAG.sequence)
  if (content === undefined || !message.atEnd) return malformed('is no CMS message')
  if (oidOf(content.take()) !== SIGNED_DATA) return malformed('is no CMS signature')
  const wrapped = content.enter(constructed(0))
  const fields = wrapped?.enter(TAG.sequence)
  if (fields === undefined || wrapped?.atEnd !== true || !content.atEnd) return unreadable()
  return readSignedData(fields)
}

function readSignedData(fields: Asn1Reader): Reading<CmsSignature> {
  const version = smallInteger(fields.take())
  const digests = fields.enter(TAG.set)
  const encapsulated = fields.enter(TAG.sequence)
  if (version === undefined || digests === undefined || encapsulated === undefined) {
    return unreadable()
  }
  if (oidOf(encapsulated.take()) !== DATA) return malformed('is not over plain data')
  if (!encapsulated.atEnd) return malformed('brings its own content: it must be detached')
  const certificates = readCertificates(fields)
  if (certificates === undefined) return malformed('has certificates that cannot be read')
  // Lists of revoked certificates that the signer picked prove nothing; the policy has its own.
  fields.take(constructed(1))
  const signers = fields.enter(TAG.set)?.rest()
  if (signers === undefined || !fields.atEnd) return unreadable()
  if (signers.length > 1) return refuse('signature/multiple', `has ${signers.length} signers`)
  const [signer] = signers
  if (signer?.tag !== TAG.sequence) return malformed('has no signer')
  const signature = readSigner(new Asn1Reader(signer.body, 'framing'), certificates)
  if (signature.kind === 'refused') return signature
  const announced = readHash(digests.take())
  const isAnnounced = announced.kind === 'read' && announced.value === signature.value.hash
  // §5.1: what stands above the signer follows from it.
  if (!isAnnounced || !digests.atEnd) return malformed('announces other digests than it has')
  const isOfSigner = version === (signature.value.signer.kind === 'issuer' ? 1 : 3)
  return isOfSigner ? signature : malformed('is in another version than its signer')
}

function readCertificates(fields: Asn1Reader): readonly Certificate[] | undefined {
  if (!fields.sees(constructed(0))) return []
  const list = fields.enter(constructed(0))?.rest(TAG.sequence, MAX_CERTIFICATES)
  // Copied, since certificates are kept: a part would keep all of its message alive.
  const found = list
    ?.map(({ raw }) => readCertificate(Buffer.from(raw)))
    .filter((one) => one !== undefined)
  return found?.length === list?.length ? found : undefined
}

function readSigner(
  fields: Asn1Reader,
  certificates: readonly Certificate[],
): Reading<CmsSignature> {
  const version = smallInteger(fields.take())
  const signer = readSignerId(fields)
  if (signer === undefined || version !== (signer.kind === 'issuer' ? 1 : 3)) return unreadable()
  const hash = readHash(fields.take())
  if (hash.kind === 'refused') return hash
  const attributes = fields.take(constructed(0))
  // Without them the same signature could be read as one over the attributes themselves.
  if (attributes === undefined) return malformed('has no signed attributes')
  const scheme = readScheme(fields.take())
  if (scheme.kind === 'refused') return scheme
  const signature = fields.take(TAG.octetString)
  const unsigned = fields.sees(constructed(1))
    ? readAttributes(fields.take(constructed(1)))
    : new Map<string, readonly Asn1Element[]>()
  if (signature === undefined || unsigned === undefined || !fields.atEnd) return unreadable()
  if ((scheme.value.hash ?? hash.value) !== hash.value) {
    return malformed('is over another hash than its digest')
  }
  // RFC 8419 §3.1
  if (scheme.value.kind === 'ed25519' && hash.value !== 'sha512') return unreadable()
  const signed = readSigned(attributes)
  if (signed.kind === 'refused') return signed
  return read({
    certificates,
    signer,
    hash: hash.value,
    scheme: scheme.value,
    signature: signature.body,
    unsigned,
    ...signed.value,
  })
}

function readSignerId(fields: Asn1Reader): SignerId | undefined {
  if (fields.sees(primitive(0))) {
    const keyId = fields.take()
    return keyId && { kind: 'key', keyId: keyId.body }
  }
  const [issuer, number, ...more] = fields.enter(TAG.sequence)?.rest() ?? []
  const serial = number && magnitudeOf(number)
  if (issuer?.tag !== TAG.sequence || serial === undefined || more.length > 0) return undefined
  return { kind: 'issuer', issuer: issuer.raw, serial }
}

/** The attributes as they were signed (RFC 5652 §5.4): a SET OF in DER. */
function readSigned(
  element: Asn1Element,
): Reading<Pick<CmsSignature, 'signedAttributes' | 'messageDigest'>> {
  const signedAttributes = Buffer.from(element.raw)
  signedAttributes[0] = TAG.set
  const attributes = readAttributes(element)
  // An indefinite length is no DER: its bytes are not the ones that were signed.
  if (attributes === undefined || element.raw[1] === 0x80) return unreadable()
  const [type, ...moreTypes] = attributes.get(CONTENT_TYPE) ?? []
  const [digest, ...moreDigests] = attributes.get(MESSAGE_DIGEST) ?? []
  if (moreTypes.length > 0 || moreDigests.length > 0) return unreadable()
  if (oidOf(type) !== DATA) return malformed('has signed attributes for something else than data')
  if (digest?.tag !== TAG.octetString) return malformed('says no digest of what was signed')
  return read({ signedAttributes, messageDigest: digest.body })
}

/** Values by identifier, each identifier once; undefined when they cannot be read. */
function readAttributes(
  element: Asn1Element | undefined,
): ReadonlyMap<string, readonly Asn1Element[]> | undefined {
  const attributes = new Map<string, readonly Asn1Element[]>()
  const list = element && childrenOf(element, TAG.sequence, 64)
  for (const attribute of list ?? []) {
    const [name, values, ...more] = childrenOf(attribute) ?? []
    const oid = oidOf(name)
    const found = values?.tag === TAG.set ? childrenOf(values) : undefined
    if (oid === undefined || found === undefined || more.length > 0) return undefined
    if (attributes.has(oid)) return undefined
    attributes.set(oid, found)
  }
  return list && attributes
}

/** The certificate that the signer named, never simply the first one. */
export function signerCertificate({ certificates, signer }: CmsSignature): Reading<Certificate> {
  const [found, ...more] = certificates.filter((certificate) =>
    signer.kind === 'issuer'
      ? certificate.issuer.equals(signer.issuer) && certificate.serial.equals(signer.serial)
      : keyIdOf(certificate)?.equals(signer.keyId) === true,
  )
  if (more.length > 0) return malformed('fits more than one of its certificates')
  if (found !== undefined) return read(found)
  return refuse('signature/untrusted-certificate', 'does not carry the certificate of its signer')
}

const KEY_ID = '2.5.29.14'
/** The value of the extension is an octet string within an octet string. */
const keyIdOf = ({ extensions }: Certificate): Buffer | undefined =>
  extensions.get(KEY_ID)?.value.subarray(2)

const malformed = (what: string) => refuse('signature/malformed', `its signature ${what}`)
const unreadable = () => malformed('cannot be read')
