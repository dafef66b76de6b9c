import type { CommitId, Digest } from '@bulkhead/vocabulary'
import type { ReleaseOnRecord } from '../entry.ts'

/** That something is on record: by which entry, and when by its writer's clock. */
export interface Mark {
  readonly index: number
  readonly at: string
}

/** How bad it is, most urgent first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const
export type Severity = (typeof SEVERITIES)[number]

/**
 * What a hotfix fixes. Until the fix is everywhere the log holds only a digest of this: the salt keeps
 * anybody from trying out advisories until one fits.
 */
export interface HotfixFacts {
  /** 64 hex digits. */
  readonly salt: string
  readonly advisory: string
  readonly reason: string
}

/** Who was told of a hotfix, by channel. */
export interface PageOnRecord extends Mark {
  readonly told: readonly string[]
  readonly failed: readonly string[]
  /** Steps of which people were told that they are late; none when they were told of the hotfix itself. */
  readonly late: readonly string[]
}

/** Somebody's yes to one commit, its bytes and its plan. Whether it counts is judged when it is used. */
export interface HotfixApprovalOnRecord extends Mark, ReleaseOnRecord {
  readonly plan: Digest
  readonly source: ApprovalSource
  /** The signed file in base64 (`ssh`), or what GitHub must be asked about (the others). */
  readonly proof: string
}

export const APPROVAL_SOURCES = ['ssh', 'review', 'environment'] as const
export type ApprovalSource = (typeof APPROVAL_SOURCES)[number]

/** What a drill owes: main must contain what is deployed. */
export const DRILL_DEBTS = ['back-merge'] as const

/** What every hotfix owes once it is everywhere. */
export const STANDARD_DEBTS = [
  'tag',
  'back-merge',
  'review',
  'post-mortem',
  'action-items',
  'customer-notice',
] as const

export interface DebtOnRecord {
  /** One of {@link STANDARD_DEBTS}, or whatever was waived on the way. */
  readonly name: string
  readonly why: string
  readonly since: Mark
  readonly repaid: (Mark & { readonly evidence: string }) | null
}

/** One hotfix, from its declaration on. */
export interface HotfixOnRecord {
  /** Index of the entry that declared it. */
  readonly id: number
  /** What ships: the last of `commits`. */
  readonly commit: CommitId
  /** Every commit that it was, with the entry that said so. */
  readonly commits: readonly (Mark & { readonly commit: CommitId })[]
  /** What was released when it was declared; null when nothing was. */
  readonly base: CommitId | null
  readonly severity: Severity
  /** It tries out the lane with a release that changes nothing. */
  readonly drill: boolean
  /** Whether the facts stay sealed until the fix is everywhere. */
  readonly embargo: boolean
  /** SHA-256 of the facts as canonical JSON. */
  readonly sealed: Digest
  /** Null while they are sealed. */
  readonly facts: (HotfixFacts & Mark) | null
  /** `provider:id` of who declared it. */
  readonly by: string
  readonly declared: Mark
  readonly pages: readonly PageOnRecord[]
  /** The first person who took it. */
  readonly acknowledged: (Mark & { readonly by: string; readonly how: 'person' | 'pager' }) | null
  readonly approvals: readonly HotfixApprovalOnRecord[]
  /** Since when there is a PASS about the commit; null when the newest verdict is none. */
  readonly gated: Mark | null
  /** When the first region had it whole: from then on no release may lack it (law 10). */
  readonly reached: Mark | null
  /** When every region had it. */
  readonly everywhere: Mark | null
  /** That the ship step has ended well, by its own word. */
  readonly shipped: Mark | null
  readonly debts: readonly DebtOnRecord[]
  readonly closed: (Mark & { readonly result: 'repaid' | 'withdrawn' }) | null
}
