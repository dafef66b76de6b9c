import type { Place, UnitPlace } from '@bulkhead/rollout'
import type { LocalFleetSpec } from './local-fleet-spec.ts'
import { unitId } from './trust-boundary.ts'

/**
 * Every place of the fleet, in the order of the policy. The id of a unit, `region/zone/number` from 1,
 * stays the same whatever runs in it.
 */
export function placesOf(regions: LocalFleetSpec['regions']): readonly UnitPlace[] {
  return Object.entries(regions).flatMap(([region, zones]) =>
    Object.entries(zones).flatMap(([zone, count]) =>
      Array.from({ length: count }, (_, index) => ({
        id: unitId(`${region}/${zone}/${index + 1}`),
        region,
        zone,
      })),
    ),
  )
}

/** A place beyond a zone's own, by its number from 1. No policy can give a unit of its own this id. */
export const surplusPlace = ({ region, zone }: Place, number: number): UnitPlace => ({
  id: unitId(`${region}/${zone}/+${number}`),
  region,
  zone,
})
