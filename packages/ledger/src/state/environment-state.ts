import type { CommitId, Digest, FencingToken } from '@bulkhead/vocabulary'
import type { ReleaseOnRecord } from '../entry.ts'
import type { HotfixOnRecord } from '../hotfix/hotfix-on-record.ts'
import type { QueueOnRecord } from '../queue/queue-on-record.ts'
import type { ShiftOnRecord } from '../zones/zone-on-record.ts'

/** A lease that nobody has given back or taken over. */
export interface LeaseOnRecord {
  /** The index of the entry by which it was acquired. */
  readonly token: FencingToken
  /** The region it covers, or several joined by `+`. */
  readonly region: string
  readonly holder: string
  /** When it was acquired, by the holder's clock. */
  readonly since: string
  readonly ttlMs: number
  /** Index of the newest entry under this token: a sign of life, judged by the observer's own clock. */
  readonly lastSign: number
  /** A rollback under it failed: it is held until a human breaks it. */
  readonly stuck: boolean
}

/** A rollout that was started and has not finished. */
export interface RolloutOnRecord extends ReleaseOnRecord {
  /** The token under which it was started: its name, whoever goes on with it. */
  readonly id: FencingToken
  /** The token under which it was last carried out. */
  readonly token: FencingToken
  /** The region it covers, or several joined by `+`. */
  readonly region: string
  readonly startedAt: string
  /** By its plan; what a hotfix waits for, and what it makes yield, is told apart by it. */
  readonly lane: 'standard' | 'hotfix'
  readonly steps: number
  /** The newest of its steps; null before the first. */
  readonly lastStep: StepOnRecord | null
  readonly direction: 'forward' | 'back'
  /** Index of the newest wave on the way forward, by the plan under its token; absent before the first. */
  readonly wave?: number
  /** It stands at the edge of a batch, by its own word. */
  readonly paused: boolean
  /** What somebody has asked of it and nobody has done yet. */
  readonly ordered: OrderOnRecord | null
}

/** What a rollout said that it does, or has done. */
export interface StepOnRecord {
  readonly step: string
  /** Index of the wave in the plan. */
  readonly wave: number
  /** Zone of the batch, if it is one of a batch. */
  readonly zone: string | null
  readonly why: string | null
}

export interface OrderOnRecord {
  /** `yield`: give the lease back at the edge of a batch, for a hotfix takes it. */
  readonly order: 'pause' | 'abort' | 'yield'
  readonly by: string
  readonly reason: string
}

/** A release that every unit of its place has run, judged good. */
export interface GoodRelease extends ReleaseOnRecord {
  /** Of the entry that says so. */
  readonly index: number
  readonly at: string
}

/** The newest verdict about a commit. */
export interface VerdictOnRecord extends ReleaseOnRecord {
  readonly outcome: 'PASS' | 'BLOCK'
  /**
   * Digests of the newest attestations of this outcome, which a deploy may rest on: the gate may have
   * judged the same bytes twice. Absent when the verdict's entry names none.
   */
  readonly attestations?: readonly string[]
  /** Given in mode `observe`: whatever it says, it blocks nothing. */
  readonly observing?: true
  readonly index: number
}

/** A finding as a verdict's entry lists it: without words that a log should not have to keep. */
export interface FindingOnRecord {
  readonly code: string
  readonly subject: string
}

/** What was enforced as BLOCK about a commit with these artifacts, all such verdicts together. */
export interface BlockOnRecord extends ReleaseOnRecord {
  /** Of the first one. */
  readonly index: number
  /** Codes of their findings, as far as the entries list them. */
  readonly codes: readonly string[]
  /** The findings themselves, each once; none when an entry has more than it lists. */
  readonly reasons: readonly FindingOnRecord[]
}

/** What a ledger says of its environment now. */
export interface EnvironmentState {
  /** The newest entry; null for an empty ledger. */
  readonly head: { readonly index: number; readonly digest: Digest } | null
  /** The newest live lease; all of them (one a region) are in `leases`. */
  readonly lease: LeaseOnRecord | null
  readonly leases: readonly LeaseOnRecord[]
  /** The last fully good release: what a rollback restores, and where the next range starts. */
  readonly released: GoodRelease | null
  /** Every fully good release, in the order in which it became so; what was returned from is out. */
  readonly good: readonly GoodRelease[]
  /** The last good release of each region; ahead of `released` while other regions are to follow. */
  readonly regions: Readonly<Record<string, GoodRelease>>
  /** The newest rollout under a live lease that has not finished. */
  readonly rollout: RolloutOnRecord | null
  /** All rollouts under live leases. */
  readonly rollouts: readonly RolloutOnRecord[]
  /** Rollouts whose lease ended before they did: to be resumed, or taken back, before anything else. */
  readonly unfinished: readonly RolloutOnRecord[]
  /** By commit. */
  readonly verdicts: Readonly<Record<CommitId, VerdictOnRecord>>
  /** Every enforced BLOCK, by commit: the newest verdict does not undo them. */
  readonly blocks: Readonly<Record<CommitId, readonly BlockOnRecord[]>>
  readonly queue: QueueOnRecord
  /** Zones whose traffic is shifted away, in the order in which that was said. */
  readonly shifted: readonly ShiftOnRecord[]
  /** Every hotfix that was ever declared, in order; closed ones still bind later releases. */
  readonly hotfixes: readonly HotfixOnRecord[]
}
