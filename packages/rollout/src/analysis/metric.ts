import type { CommitId } from '@bulkhead/vocabulary'
import type { ArmCounts } from '../sequential-test.ts'

/** What one metric says of a bake at one moment. Only `good` lets a rollout go on. */
export interface MetricAnswer {
  readonly kind: 'good' | 'bad' | 'not-yet'
  readonly why: string
  /** What it rests on, to be drawn; absent where nothing was read, and of probes. */
  readonly figures?: MetricFigures
}

/** Both sides of a comparison as one number each: the median of values, or a rate of errors. */
export interface MetricFigures {
  readonly canary: number
  /** The old release beside it, or the time before the rollout; null where nothing is compared. */
  readonly control: number | null
  /** What convicts, if it is more than chance. */
  readonly limit: number
}

/** The time of a bake, and who is compared. Times are milliseconds since the epoch. */
export interface MetricWindow {
  /** The release on trial. */
  readonly canary: CommitId
  /** The release before it. */
  readonly control: CommitId
  /** Whether the control still serves beside it; false when the whole fleet is new. */
  readonly beside: boolean
  /** When the rollout began: before it nothing of the new release served. */
  readonly rolloutBegan: number
  readonly bakeBegan: number
  readonly now: number
}

/** What was read of a metric. `none`: no data, late data, or a source that does not answer. */
export type Reading<Value> =
  | { readonly kind: 'read'; readonly value: Value }
  | { readonly kind: 'none'; readonly why: string }

export interface CountsOfArms {
  readonly canary: ArmCounts
  readonly control: ArmCounts
}

export interface ValuesOfGroups {
  readonly reference: readonly number[]
  readonly observed: readonly number[]
}

/** One metric of the policy with the door to its source. Core judges; adapters only read. */
export type Metric = { readonly name: string } & (
  | {
      readonly kind: 'errors'
      read(window: MetricWindow, signal: AbortSignal): Promise<Reading<CountsOfArms>>
    }
  | {
      /** Compared with the old release beside it; when none is left, with the time before the rollout. */
      readonly kind: 'latency'
      readonly allowedIncrease: number
      read(window: MetricWindow, signal: AbortSignal): Promise<Reading<ValuesOfGroups>>
    }
  | {
      /** A rate of the business, such as messages a second, compared with before the rollout. */
      readonly kind: 'heartbeat'
      readonly allowedDrop: number
      read(window: MetricWindow, signal: AbortSignal): Promise<Reading<ValuesOfGroups>>
    }
  | {
      /** A request from outside: of the last `tries`, `required` must have passed. */
      readonly kind: 'probe'
      readonly tries: number
      readonly required: number
      read(window: MetricWindow, signal: AbortSignal): Promise<Reading<boolean>>
    }
)
