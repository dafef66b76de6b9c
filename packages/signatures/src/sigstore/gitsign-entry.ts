import { createHash } from 'node:crypto'
import { TAG } from '../x509/asn1-reader.ts'
import type { CmsSignature } from '../x509/cms-signature.ts'
import { holds } from '../crypto-check.ts'
import { type LogEntry, plainBase64, readLogEntry } from './log-entry.ts'
import { objectToEntry } from './log-proof.ts'
import { type Reading, read, refuse } from '../refusal.ts'
import { schemeCheck } from '../x509/signature-scheme.ts'
import type { SigstoreTrust } from './sigstore-trust.ts'
import type { Certificate } from '../x509/x509-certificate.ts'

/** Where gitsign puts the log entry into a signature, beside what is signed. */
const EMBEDDED = '1.3.6.1.4.1.57264.3.1'

export interface LoggedSignature {
  readonly signature: CmsSignature
  readonly certificate: Certificate
  /** The id of what carries the signature, in hex; undefined where it has none yet. */
  readonly object: string | undefined
}

/**
 * When a pinned log took in this very signature, in milliseconds since the epoch. The entry comes
 * with the signature, else out of the policy.
 */
export function readLoggedTime(
  logged: LoggedSignature,
  { entryLogs, proofs }: SigstoreTrust,
): Reading<number> {
  const embedded = logged.signature.unsigned.get(EMBEDDED)
  const entry = embedded === undefined ? proofs.get(logged.object ?? '') : readEmbedded(embedded)
  if (entry === undefined) {
    return embedded === undefined ? refuse('signature/no-offline-proof', NO_PROOF) : unreadable()
  }
  const body = bodyOf(entry, logged)
  if (body === undefined) return invalid('is about another signature, digest or certificate')
  const problem = objectToEntry(entry, body, entryLogs)
  if (problem !== undefined) return invalid(problem)
  const time = entry.integratedTime * 1_000
  const { notBefore, notAfter } = logged.certificate
  return notBefore <= time && time <= notAfter
    ? read(time)
    : invalid('is of a time outside of the certificate')
}

const NO_PROOF =
  'is signed by gitsign without a log entry that can be verified offline, and the policy has none for it'

function readEmbedded(values: readonly { readonly tag: number; readonly body: Buffer }[]) {
  const [value, ...more] = values
  return value?.tag === TAG.octetString && more.length === 0 ? readLogEntry(value.body) : undefined
}

/**
 * The body that the entry must have, built here from what was signed: comparing the log's own words
 * with ours leaves nothing to read in two ways.
 */
function bodyOf(entry: LogEntry, logged: LoggedSignature): Buffer | undefined {
  const { signature, certificate } = logged
  const own = hashedRekord(signature.signedAttributes, signature.signature, certificate)
  if (entry.body === undefined || entry.body.equals(own)) return own
  return bodyOverId(entry.body, logged)
}

/** gitsign's older way: a second signature, over the id of the commit, is what the log holds. */
function bodyOverId(body: Buffer, { certificate, object }: LoggedSignature): Buffer | undefined {
  const signature = plainBase64(CONTENT.exec(body.toString('latin1'))?.[1])
  const key = certificate.key()
  if (signature === undefined || object === undefined || key.kind === 'refused') return undefined
  const data = Buffer.from(object)
  if (!hashedRekord(data, signature, certificate).equals(body)) return undefined
  const scheme = { kind: 'ecdsa', hash: 'sha256' } as const
  const check = schemeCheck({ scheme, key: key.value, data, signature })
  return check.kind === 'read' && holds(check.value) ? body : undefined
}

const CONTENT = /"signature":\{"content":"([A-Za-z0-9+/=]+)"/

/** An entry of Rekor's kind hashedrekord 0.0.1, in canonical JSON (RFC 8785). */
function hashedRekord(data: Buffer, signature: Buffer, { raw }: Certificate): Buffer {
  const digest = createHash('sha256').update(data).digest('hex')
  const lines = raw.toString('base64').match(/.{1,64}/g) ?? []
  const certificate = `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
  const key = Buffer.from(certificate).toString('base64')
  return Buffer.from(
    `{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256","value":"${digest}"}},"signature":{"content":"${signature.toString('base64')}","publicKey":{"content":"${key}"}}}}`,
  )
}

const invalid = (what: string) => refuse('signature/invalid-proof', `its log entry ${what}`)
const unreadable = () => invalid('cannot be read, or is of a log that makes no promise of time')
