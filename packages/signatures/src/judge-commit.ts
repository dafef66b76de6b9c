import type { CommitId } from '@bulkhead/vocabulary'
import type { AllowedSigners } from './allowed-signers.ts'
import { claimsOf } from './commit-claims.ts'
import { readCommit } from './commit-object.ts'
import { type CryptoCheck, holds } from './crypto-check.ts'
import { objectTo, objectToRevoked, objectToUntouched } from './judge-claim.ts'
import type { CommitJudgement } from './range-judgement.ts'
import type { Refusal } from './refusal.ts'
import { remedyFor } from './remedies.ts'
import type { RevokedKeys } from './revoked-keys.ts'
import {
  READERS,
  type SignatureClaim,
  type SignatureFormat,
  type UnknownKey,
  formatOf,
} from './signature-format.ts'
import { fingerprint } from './ssh-key.ts'

export interface CommitRequest {
  readonly commit: CommitId
  /** The object as stored. That it hashes to `commit` is the duty of whoever read it. */
  readonly bytes: Buffer
  readonly allowedSigners: AllowedSigners
  /**
   * When the commit reached us, in milliseconds since the epoch. Keys are judged at this time: the
   * times inside a commit are chosen by whoever writes it.
   */
  readonly receiptTime: number
  /** Keys that no longer sign, whoever they were allowed for. Default: none. */
  readonly revokedKeys?: RevokedKeys | undefined
  /**
   * Whether a security key (sk) must have been touched for each signature. Says nothing of keys
   * that are no security keys. Default: true, as OpenSSH's servers have it.
   */
  readonly requireTouch?: boolean | undefined
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

/** Says of one commit who signed it, or why it is blocked. Pure; starts at blocked. */
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
  readonly principals?: readonly string[]
  readonly unknownKey?: UnknownKey
}

interface Signed {
  readonly kind: 'signed'
  readonly format: SignatureFormat
  readonly committer: string | undefined
  readonly claim: SignatureClaim
}

function readSigned(request: CommitRequest): Signed | Objection {
  const { commit, bytes, allowedSigners, revokedKeys } = request
  const object = readCommit(bytes, commit.length === 64 ? 'sha256' : 'sha1')
  if (object.kind === 'refused') return objection('none', object.refusal)
  const { committer, signature } = object.value
  if (signature === undefined) return objection('none', UNSIGNED)
  const format = formatOf(signature)
  if (format === undefined) return objection('none', UNKNOWN_ARMOR)
  const reading = READERS[format](signature, allowedSigners)
  if (reading.kind === 'refused') return objection(format, reading.refusal)
  const claim = reading.value
  if (claim.kind === 'claim') return { kind: 'signed', format, committer, claim }
  // First, lest the remedy advise to allow a key that was revoked.
  const revoked = objectToRevoked(claim.keyBlob, revokedKeys)
  if (revoked !== undefined) return objection(format, revoked)
  const message = `the key ${fingerprint(claim.keyBlob)} is not in ${allowedSigners.path}`
  const refusal: Refusal = { code: 'signature/unknown-signer', message }
  return { kind: 'objection', format, refusal, unknownKey: claim }
}

function concludeClaim(
  request: CommitRequest,
  { format, claim, committer }: Signed,
  signatureHolds: boolean,
): CommitJudgement {
  if (!signatureHolds) return block(request, objection(format, INVALID))
  const principals = claim.signers.flatMap((signer) => signer.principals)
  const refusal =
    objectToRevoked(claim.keyBlob, request.revokedKeys) ??
    objectTo(claim, committer, request.receiptTime) ??
    (request.requireTouch === false ? undefined : objectToUntouched(claim))
  if (refusal !== undefined) return block(request, { ...objection(format, refusal), principals })
  return {
    commit: request.commit,
    ...claimsOf(request.bytes),
    verdict: 'passed',
    principal: committer,
    format,
    findings: [],
  }
}

function block(request: CommitRequest, objected: Objection): CommitJudgement {
  const { commit, allowedSigners, resignFrom = parentOf(request) } = request
  const { format, refusal, principals, unknownKey } = objected
  const claims = claimsOf(request.bytes)
  const remedy = remedyFor(refusal.code, {
    resignFrom,
    signersPath: allowedSigners.path,
    committer: claims.committer,
    principals: principals ?? [],
    publicKey: unknownKey?.publicKey ?? '',
  })
  return {
    commit,
    ...claims,
    verdict: 'blocked',
    principal: principals?.[0],
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
