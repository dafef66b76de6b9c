import type { LoadedPolicy } from '@bulkhead/policy'
import type { RangeJudgement } from '@bulkhead/signatures'
import type { Inventory, TestReport, VouchedRun } from '@bulkhead/test-reports'
import type { CommitId, Digest, Finding, TreeId } from '@bulkhead/vocabulary'
import type { ArtifactBinding } from './verdict.ts'

/** What was found of one suite's evidence. `findings` says why a part is absent or unreadable. */
export interface SuiteEvidence {
  readonly run: VouchedRun | undefined
  readonly reports: readonly TestReport[]
  /** The inventory on the trusted ref and in the judged commit; what is required is their union. */
  readonly inventory: {
    readonly trusted: Inventory | undefined
    readonly head: Inventory | undefined
  }
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

/** Everything a verdict is made of, as plain data: no clock, no disk, no keys. */
export interface GateInput {
  readonly commit: CommitId
  readonly tree: TreeId
  readonly environment: string
  readonly policy: LoadedPolicy
  readonly range: RangeJudgement
  readonly suites: Readonly<Record<string, SuiteEvidence>>
  readonly build: BuildEvidence
  /** Why the policy that the commit itself carries could not judge what comes after it; empty when it can. */
  readonly nextPolicy: readonly Finding[]
  /** Milliseconds since the epoch. */
  readonly now: number
}
