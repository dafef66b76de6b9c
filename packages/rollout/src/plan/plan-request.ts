import type { Observation, ShippedRelease, UnitId } from '../fleet.ts'
import type { Place } from '../zone-capacity.ts'
import type { BakeGoal } from './bake.ts'
import type { Lane, Plan } from './plan.ts'
import type { RequiredCapacity } from './region-capacity.ts'

export interface PlanRequest {
  readonly environment: string
  readonly lane: Lane
  /**
   * `return` goes back to a release that was fully good before: zone by zone under the same law, by
   * health and build alone.
   */
  readonly purpose: 'release' | 'return'
  readonly policy: PlanPolicy
  /** The fleet as it says it is now; `assumeFleet` makes one up where nothing can be asked. */
  readonly observation: Observation
  readonly release: ShippedRelease
  /** Plans this region alone, whatever is going on in the others; its share of R is of the whole. */
  readonly only?: string
  /** Who shifted which zone away and why, as far as it is on record; for people. */
  readonly away?: readonly (Place & { readonly why: string })[]
  /** Units that a predecessor left half-changed: they are replaced first, and the sums count on it. */
  readonly repair?: readonly UnitId[]
  /** The last release that was good in a region, by region; none where there never was one. */
  readonly previous: Readonly<Record<string, ShippedRelease>>
  /** Migrations in the release that `previous` of a region cannot live with, by region. */
  readonly contracts: Readonly<Record<string, readonly string[]>>
}

/** What of an environment's policy a plan depends on. */
export interface PlanPolicy extends RequiredCapacity {
  /** The policy declares that regions may have one zone only: they lose the zone law by name. */
  readonly singleZone: boolean
  /** Most units that may be added to a zone while it is changed; 0 where the target cannot. */
  readonly surge: number
  /** What the engine lets a batch name; see `Topology` of the target. */
  readonly selects: Plan['selects']
  readonly bake: BakeGoal
  /** Longest expected time of one batch in ms, and what it is made of. */
  readonly batchMs: number
  readonly batchBecause: string
  readonly mixedTest: Plan['mixedTest']
}
