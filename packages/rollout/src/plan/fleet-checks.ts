import type { Finding } from '@bulkhead/vocabulary'
import type { PlanRequest } from './plan-request.ts'
import * as refuse from './plan-refusals.ts'

/** What must be true of the whole fleet before sums make sense. */
export function checkFleet({ environment, observation: { units } }: PlanRequest): Finding[] {
  if (units.length === 0) return [refuse.emptyFleet(environment)]
  if (new Set(units.map(({ id }) => id)).size !== units.length)
    return [refuse.doubleUnits(environment)]
  const weightless = units.find(({ weight = 1 }) => !(Number.isFinite(weight) && weight > 0))
  if (weightless) return [refuse.weightless(weightless.id)]
  return []
}
