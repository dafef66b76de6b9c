import type { CommitSignature } from '../commit/commit-object.ts'
import type { CertifiedKey, OpenPgpSigner } from './openpgp-certificate.ts'
import { openPgpCheckOf } from './openpgp-check.ts'
import type { OpenPgpKey } from './openpgp-key.ts'
import { type KeyState, stateAt } from './openpgp-period.ts'
import { type OpenPgpSignature, readOpenPgpSignature } from './openpgp-signature.ts'
import { type Principal, namesOf, signsFor } from '../principal.ts'
import { type Reading, type Refusal, read, refuse } from '../refusal.ts'
import type { SignatureClaim, UnknownKey } from '../signature-format.ts'

interface Candidate {
  readonly principal: Principal
  readonly certified: CertifiedKey
}

/** Reads an OpenPGP signature and finds its key among the signers, by the full fingerprint. */
export function readOpenPgpClaim(
  { armor, payload }: CommitSignature,
  signers: readonly OpenPgpSigner[] | undefined,
): Reading<SignatureClaim | UnknownKey> {
  if (signers === undefined) {
    return refuse(
      'signature/unsupported',
      'is signed with OpenPGP, but no OpenPGP certificate is trusted',
    )
  }
  const signature = readOpenPgpSignature(armor)
  if (signature.kind === 'refused') return signature
  const { issuer } = signature.value
  const candidates = candidatesFor(issuer, signers)
  const [first] = candidates
  if (first === undefined) return read({ kind: 'unknown-key', fingerprint: issuer, publicKey: '' })
  const { key } = first.certified
  if (key.kind === 'refused') return key
  const check = openPgpCheckOf(signature.value, key.value, payload)
  if (check.kind === 'refused') return check
  return read({
    kind: 'claim',
    owners: candidates.map(({ principal }) => principal),
    fingerprint: issuer,
    check: check.value,
    objectTo: (committer, receiptTime) =>
      objectToCommitter(issuer, candidates, committer) ??
      objectToKey(issuer, candidates, committer, receiptTime) ??
      objectToTimes(signature.value, key.value, receiptTime),
  })
}

function candidatesFor(issuer: string, signers: readonly OpenPgpSigner[]): readonly Candidate[] {
  const candidates: Candidate[] = []
  for (const { principal, certificate } of signers) {
    const certified = certificate.keys.get(issuer)
    if (certified !== undefined) candidates.push({ principal, certified })
  }
  return candidates
}

const isFor =
  (committer: string | undefined) =>
  ({ principal }: Candidate): boolean =>
    signsFor(principal, committer)

function objectToCommitter(
  issuer: string,
  candidates: readonly Candidate[],
  committer: string | undefined,
): Refusal | undefined {
  if (candidates.some(isFor(committer))) return undefined
  const owners = namesOf(candidates.map(({ principal }) => principal))
  const message = `the OpenPGP key ${issuer} is ${owners}'s, who may not sign for the committer ${committer ?? '(not UTF-8)'}`
  return { code: 'signature/wrong-committer', message }
}

function objectToKey(
  issuer: string,
  candidates: readonly Candidate[],
  committer: string | undefined,
  receiptTime: number,
): Refusal | undefined {
  const stateOf = ({ certified }: Candidate): KeyState => stateAt(certified.periods, receiptTime)
  // Of two copies of a certificate, the one that knows of a revocation is right.
  if (candidates.some((candidate) => stateOf(candidate) === 'revoked')) {
    return { code: 'signature/key-revoked', message: `the OpenPGP key ${issuer} is revoked` }
  }
  if (candidates.filter(isFor(committer)).some((own) => stateOf(own) === 'valid')) return undefined
  const when = Number.isFinite(receiptTime) ? new Date(receiptTime).toISOString() : 'no known time'
  const message = `the OpenPGP key ${issuer} may not sign commits received at ${when}: it is expired, not bound to its certificate, or not for signing`
  return { code: 'signature/key-not-valid', message }
}

function objectToTimes(
  { created, expires, issuer }: OpenPgpSignature,
  key: OpenPgpKey,
  receiptTime: number,
): Refusal | undefined {
  if (created < key.created) {
    const message = `its signature is dated before the OpenPGP key ${issuer} was made`
    return { code: 'signature/key-not-valid', message }
  }
  if (expires === undefined || receiptTime < expires) return undefined
  const message = `its signature by the OpenPGP key ${issuer} has expired`
  return { code: 'signature/key-not-valid', message }
}
