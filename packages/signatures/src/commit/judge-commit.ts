import type { CommitId } from '@bulkhead/vocabulary'
import { claimsOf } from './commit-claims.ts'
import { type CommitObject, readCommit } from './commit-object.ts'
import { type CryptoCheck, holds } from '../crypto-check.ts'
import { type Principal, signerAmong } from '../principal.ts'
import type { CommitJudgement } from './range-judgement.ts'
import type { Refusal } from '../refusal.ts'
import { remedyFor } from './remedies.ts'
import { LENIENT, objectToRules } from '../signing-rules.ts'
import {
  READERS,
  type SignatureClaim,
  type SignatureFormat,
  type TrustedSigners,
  type UnknownKey,
  formatOf,
} from '../signature-format.ts'

export interface CommitRequest extends TrustedSigners {
  readonly commit: CommitId
  /** The object as stored. That it hashes to `commit` is the duty of whoever read it. */
  readonly bytes: Buffer
  /**
   * When the commit reached us, in milliseconds since the epoch. Keys are judged at this time: the
   * times inside a commit are chosen by whoever writes it.
   */
  readonly receiptTime: number
  /** Arguments of `git rebase` for the remedy; default: the commit's own parent. */
  readonly resignFrom?: string
}

/** A judgement that is final, or waits for one cryptographic answer. */
export type PendingJudgement =
  | { readonly kind: 'judged'; readonly judgement: CommitJudgement }
  | {
      readonly kind: 'check'
      readonly check: CryptoCheck
      readonly conclude: (signatureHolds: boolean) => CommitJudgement
    }

/**
 * Says of one commit who signed it, or why it is blocked. Pure; starts at blocked. Of a forge's commit
 * it says no more than whose signature that is: whether it may pass only its range can tell.
 */
export function judgeCommit(request: CommitRequest): CommitJudgement {
  const pending = prepareJudgement(request)
  return pending.kind === 'judged' ? pending.judgement : pending.conclude(holds(pending.check))
}

/** All of {@link judgeCommit} but the cryptographic check, which may run elsewhere. */
export function prepareJudgement(request: CommitRequest): PendingJudgement {
  const signed = readSigned(request)
  if (signed.kind === 'objection') return { kind: 'judged', judgement: block(request, signed) }
  const conclude = (signatureHolds: boolean) => concludeClaim(request, signed, signatureHolds)
  return { kind: 'check', check: signed.claim.check, conclude }
}

interface Objection {
  readonly kind: 'objection'
  readonly format: CommitJudgement['format']
  readonly refusal: Refusal
  readonly owners?: readonly Principal[]
  readonly key?: UnknownKey | SignatureClaim
}

interface Signed {
  readonly kind: 'signed'
  readonly format: SignatureFormat
  readonly object: CommitObject
  readonly claim: SignatureClaim
}

function readSigned(request: CommitRequest): Signed | Objection {
  const { commit, bytes, allowedSigners } = request
  const object = readCommit(bytes, commit.length === 64 ? 'sha256' : 'sha1')
  if (object.kind === 'refused') return objection('none', object.refusal)
  const { signature } = object.value
  if (signature === undefined) return objection('none', UNSIGNED)
  const format = formatOf(signature)
  if (format === undefined) return objection('none', UNKNOWN_ARMOR)
  const reading = READERS[format](signature, request)
  if (reading.kind === 'refused') return objection(format, reading.refusal)
  const claim = reading.value
  if (claim.kind === 'claim') return { kind: 'signed', format, object: object.value, claim }
  const message =
    format === 'openpgp'
      ? `the OpenPGP key ${claim.fingerprint} is in no trusted certificate`
      : `the ${claim.isAuthority === true ? 'certificate authority' : 'key'} ${claim.fingerprint} is not in ${allowedSigners.path}`
  const refusal: Refusal = { code: 'signature/unknown-signer', message }
  return { kind: 'objection', format, refusal, key: claim }
}

function concludeClaim(
  request: CommitRequest,
  { format, claim, object }: Signed,
  signatureHolds: boolean,
): CommitJudgement {
  if (!signatureHolds) return block(request, objection(format, INVALID))
  const { owners } = claim
  const { committer } = object
  const signer = signerAmong(owners, committer)
  const refusal =
    claim.objectTo(committer, request.receiptTime) ??
    objectToRules({ ...object, signer, key: claim.check.key }, request.rules ?? LENIENT)
  if (refusal !== undefined) {
    return block(request, { ...objection(format, refusal), owners, key: claim })
  }
  return {
    commit: request.commit,
    ...claimsOf(request.bytes),
    verdict: 'passed',
    principal: signer?.name,
    role: signer?.role,
    format,
    findings: [],
  }
}

function block(request: CommitRequest, objected: Objection): CommitJudgement {
  const { commit, allowedSigners, resignFrom = parentOf(request) } = request
  const { format, refusal, owners = [], key } = objected
  const claims = claimsOf(request.bytes)
  const remedy = remedyFor(refusal.code, {
    resignFrom,
    signersPath: allowedSigners.path,
    committer: claims.committer,
    emails: owners.flatMap(({ committers }) => committers),
    publicKey: key?.kind === 'unknown-key' ? key.publicKey : '',
    isAuthority: key?.kind === 'unknown-key' ? key.isAuthority : undefined,
    openPgpKey: format === 'openpgp' ? (key?.fingerprint ?? '') : '',
    format,
  })
  return {
    commit,
    ...claims,
    verdict: 'blocked',
    principal: owners[0]?.name,
    role: owners[0]?.role,
    format,
    findings: [{ ...refusal, subject: commit, remedy }],
  }
}

/** Where a rebase of this one commit would begin. */
const parentOf = ({ commit, bytes }: CommitRequest): string =>
  bytes.includes('\nparent ') ? `${commit}^` : '--root'

const objection = (format: CommitJudgement['format'], refusal: Refusal): Objection => ({
  kind: 'objection',
  format,
  refusal,
})

const UNSIGNED: Refusal = { code: 'signature/unsigned', message: 'carries no signature' }
const UNKNOWN_ARMOR: Refusal = {
  code: 'signature/unsupported',
  message: 'is signed in a form that is not known',
}
const INVALID: Refusal = {
  code: 'signature/invalid',
  message: 'its signature does not verify: the commit is not what was signed',
}
