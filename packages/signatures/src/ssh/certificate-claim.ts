import type { AllowedSigner, AllowedSigners } from './allowed-signers.ts'
import { holds } from '../crypto-check.ts'
import { objectTo, objectToRevoked, objectToUntouched } from './judge-claim.ts'
import { type Reading, type Refusal, read, refuse } from '../refusal.ts'
import { isCertificateRevoked } from './revoked-certificates.ts'
import type { SignatureClaim, TrustedSigners, UnknownKey } from '../signature-format.ts'
import { type SshCertificate, readCertificate } from './ssh-certificate.ts'
import { checkBareSignature, checkOf } from './ssh-check.ts'
import { fingerprint } from './ssh-key.ts'
import type { SshSignature } from './ssh-signature.ts'
import { WireReader } from './wire-reader.ts'

/** Reads a signature made with a certificate, whose authority the trusted ref must name. */
export function readCertificateClaim(
  signature: SshSignature,
  payload: readonly Buffer[],
  trusted: TrustedSigners,
): Reading<SignatureClaim | UnknownKey> {
  const reading = readOnce(signature.keyBlob, trusted.allowedSigners)
  if (reading.kind === 'refused') return reading
  const certificate = reading.value
  const { authority, keyBlob } = certificate
  const signers = authoritiesOf(certificate, trusted.allowedSigners)
  const revoked = objectToRevocation(certificate, trusted)
  if (signers.length === 0) {
    // First, lest the remedy advise to allow an authority that was revoked.
    if (revoked !== undefined) return { kind: 'refused', refusal: revoked }
    const type = new WireReader(authority).name() ?? ''
    const publicKey = `${type} ${authority.toString('base64')}`
    const unknown = { fingerprint: fingerprint(authority), publicKey, isAuthority: true }
    return read({ kind: 'unknown-key', ...unknown })
  }
  const weak = objectToAuthority(signers, trusted)
  if (weak !== undefined) return { kind: 'refused', refusal: weak }
  const check = checkOf(signature, certificate.key, payload)
  if (check.kind === 'refused') return check
  const { namespace, token } = signature
  return read({
    kind: 'claim',
    owners: signers.map(({ principal }) => principal),
    fingerprint: fingerprint(keyBlob),
    check: check.value,
    objectTo: (committer, receiptTime) =>
      revoked ??
      objectTo({ signers, keyBlob: authority, namespace }, committer, receiptTime) ??
      objectToCertificate(certificate, committer, receiptTime) ??
      (trusted.requireTouch === false ? undefined : objectToUntouched(keyBlob, token?.touched)),
  })
}

const authoritiesOf = (
  { authority }: SshCertificate,
  { authorities }: AllowedSigners,
): readonly AllowedSigner[] => authorities.get(authority.toString('base64')) ?? []

const MOST_KEPT = 1_024
const kept = new WeakMap<AllowedSigners, Map<string, Reading<SshCertificate>>>()

/** One certificate signs many commits; its authority's signature is checked once. */
function readOnce(blob: Buffer, allowedSigners: AllowedSigners): Reading<SshCertificate> {
  const known = kept.get(allowedSigners) ?? new Map<string, Reading<SshCertificate>>()
  kept.set(allowedSigners, known)
  const name = blob.toString('base64')
  const before = known.get(name)
  if (before !== undefined) return before
  const reading = readCertificate(blob)
  const answer = reading.kind === 'read' ? vouchFor(reading.value, allowedSigners) : reading
  if (known.size >= MOST_KEPT) known.clear()
  known.set(name, answer)
  return answer
}

/** The certificate when its authority is unknown, or known and did sign it. */
function vouchFor(
  certificate: SshCertificate,
  allowedSigners: AllowedSigners,
): Reading<SshCertificate> {
  const [first] = authoritiesOf(certificate, allowedSigners)
  if (first === undefined) return read(certificate)
  if (first.key.kind === 'refused') return first.key
  const { data, signature } = certificate.vouched
  const check = checkBareSignature(signature, first.key.value, data)
  if (check.kind === 'refused') return check
  if (signature.token?.touched === false) {
    return refuse('signature/untouched', 'holds a certificate made without a touch of its key')
  }
  if (holds(check.value)) return read(certificate)
  const message = `holds a certificate that its authority ${fingerprint(certificate.authority)} did not sign`
  return refuse('signature/bad-certificate', message)
}

function objectToRevocation(
  certificate: SshCertificate,
  { revokedKeys }: TrustedSigners,
): Refusal | undefined {
  const { keyBlob, authority } = certificate
  const byKey = objectToRevoked(keyBlob, revokedKeys) ?? objectToRevoked(authority, revokedKeys)
  if (byKey !== undefined || revokedKeys === undefined) return byKey
  if (!isCertificateRevoked(certificate, revokedKeys.certificates)) return undefined
  const message = `the certificate ${certificate.serial} of the key ${fingerprint(keyBlob)} is revoked by ${revokedKeys.path}`
  return { code: 'signature/key-revoked', message }
}

/** Who breaks the authority's key signs for everybody, so it keeps to the rules too. */
function objectToAuthority(
  [first]: readonly AllowedSigner[],
  { rules }: TrustedSigners,
): Refusal | undefined {
  const key = first?.key.kind === 'read' ? first.key.value.load() : undefined
  const bits = key?.asymmetricKeyDetails?.modulusLength
  if (bits === undefined || bits >= (rules?.rsaBits ?? 0)) return undefined
  const message = `its certificate is signed with an RSA key of ${bits} bits; the policy asks for ${rules?.rsaBits}`
  return { code: 'signature/weak-key', message }
}

/** Two must agree: the line of the policy and the certificate itself. */
function objectToCertificate(
  { keyBlob, principals, validAfter, validBefore }: SshCertificate,
  committer: string | undefined,
  receiptTime: number,
): Refusal | undefined {
  const key = fingerprint(keyBlob)
  if (committer === undefined || !principals.includes(committer)) {
    const message = `the certificate of the key ${key} does not name the committer ${committer ?? '(not UTF-8)'}`
    return { code: 'signature/wrong-committer', message }
  }
  if (validAfter <= receiptTime && receiptTime < validBefore) return undefined
  const until = Number.isFinite(validBefore) ? ` until ${new Date(validBefore).toISOString()}` : ''
  const from = Number.isFinite(validAfter) ? ` from ${new Date(validAfter).toISOString()}` : ''
  const message = `the certificate of the key ${key} was received outside of its validity${from}${until}`
  return { code: 'signature/key-not-valid', message }
}
