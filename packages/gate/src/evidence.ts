import type { LoadedPolicy, Loosening, Policy } from '@bulkhead/policy'
import type { RangeJudgement } from '@bulkhead/signatures'
import type { Inventory, RunIdentity, TestId, TestReport, VouchedRun } from '@bulkhead/test-reports'
import type { CommitId, Digest, Finding, TreeId } from '@bulkhead/vocabulary'
import type { ArtifactBinding } from './verdict.ts'

/** One part of a suite that ran: its vouched-for record, and the reports that were kept of it. */
export interface RunEvidence {
  readonly run: VouchedRun
  readonly reports: readonly TestReport[]
}

/** A file that an inventory lists, or an inventory itself, in the two commits that are compared. */
export interface FileState {
  readonly path: string
  /** SHA-256 of the blob's content at the trusted ref; null when there is no such file. */
  readonly trusted: Digest | null
  /** The same in the judged commit. */
  readonly head: Digest | null
  /**
   * Who had a hand in the commits of the range that change the file: authors, co-authors, committers
   * and signers. None of them can approve the change. Empty when the file is as it was.
   */
  readonly editors: readonly string[]
}

/**
 * Somebody's approval of one change of one file, its signature already checked under the rules of the
 * trusted ref. Whether the approver may approve is judged here.
 */
export interface Amendment {
  readonly suite: string
  readonly path: string
  readonly oldDigest: Digest
  /** Null when the file goes. */
  readonly newDigest: Digest | null
  /** Every name and address of the one who approved. */
  readonly approver: readonly string[]
}

/** What was found of one suite's evidence. `findings` says why a part is absent or unreadable. */
export interface SuiteEvidence {
  readonly runs: readonly RunEvidence[]
  /** Legs that the policy of the judged commit declares; they are needed beside the trusted ref's. */
  readonly headLegs: readonly string[]
  /** The inventory on the trusted ref and in the judged commit; what is required is their union. */
  readonly inventory: {
    readonly trusted: Inventory | undefined
    readonly head: Inventory | undefined
  }
  /** Every file that either inventory lists, and the inventory that the trusted policy names. */
  readonly files: readonly FileState[]
  readonly amendments: readonly Amendment[]
  /** Ids whose removal has the approvals that the trusted ref's policy demands. */
  readonly approvedRemovals: readonly TestId[]
  readonly findings: readonly Finding[]
}

/** A build record whose signature was checked: these bytes came from this commit. */
export interface VouchedBuild {
  readonly commit: CommitId
  readonly tree: TreeId
  readonly artifacts: readonly ArtifactBinding[]
  readonly digest: Digest
}

export interface BuildEvidence {
  readonly record: VouchedBuild | undefined
  /** The artifacts that are to ship, as they lie there now, re-hashed. */
  readonly artifacts: readonly ArtifactBinding[]
  readonly findings: readonly Finding[]
}

/**
 * Somebody's word that one finding shall not block one release. Its signature is already checked under
 * the rules of the trusted ref; whether it may count is judged here.
 */
export interface Waiver {
  readonly suite: string
  readonly code: string
  /** Subject of the finding that is waived, exactly. */
  readonly finding: string
  readonly commit: CommitId
  /** Every name and address of the one who signed it, the principal's own first. */
  readonly approver: readonly string[]
  /** ISO 8601 in UTC. */
  readonly expires: string
  /** SHA-256 of its file. */
  readonly digest: Digest
}

/** A BLOCK about a commit that is on the ledger of the environment. */
export interface Denial {
  /** Index of its entry. */
  readonly index: number
  readonly artifacts: readonly { readonly digest: Digest }[]
  /** Codes of its findings; those that deny for good come first. */
  readonly codes: readonly string[]
  /** Its findings as far as the ledger lists them; what is not listed cannot be waived. */
  readonly reasons?: readonly DeniedFor[] | undefined
}

/** One finding of an earlier BLOCK. Its subject is cut to what an entry of the ledger holds. */
export interface DeniedFor {
  readonly code: string
  readonly subject: string
}

/** Somebody's word for exactly these loosenings, its signature already checked. */
export interface PolicyApproval {
  /** `looseningDigest` of what was approved. */
  readonly loosened: Digest
  /** Every name and address of the one who approved, the principal's own first. */
  readonly approver: readonly string[]
}

/** How the policy that the commit carries differs from the one that judges it. */
export interface PolicyChange {
  readonly loosened: readonly Loosening[]
  /** Whoever had a hand in the commits of the range that change the policy or a file that it names. */
  readonly editors: readonly string[]
  readonly approvals: readonly PolicyApproval[]
  /** How many people the trusted ref lets sign. */
  readonly people: number
}

/** Everything a verdict is made of, as plain data: no clock, no disk, no keys. */
export interface GateInput {
  readonly commit: CommitId
  readonly tree: TreeId
  readonly environment: string
  readonly policy: LoadedPolicy
  readonly range: RangeJudgement
  readonly suites: Readonly<Record<string, SuiteEvidence>>
  /** The run that the evidence must be of, where the caller knows it. */
  readonly run?: RunIdentity | undefined
  readonly build: BuildEvidence
  /** Waivers that were shown, signatures checked; none when not given. */
  readonly waivers?: readonly Waiver[] | undefined
  /**
   * Whoever had a hand in any commit of the range: authors, co-authors, committers and signers, by every
   * name that the trusted ref knows of them. None of them waives anything of this release.
   */
  readonly authors?: readonly string[] | undefined
  /** Earlier BLOCKs about this commit in this environment; none when not given. */
  readonly denials?: readonly Denial[] | undefined
  /** The policy that the commit itself carries; undefined when it cannot be read, which blocks. */
  readonly own: Policy | undefined
  /** The commits judged by whom its own policy lets sign; undefined where that is the same. */
  readonly ownRange?: RangeJudgement | undefined
  readonly policyChange: PolicyChange
  /** Why the policy that the commit itself carries could not judge what comes after it; empty when it can. */
  readonly nextPolicy: readonly Finding[]
  /** Digest of the program that judges; null when it is not known. */
  readonly program?: Digest | null | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
}
