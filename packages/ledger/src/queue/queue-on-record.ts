import type { FencingToken } from '@bulkhead/vocabulary'
import type { ReleaseOnRecord } from '../entry.ts'

/** A release that waits for its turn. Its id is the index of the entry that put it there. */
export interface QueuedRelease extends ReleaseOnRecord {
  readonly id: number
  /** It ships as itself: no newer release takes its place. */
  readonly pinned: boolean
  /** Who put it there. */
  readonly by: string
  readonly at: string
  /** How often a rollout that carried it ended without shipping or convicting it. */
  readonly tries: number
}

/** A release that was found to be bad in production: alone, or as the one left by bisection. */
export interface EjectedRelease extends QueuedRelease {
  /** Index of the entry that settled it. */
  readonly settledBy: number
}

/** The queue of an environment, as its ledger says. Releases stand in the order in which they came. */
export interface QueueOnRecord {
  readonly waiting: readonly QueuedRelease[]
  /** What the rollout under a token carries. */
  readonly carried: Readonly<Record<FencingToken, readonly QueuedRelease[]>>
  /** One of these is bad: the rollout that carried them together was rolled back. */
  readonly suspects: readonly QueuedRelease[]
  /** Not to be shipped again, nor with what contains them. */
  readonly ejected: readonly EjectedRelease[]
}
