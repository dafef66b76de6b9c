import type { Digest } from '@bulkhead/vocabulary'
import type { ShippedRelease } from './fleet.ts'
import type { Stage } from './target.ts'

/** How long a wave is watched and why: every number that went into it (algorithms.md c, d). */
export interface Bake {
  /** `absolute` when the whole fleet is on the release and no control is left to compare with. */
  readonly test: 'against-control' | 'absolute'
  readonly floorMs: number
  readonly deadlineMs: number
  readonly baselineErrorRate: number
  readonly detectErrorRate: number
  readonly falseAlarm: number
  readonly power: number
  /** Share of traffic that the new release gets while it bakes, 0–1. */
  readonly share: number
  /** Requests per second expected at the new release. */
  readonly requestsPerSecond: number
  /** Requests at the new release after which the judging test has the wanted power (simulated). */
  readonly requestsNeeded: number
  /** max(floor, requestsNeeded / requestsPerSecond), in milliseconds. */
  readonly expectedMs: number
}

export interface Wave {
  readonly name: string
  /** `maxOut` at planning time. A stage without units is on the release already; only its bake is left. */
  readonly stages: readonly Stage[]
  /** Null in an initial plan: nothing serves beside it, so health and build are all there is to see. */
  readonly bake: Bake | null
}

/** A zone as it was when the plan was made, with the sums of its limit. */
export interface PlannedZone {
  readonly region: string
  readonly zone: string
  readonly units: number
  readonly healthy: number
  readonly maxOut: number
  readonly reason: string
}

/** A pure function of policy, observed fleet and release. */
export interface Plan {
  readonly environment: string
  readonly release: ShippedRelease
  /** The release that a rollback restores; null for the first release of an environment. */
  readonly previous: ShippedRelease | null
  readonly lane: 'standard'
  /** `initial`: nothing has been released here yet, so there is nothing to compare with or return to. */
  readonly kind: 'rolling' | 'initial'
  readonly required: number
  readonly zones: readonly PlannedZone[]
  readonly waves: readonly Wave[]
  /** What a reader must know besides, e.g. that the zone law does not apply. */
  readonly notes: readonly string[]
  /** SHA-256 of the canonical JSON of everything above. */
  readonly digest: Digest
}
