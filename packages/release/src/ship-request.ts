import type { ArtifactBinding } from '@bulkhead/gate'
import type { Actor, Train } from '@bulkhead/ledger'
import type { Plan, RolloutProgress, RolloutResult, Target } from '@bulkhead/rollout'
import type { CommitId, Digest, Finding, Milliseconds } from '@bulkhead/vocabulary'
import type { BreakOrder } from './deploy/deployment.ts'
import type { AttestationFiles } from './gate-release.ts'
import type { Keyring } from './keyring.ts'

/** What is to be shipped where, by whom and how. */
export interface ShipRequest {
  readonly environment: string
  readonly commit: CommitId
  readonly genesis?: string
  readonly files?: Partial<AttestationFiles>
  readonly keyring: Keyring
  readonly actors: readonly Actor[]
  readonly target: Target
  /** Ships by this plan, or not at all. */
  readonly plan?: Digest
  /** Ends somebody else's lease first, on record: a human's decision, for a holder that is gone. */
  readonly breaking?: BreakOrder
  /** Goes by the hotfix lane. */
  readonly hotfix?: HotfixLane
  /** Ships what this entry took from the queue, for as long as that is not settled. */
  readonly train?: Train['id']
  /** How long to wait until another release has left the first region; default: as between regions. */
  readonly wait?: Milliseconds | undefined
  /** Where people may look, for notices. */
  readonly link?: string
  /** Pauses at the edge of a batch. */
  readonly signal: AbortSignal
  readonly onProgress: (progress: RolloutProgress) => void
}

/** What the hotfix lane adds to the way of a release; it takes no evidence away (DESIGN law 6). */
export interface HotfixLane {
  /** How orders call it. */
  readonly name: string
  /** How long a running standard rollout may take until it has given back its lease. */
  readonly yieldWithin: Milliseconds
  /** The version that is being rolled out is the suspect: it goes back instead of giving way. */
  readonly suspectRunning: boolean
  /** Whether all is as it must be before the way is made; asked before anything is touched. */
  readonly refuse: (artifacts: readonly ArtifactBinding[]) => Promise<readonly Finding[]>
  /** Whether people agree to these bytes; asked again under each region's lease. */
  readonly disagreement: (artifacts: readonly ArtifactBinding[]) => Promise<readonly Finding[]>
}

export interface ShipResult {
  readonly result: RolloutResult['result']
  /** Of the first region, as it was made under its lease. */
  readonly plan: Plan | undefined
  /**
   * Its name on record: the fencing token under which it was begun, or the index of the entry that
   * refused it; null where nothing was to be done.
   */
  readonly rollout: number | null
  readonly matched: readonly string[]
  readonly findings: readonly Finding[]
  /** Findings of the verdict that block nothing, because the trusted policy's mode is `observe`. */
  readonly observed?: readonly Finding[]
  /** Channels that were not told. They change nothing else. */
  readonly undelivered?: readonly Finding[] | undefined
}
