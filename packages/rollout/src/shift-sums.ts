import type { Finding } from '@bulkhead/vocabulary'
import type { Observation } from './fleet.ts'
import { type RequiredCapacity, regionsOf, requirementOf } from './plan/region-capacity.ts'
import {
  type Place,
  isShifted,
  placeName,
  totalHealthy,
  weightOfAll,
  zoneHealth,
} from './zone-capacity.ts'

/** A zone that is to be taken out of traffic, and what must be left. */
export interface ShiftQuestion {
  readonly policy: RequiredCapacity
  readonly observation: Observation
  readonly place: Place
}

/** Why what is left of a region could not carry the load without a zone; undefined when it could. */
export function refuseShift({ policy, observation, place }: ShiftQuestion): Finding | undefined {
  if (isShifted(observation, place)) return undefined
  const fleets = regionsOf(observation)
  const fleet = fleets.find(({ region }) => region === place.region)
  if (fleet === undefined) return undefined
  const whole = fleets.reduce((sum, { units }) => sum + weightOfAll(units), 0)
  const { required } = requirementOf(policy, fleet, whole)
  const { shifted = [] } = fleet
  const now = totalHealthy(zoneHealth(fleet))
  const left = totalHealthy(zoneHealth({ ...fleet, shifted: [...shifted, place] }))
  if (left >= required) return undefined
  const name = placeName(place)
  return {
    code: 'rollout/no-capacity',
    subject: name,
    message: `without ${name}: ${now} − ${now - left} = ${left} healthy, ${required} required`,
    remedy:
      'Restore capacity first; if the zone does more harm than good, shift it all the same: `--below-required`.',
  }
}
