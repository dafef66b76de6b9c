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

/** What a person approves, and for how long. Bound to contents: another change needs another approval. */
export interface Approval {
  readonly version: '1'
  readonly kind: 'amendment'
  /** The genesis commit of the repository: it holds nowhere else. */
  readonly genesis: CommitId
  readonly subject: AmendmentSubject
  /** Why, in the approver's words. */
  readonly reason: string
  /** ISO 8601 in UTC. */
  readonly created: string
  readonly expires: string
}
