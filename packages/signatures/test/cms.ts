import { createHash } from 'node:crypto'
import { bare, integer, nothing, octets, oid, pem, sequence, set, tagged, time } from './der.ts'
import { HASH_OID, type Hash, type Holder, schemeOf, signBytes } from './pki.ts'

const DATA = '1.2.840.113549.1.7.1'

/** What a test may want otherwise than an honest signer has it. */
export interface CmsRequest {
  readonly by: Holder
  /** Certificates in the message; default: the signer's. */
  readonly certificates?: readonly Holder[]
  readonly hash?: Hash
  readonly digestHash?: Hash
  readonly digest?: Buffer
  readonly contentType?: string
  readonly attributes?: readonly Buffer[]
  readonly content?: readonly Buffer[]
  readonly signerId?: { readonly version: number; readonly id: Buffer }
  /** Version of the message; default: what its signer needs. */
  readonly version?: number
  /** The digest that stands above the signer; default: the signer's. */
  readonly announced?: Hash
  readonly scheme?: Buffer
  readonly sign?: (data: Buffer) => Buffer
  /** Attributes beside the signature, made when the signature is known. */
  readonly unsigned?: (signed: Signed) => readonly Buffer[]
  readonly signers?: number
}

export interface Signed {
  /** What was signed. */
  readonly attributes: Buffer
  readonly signature: Buffer
}

export const attribute = (id: string, ...values: readonly Buffer[]): Buffer =>
  sequence(oid(id), set(...values))

export function signerInfo(payload: Buffer, request: CmsRequest): Buffer {
  const { by, hash = 'sha256', digestHash = hash, contentType = DATA } = request
  const { digest = createHash(digestHash).update(payload).digest() } = request
  const list = request.attributes ?? [
    attribute('1.2.840.113549.1.9.3', oid(contentType)),
    attribute('1.2.840.113549.1.9.5', time(Date.UTC(2026, 4, 20))),
    attribute('1.2.840.113549.1.9.4', octets(digest)),
  ]
  const attributes = set(...list)
  const signature = request.sign?.(attributes) ?? signBytes(by, attributes, hash)
  const { version, id } = request.signerId ?? issuerAndSerial(by)
  const beside = request.unsigned?.({ attributes, signature }) ?? []
  return sequence(
    integer(version),
    id,
    sequence(oid(HASH_OID[digestHash]), nothing),
    ...(list.length === 0 ? [] : [tagged(0, ...list)]),
    request.scheme ?? schemeOf(by.kind, hash),
    octets(signature),
    ...(beside.length === 0 ? [] : [tagged(1, ...beside)]),
  )
}

export const issuerAndSerial = (by: Holder, issuer: Buffer = issuerOf(by)) => ({
  version: 1,
  id: sequence(issuer, by.serial),
})
export const bySubjectKey = (keyId: Buffer) => ({ version: 3, id: bare(0, keyId) })

/** The issuer's name stands after version, serial and algorithm. */
export function issuerOf({ tbs }: Holder): Buffer {
  const head = (at: number) => {
    const first = tbs[at + 1] ?? 0
    const width = first < 0x80 ? 0 : first & 0x7f
    const length = width === 0 ? first : tbs.readUIntBE(at + 2, width)
    return { start: at + 2 + width, end: at + 2 + width + length }
  }
  const fields: Buffer[] = []
  for (let at = head(0).start; at < tbs.length; at = head(at).end) {
    fields.push(tbs.subarray(at, head(at).end))
  }
  return fields[3] ?? Buffer.alloc(0)
}

export function signCms(payload: Buffer, request: CmsRequest): Buffer {
  const { by, certificates = [by], content = [], signers = 1 } = request
  const { hash = 'sha256', digestHash = hash } = request
  const signed = sequence(
    integer(request.version ?? request.signerId?.version ?? 1),
    set(sequence(oid(HASH_OID[request.announced ?? digestHash]), nothing)),
    sequence(oid(DATA), ...content),
    tagged(0, ...certificates.map(({ der }) => der)),
    set(...Array.from({ length: signers }, () => signerInfo(payload, request))),
  )
  return sequence(oid('1.2.840.113549.1.7.2'), tagged(0, signed))
}

export const armorCms = (der: Buffer): string => pem('SIGNED MESSAGE', der)
