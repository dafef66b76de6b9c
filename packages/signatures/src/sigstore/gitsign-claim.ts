import { soleElement } from '../x509/asn1-reader.ts'
import { objectToTimestamps } from './certificate-timestamp.ts'
import { readCmsArmor } from '../x509/cms-armor.ts'
import { cmsCheckOf } from '../x509/cms-check.ts'
import { readCms, signerCertificate } from '../x509/cms-signature.ts'
import type { CommitSignature } from '../commit/commit-object.ts'
import { objectToCommitter } from '../committer-objection.ts'
import { readLoggedTime } from './gitsign-entry.ts'
import { wasInService } from './log-key.ts'
import { type Reading, type Refusal, read, refuse } from '../refusal.ts'
import type { SignatureClaim } from '../signature-format.ts'
import type {
  SigstoreAuthority,
  SigstoreIdentity,
  SigstoreTrust,
  VouchedCertificate,
} from './sigstore-trust.ts'
import type { Certificate } from '../x509/x509-certificate.ts'
import { readUse } from '../x509/x509-extensions.ts'
import { isSignedBy, objectToUse, objectToValidity } from '../x509/x509-path.ts'

/** codeSigning: what Fulcio issues for. */
const PURPOSES = ['1.3.6.1.5.5.7.3.3']

/**
 * Reads a gitsign signature: its certificate is by Sigstore's authority for an identity that the
 * policy names, known to a certificate log, and a log took in the signature while it was valid.
 * @param object the id of what carries the signature
 */
export function readGitsignClaim(
  { armor, payload }: CommitSignature,
  trust: SigstoreTrust | undefined,
  object: string | undefined,
): Reading<SignatureClaim> {
  if (trust === undefined) {
    return refuse(
      'signature/unsupported',
      'is signed with gitsign, but the policy pins no Sigstore root',
    )
  }
  const bytes = readCmsArmor(armor)
  if (bytes.kind === 'refused') return bytes
  const signature = readCms(bytes.value)
  if (signature.kind === 'refused') return signature
  const signer = signerCertificate(signature.value)
  if (signer.kind === 'refused') return signer
  const vouched = vouchedFor(signer.value, trust)
  if (vouched.kind === 'refused') return vouched
  const { certificate, owners, authority } = vouched.value
  const time = readLoggedTime({ signature: signature.value, certificate, object }, trust)
  if (time.kind === 'refused') return time
  const refusal = objectToService(certificate, authority, time.value)
  if (refusal !== undefined) return { kind: 'refused', refusal }
  const check = cmsCheckOf(signature.value, certificate, payload)
  if (check.kind === 'refused') return check
  const { fingerprint } = certificate
  return read({
    kind: 'claim',
    owners,
    fingerprint,
    check: check.value,
    objectTo: (committer, receiptTime) =>
      objectToCommitter(fingerprint, owners, committer) ?? objectToTime(time.value, receiptTime),
  })
}

/** More than a long range has certificates that sign more than once. */
const MAX_FOUND = 1_024

function vouchedFor(certificate: Certificate, trust: SigstoreTrust): Reading<VouchedCertificate> {
  const { fingerprint } = certificate
  const known = trust.found.get(fingerprint)
  if (known !== undefined) return known
  const vouched = readVouched(certificate, trust)
  if (trust.found.size >= MAX_FOUND) trust.found.clear()
  trust.found.set(fingerprint, vouched)
  return vouched
}

/** The owners of the identity, once an authority has vouched for it, may, and did not in secret. */
function readVouched(certificate: Certificate, trust: SigstoreTrust): Reading<VouchedCertificate> {
  const { fingerprint } = certificate
  const authority = authorityOf(certificate, trust)
  const [issuer] = authority?.chain ?? []
  if (authority === undefined || issuer === undefined) {
    return untrusted(fingerprint, 'is not by an authority of the pinned Sigstore root')
  }
  const refusal = objectToUse([certificate, ...authority.chain], PURPOSES)
  if (refusal !== undefined) return { kind: 'refused', refusal }
  const problem = objectToTimestamps(certificate, issuer, trust.certificateLogs)
  if (problem !== undefined) return untrusted(fingerprint, problem)
  const found = identityOf(certificate)
  if (found === undefined) {
    return untrusted(fingerprint, 'does not say one identity and who confirmed it')
  }
  const owners = trust.signers
    .filter(({ identities }) =>
      identities.some((one) => one.issuer === found.issuer && one.identity === found.identity),
    )
    .map(({ principal }) => principal)
  if (owners.length > 0) return read({ certificate, authority, owners })
  const message = `the policy names nobody for the identity ${found.identity}, confirmed by ${found.issuer}`
  return refuse('signature/unknown-signer', message)
}

const untrusted = (fingerprint: string, what: string) =>
  refuse('signature/untrusted-certificate', `the certificate ${fingerprint} ${what}`)

/** Names alone match several generations of an authority: the signature decides. */
const authorityOf = (
  certificate: Certificate,
  { authorities }: SigstoreTrust,
): SigstoreAuthority | undefined =>
  authorities.find(({ chain: [issuer] }) => {
    if (issuer === undefined || !issuer.subject.equals(certificate.issuer)) return false
    const key = issuer.key()
    return key.kind === 'read' && isSignedBy(certificate, key.value)
  })

/** Fulcio's object identifiers: who confirmed the identity, in its first form and its second. */
const ISSUER = '1.3.6.1.4.1.57264.1.1'
const ISSUER_V2 = '1.3.6.1.4.1.57264.1.8'
const UTF8_STRING = 0x0c

function identityOf(certificate: Certificate): SigstoreIdentity | undefined {
  const use = readUse(certificate)
  const [name, ...more] = typeof use === 'string' ? [] : use.names
  if (name === undefined || name.kind === 'other' || more.length > 0) return undefined
  const first = certificate.extensions.get(ISSUER)?.value.toString('utf8')
  const second = certificate.extensions.get(ISSUER_V2)?.value
  const issuer = second ? soleElement(second, UTF8_STRING)?.body.toString('utf8') : first
  // Two that differ would be one issuer to us and another to others.
  const differ = first !== undefined && first !== issuer
  return issuer === undefined || differ ? undefined : { issuer, identity: name.value }
}

/** @param time when the log took the signature in: the certificate lives for minutes only */
function objectToService(
  certificate: Certificate,
  authority: SigstoreAuthority,
  time: number,
): Refusal | undefined {
  const refusal = objectToValidity([certificate, ...authority.chain], time)
  if (refusal !== undefined || wasInService(authority, time)) return refusal
  const message = `the certificate ${certificate.fingerprint} is by an authority out of its service`
  return { code: 'signature/untrusted-certificate', message }
}

const objectToTime = (time: number, receiptTime: number): Refusal | undefined =>
  time <= receiptTime
    ? undefined
    : { code: 'signature/key-not-valid', message: 'was logged after it was received' }
