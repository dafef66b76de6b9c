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

/** Releases that one rollout carries together: it ships the newest, which contains the others. */
export interface Train {
  /** Index of the entry by which they were taken. */
  readonly id: number
  /** The release that is rolled out. */
  readonly head: ReleaseOnRecord
  readonly carries: readonly QueuedRelease[]
}

/** The queue of an environment, as its ledger says. Releases stand in the order in which they came. */
export interface QueueOnRecord {
  readonly waiting: readonly QueuedRelease[]
  /** What was taken and is not settled. */
  readonly trains: readonly Train[]
  /** One of these is bad: the rollout that carried them together was rolled back. */
  readonly suspects: readonly QueuedRelease[]
  /** Not to be shipped again, nor with what contains them. */
  readonly ejected: readonly EjectedRelease[]
}
