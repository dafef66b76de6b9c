import type { CommitId, Digest } from '@bulkhead/vocabulary'

/** The purpose that approvals are signed for: a signature over a commit is never one, nor the reverse. */
export const APPROVAL_NAMESPACE = 'bulkhead-approval'
export const APPROVAL_TYPE = 'application/vnd.bulkhead.approval+json'

/** The change of one listed test file, or of an inventory, by its contents before and after. */
export interface AmendmentSubject {
  readonly suite: string
  readonly path: string
  readonly from: Digest
  /** Null when the file goes. */
  readonly to: Digest | null
}

/** One finding of one suite that is not mandatory, in the release of one commit. */
export interface WaiverSubject {
  readonly suite: string
  /** Code of the finding. */
  readonly code: string
  /** Subject of the finding, exactly. */
  readonly finding: string
  readonly commit: CommitId
}

/** Everything that a change of the policy loosens, by digest: no more and no less is approved. */
export interface PolicyChangeSubject {
  readonly loosened: Digest
}

/**
 * One hotfix as it will ship. Its number is the ledger's, so that a yes to an earlier hotfix is none to
 * the next, even of the same commit.
 */
export interface HotfixSubject {
  readonly environment: string
  /** Index of the entry that declared it. */
  readonly hotfix: number
  readonly commit: CommitId
  /** Of the artifacts, in order of their text. */
  readonly artifacts: readonly Digest[]
  readonly plan: Digest
}

/** Going back to an older release, which takes one hotfix out again. */
export interface ReopeningSubject {
  readonly environment: string
  readonly hotfix: number
  /** The release to go back to. */
  readonly commit: CommitId
}

/** What can be approved. */
export type Approvable =
  | { readonly kind: 'amendment'; readonly subject: AmendmentSubject }
  | { readonly kind: 'waiver'; readonly subject: WaiverSubject }
  | { readonly kind: 'policy-change'; readonly subject: PolicyChangeSubject }
  | { readonly kind: 'hotfix'; readonly subject: HotfixSubject }
  | { readonly kind: 'reopening'; readonly subject: ReopeningSubject }

/** What a person approves, and for how long. Bound to contents: another change needs another approval. */
export type Approval = Approvable & {
  readonly version: '1'
  /** The genesis commit of the repository: it holds nowhere else. */
  readonly genesis: CommitId
  /** Why, in the approver's words. */
  readonly reason: string
  /** ISO 8601 in UTC. */
  readonly created: string
  readonly expires: string
}
