import type { Finding } from '@bulkhead/vocabulary'
import { placeName } from '../zone-capacity.ts'
import type { PlanRequest } from './planner.ts'
import * as refuse from './plan-refusals.ts'

/** What must be true of the whole fleet before sums make sense. */
export function checkFleet({ environment, observation, only }: PlanRequest): Finding[] {
  const { units, shifted = [] } = observation
  if (units.length === 0) return [refuse.emptyFleet(environment)]
  if (new Set(units.map(({ id }) => id)).size !== units.length)
    return [refuse.doubleUnits(environment)]
  const weightless = units.find(({ weight = 1 }) => !(Number.isFinite(weight) && weight > 0))
  if (weightless) return [refuse.weightless(weightless.id)]
  const here = shifted.filter(({ region }) => region === (only ?? region))
  return here.map((place) =>
    refuse.zoneShifted(
      placeName(place),
      'its traffic is shifted away: no other zone is touched meanwhile',
    ),
  )
}
