import type { Finding } from '@bulkhead/vocabulary'
import type { MetricFigures } from '../analysis/metric.ts'
import type { Lane } from '../plan/plan.ts'
import type { BakeView, FleetSample, RolloutDecision, ZoneSample } from '../progress.ts'

/** A unit by itself; or, in a large fleet, how many units of a zone are alike. */
export type RecordedUnit = ZoneSample['units'][number] & { readonly count?: number }

/** One region, or several, at one moment. */
export interface RecordedSample extends Omit<FleetSample, 'zones'> {
  readonly zones: readonly (Omit<ZoneSample, 'units'> & {
    readonly units: readonly RecordedUnit[]
  })[]
}

/** The regions that a sample is of: samples of the same ones belong to one drawing. */
export const regionsOf = ({ zones }: RecordedSample): string =>
  [...new Set(zones.map(({ region }) => region))].join(' + ')

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

/** What one metric showed in one region, look by look. */
export interface MetricCurve {
  readonly region: string
  readonly metric: string
  readonly points: readonly MetricPoint[]
}

/** One look; a line is drawn through those of one wave. */
export interface MetricPoint extends MetricFigures {
  readonly at: number
  readonly wave: string
}

/** What a rollout page is made of: plain data, every text escaped when shown. */
export interface RolloutRecord {
  readonly title: string
  readonly subtitle?: string
  readonly verdict: { readonly tone: 'good' | 'bad' | 'plain'; readonly text: string }
  /** In order of time. */
  readonly samples: readonly RecordedSample[]
  readonly decisions: readonly RolloutDecision[]
  /** Decisions about batches that were too many to keep. */
  readonly omitted?: number
  /** How every wave stood when it was last judged. */
  readonly bakes?: readonly BakeView[]
  /** What the metrics showed in the bakes. */
  readonly curves?: readonly MetricCurve[]
  /** Why it ended as it did, each with the way out. */
  readonly findings?: readonly Finding[]
  /** A hotfix is marked. */
  readonly lane?: Lane
  /** What else is known of it, such as its plan; in the order in which it is shown. */
  readonly facts?: readonly { readonly name: string; readonly value: string }[]
  readonly chapters?: readonly RolloutChapter[]
  /** Names of builds by commit, e.g. `release 2`; others are shown by their short commit. */
  readonly releaseNames?: Readonly<Record<string, string>>
}
