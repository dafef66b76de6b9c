import type { Digest } from '@bulkhead/vocabulary'
import type { ShippedRelease, UnitId } from '../fleet.ts'
import type { Place } from '../zone-capacity.ts'

/** Sets approvals, wave shape and bake; never which gates apply (DESIGN law 6). */
export type Lane = 'standard' | 'hotfix'

/** Which part of the fleet a stage changes, and how much may be out at once there. */
export interface PlannedStage extends Place {
  /** Units to change; empty when all of them run the release already and only the bake is left. */
  readonly units: readonly UnitId[]
  /** Zone invariant at planning time, in units of capacity; recomputed before every batch. */
  readonly maxOut: number
}

/** How long a wave is watched and why: every number that went into it (algorithms.md c, d). */
export interface Bake {
  /** `absolute` when the whole region is on the release and no control is left to compare with. */
  readonly test: 'against-control' | 'absolute'
  readonly floorMs: number
  readonly deadlineMs: number
  readonly baselineErrorRate: number
  readonly detectErrorRate: number
  readonly falseAlarm: number
  readonly power: number
  /** Share of the region's traffic that the new release gets while it bakes, 0–1. */
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
  readonly stages: readonly PlannedStage[]
  /** Null where nothing serves beside it, so health and build are all there is to see. */
  readonly bake: Bake | null
  /** Up to the gate after the first zone the old release alone must be able to carry the load. */
  readonly evacuable: boolean
  /** Batches at `maxOut`, all stages one after the other. */
  readonly batches: number
  /** Expected length of all batches, without the bake, in milliseconds. */
  readonly placeMs: number
}

/** A zone as it was when the plan was made, with the sums of its limit. */
export interface PlannedZone extends Place {
  readonly units: number
  /** Healthy capacity, in units of capacity. */
  readonly healthy: number
  readonly maxOut: number
  /** Units that are added while the zone is changed, because its own sums allow nothing. */
  readonly surge: number
  /** Its traffic is shifted away: it carries nothing, counts as gone, and is placed last. */
  readonly shifted?: true
  readonly reason: string
}

/** One region of a plan: a canary, bakes and a lease of its own. */
export interface RegionPlan {
  readonly region: string
  /** The release that a rollback restores here; null where nothing was released yet. */
  readonly previous: ShippedRelease | null
  /** `initial`: nothing was released here yet, so there is nothing to compare with or return to. */
  readonly kind: 'rolling' | 'initial'
  /** R: healthy capacity that must remain with any one zone of this region gone, and why it is so. */
  readonly required: number
  readonly requiredBecause: string
  /**
   * Paths of database migrations in the release that the previous one cannot live with. With any, no
   * unit is placed back once the first was placed: this region can only go forward.
   */
  readonly contracts: readonly string[]
  readonly zones: readonly PlannedZone[]
  readonly waves: readonly Wave[]
  /** Expected start after the rollout's own, and length, in milliseconds. */
  readonly startsMs: number
  readonly durationMs: number
}

/** A test of the old and the new release side by side. */
export interface PlannedTest {
  readonly command: readonly string[]
  readonly timeoutMs: number
}

/** A pure function of policy, observed fleet and release. */
export interface Plan {
  readonly environment: string
  readonly release: ShippedRelease
  readonly lane: Lane
  /** `return`: back to a release that was fully good; when that fails, a human must act. */
  readonly purpose: 'release' | 'return'
  /** In the order in which they begin. */
  readonly regions: readonly RegionPlan[]
  /** What a batch may name, as the engine says: single units, so many of a zone, or a whole zone. */
  readonly selects: 'units' | 'number' | 'zone'
  /** Most units that may be added to a zone where its sums allow nothing; 0 for none. */
  readonly surge: number
  /** Longest expected time of one batch, and where it comes from. */
  readonly batchMs: number
  readonly batchBecause: string
  /** Run in each region after its first batch, while both releases serve; null for none. */
  readonly mixedTest: PlannedTest | null
  /** From the first batch to the last judgement, in milliseconds. */
  readonly criticalPathMs: number
  /** The busiest region: the next release may begin there after so long. */
  readonly slowestRegionMs: number
  /** What a reader must know besides, e.g. that the zone law does not apply. */
  readonly notes: readonly string[]
  /** SHA-256 of the canonical JSON of everything above. */
  readonly digest: Digest
}
