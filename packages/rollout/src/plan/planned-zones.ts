import {
  isShifted,
  weightOf,
  weightOfAll,
  withExtra,
  zoneAllowance,
  zoneHealth,
} from '../zone-capacity.ts'
import type { PlannedZone } from './plan.ts'
import type { PlanRequest } from './plan-request.ts'
import type { RegionFleet } from './region-capacity.ts'

/** The zones of a region, each with what may be out there and the sums that say so. */
export function planZones(
  { policy }: PlanRequest,
  fleet: RegionFleet,
  required: number,
  first: boolean,
): PlannedZone[] {
  const health = zoneHealth(fleet)
  const unitsOf = Map.groupBy(fleet.units, (unit) => unit.zone)
  return health.map((zone) => {
    const units = unitsOf.get(zone.zone) ?? []
    const place = {
      region: zone.region,
      zone: zone.zone,
      units: units.length,
      healthy: zone.healthy,
    }
    if (isShifted(fleet, zone)) return { ...place, ...SHIFTED, maxOut: weightOfAll(units) }
    if (first && zone.healthy === 0)
      return {
        ...place,
        maxOut: weightOfAll(units),
        surge: 0,
        reason: 'nothing serves here yet: the whole zone may be placed at once',
      }
    const smallest = Math.min(...units.map(weightOf))
    const own = zoneAllowance(health, zone, required)
    if (own.maxOut >= smallest || policy.surge === 0 || zone.healthy === 0)
      return { ...place, ...own, surge: 0 }
    const lifted = zoneAllowance(withExtra(health, zone, policy.surge), zone, required)
    return lifted.maxOut >= smallest
      ? {
          ...place,
          maxOut: Math.min(lifted.maxOut, zone.healthy),
          surge: policy.surge,
          reason: `surge of ${policy.surge}: ${lifted.reason}`,
        }
      : { ...place, ...own, surge: 0 }
  })
}

const SHIFTED = {
  surge: 0,
  shifted: true,
  reason: 'its traffic is shifted away: it carries nothing, and all of it may be placed at once',
} as const
