import type { FleetSample, RolloutDecision } from '../progress.ts'

/** A named part of the timeline, such as one scene of a story. */
export interface RolloutChapter {
  readonly name: string
  /** Wall time, milliseconds since the epoch. */
  readonly from: number
  readonly to: number
  /** Whether what had to happen happened. */
  readonly holds: boolean
  readonly note?: string
}

/** What a rollout page is made of: plain data, every text escaped when shown. */
export interface RolloutRecord {
  readonly title: string
  readonly subtitle?: string
  readonly verdict: { readonly tone: 'good' | 'bad' | 'plain'; readonly text: string }
  /** In order of time. */
  readonly samples: readonly FleetSample[]
  readonly decisions: readonly RolloutDecision[]
  readonly chapters?: readonly RolloutChapter[]
  /** Names of builds by commit, e.g. `release 2`; others are shown by their short commit. */
  readonly releaseNames?: Readonly<Record<string, string>>
}
