import type { Milliseconds } from '@bulkhead/vocabulary'
import type { AnalysisPolicy } from './analysis-policy.ts'
import type { LedgerForm } from './ledger-form.ts'
import type { MigrationsPolicy, MixedTestPolicy } from './migrations-policy.ts'
import type { SchedulePolicy } from './schedule-policy.ts'
import type { TargetPolicy } from './target-policy.ts'

export interface BakePolicy {
  /** Error rate of a good release, 0–1. */
  readonly baselineErrorRate: number
  /** Error rate that the bake must detect, 0–1, above the baseline. */
  readonly detectErrorRate: number
  /** Chance of a false alarm, 0–1. */
  readonly falseAlarm: number
  /** Chance of detecting `detectErrorRate`, 0–1. */
  readonly power: number
  /** Requests per second that the whole environment is expected to answer. */
  readonly requestsPerSecond: number
  /** Never shorter than this. */
  readonly floor: Milliseconds
  /** When there are too few requests after this long, the bake is inconclusive. */
  readonly deadline: Milliseconds
}

export interface EnvironmentPolicy {
  readonly name: string
  readonly target: TargetPolicy
  /** region → zone → number of units. */
  readonly regions: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Healthy units that must remain with any one zone gone (R of the zone invariant), in all regions. */
  readonly required: number
  /** Regions that must keep another number than their share of `required`. */
  readonly requiredIn: Readonly<Record<string, number>>
  /** It is declared that a region may have one zone only: the zone law is lost there, by name. */
  readonly singleZone: boolean
  /** Units that may be added to a zone while it is changed. */
  readonly surge: number
  /** Only what was fully good in this environment may be shipped. */
  readonly after: string | undefined
  /** Most releases of the queue that one rollout carries. */
  readonly coalesce: number
  /** Path of the artifact that is shipped; undefined for the first of `build`. */
  readonly artifact: string | undefined
  /** Undefined where no release brings any. */
  readonly migrations: MigrationsPolicy | undefined
  /** Run while both releases serve; undefined for none. */
  readonly mixedTest: MixedTestPolicy | undefined
  readonly schedule: SchedulePolicy
  readonly bake: BakePolicy
  /** Metrics that have a say besides the traffic; undefined for none. */
  readonly analysis: AnalysisPolicy | undefined
  /** Where its ledger lies; undefined for a branch of the repository. */
  readonly ledger: LedgerPlace | undefined
}

/** Names and addresses, never credentials. */
export type LedgerPlace = LedgerForm
