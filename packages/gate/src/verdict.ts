import type { Separation } from '@bulkhead/test-reports'
import type { Loosening } from '@bulkhead/policy'
import type { CommitId, Digest, Finding, ReasonCode, TreeId } from '@bulkhead/vocabulary'

/** One artifact by what it is called and what its bytes are. */
export interface ArtifactBinding {
  readonly name: string
  readonly digest: Digest
}

/** What a verdict is about. Change any of it and the verdict is void (DESIGN law 3). */
export interface VerdictBindings {
  readonly commit: CommitId
  readonly tree: TreeId
  /** The trusted ref: policy was read from here and the range starts after it. */
  readonly base: CommitId
  readonly artifacts: readonly ArtifactBinding[]
  readonly policyDigest: Digest
  readonly environment: string
  /** ISO 8601 in UTC. */
  readonly issuedAt: string
  readonly expiresAt: string
}

/** A finding that does not block, because a waiver that counts names it. */
export interface WaivedFinding {
  readonly suite: string
  readonly code: ReasonCode
  readonly subject: string
  readonly approver: string
  readonly expires: string
  readonly waiver: Digest
}

export interface Verdict {
  readonly outcome: 'PASS' | 'BLOCK'
  readonly mode: 'enforce' | 'observe'
  /** Digest of the program that judged; null when it is not known. */
  readonly program: Digest | null
  readonly bindings: VerdictBindings
  readonly counts: {
    readonly commits: number
    readonly tests: number
    readonly passed: number
  }
  /** suite → digest of the ids required of it. */
  readonly inventories: Readonly<Record<string, Digest>>
  /** The run records that counted, by suite. */
  readonly runs: readonly {
    readonly suite: string
    /** '' in a suite without legs. */
    readonly leg: string
    readonly shard: { readonly index: number; readonly of: number }
    readonly record: Digest
    readonly voucher: string
    readonly separation: Separation
  }[]
  /** What the commit's own policy loosens, and who with no hand in it approved exactly that. */
  readonly policyChange: {
    readonly loosened: readonly Loosening[]
    readonly approvers: readonly string[]
  }
  /** Findings that would block and do not, since somebody waived them; sorted. */
  readonly waived: readonly WaivedFinding[]
  /** Sorted; empty exactly when the outcome is PASS. */
  readonly findings: readonly Finding[]
}
