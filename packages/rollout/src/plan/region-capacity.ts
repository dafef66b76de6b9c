import type { Observation, UnitObservation } from '../fleet.ts'
import { compareText, weightOfAll } from '../zone-capacity.ts'

/** What must remain healthy. */
export interface RequiredCapacity {
  /** In the whole environment: each region keeps its share of it. */
  readonly required: number
  /** Regions with a number of their own. */
  readonly requiredIn: Readonly<Record<string, number>>
}

/** A region's own R, and where it comes from. */
export interface RegionRequirement {
  readonly required: number
  readonly because: string
}

/** One region of an observation. */
export interface RegionFleet extends Observation {
  readonly region: string
}

/** The fleet region by region, smallest capacity first, so that the first one risks least. */
export function regionsOf(observation: Observation): RegionFleet[] {
  const units = Map.groupBy(ownUnits(observation.units), (unit) => unit.region)
  return [...units]
    .map(([region, own]) => ({ ...observation, region, units: own }))
    .sort((a, b) => weightOfAll(a.units) - weightOfAll(b.units) || compareText(a.region, b.region))
}

/** Units that a surge added come and go; a plan is about the zone's own. */
const ownUnits = (units: readonly UnitObservation[]): readonly UnitObservation[] =>
  units.filter((unit) => unit.surplus !== true)

/**
 * R of one region. Regions are changed side by side under leases of their own, so each must keep its
 * own share: an environment's number is divided by capacity and rounded up, so that the shares add up
 * to it at least.
 */
export function requirementOf(
  { required, requiredIn }: RequiredCapacity,
  fleet: RegionFleet,
  whole: number,
): RegionRequirement {
  const own = weightOfAll(fleet.units)
  const named = requiredIn[fleet.region]
  if (named !== undefined) return { required: named, because: 'the policy, for this region' }
  if (own === whole) return { required, because: 'the policy' }
  const share = Math.ceil((required * own) / whole)
  return { required: share, because: `⌈${required} × ${own} / ${whole}⌉ by share of capacity` }
}
