import type { Finding } from '@bulkhead/vocabulary'
import {
  isShifted,
  placeName,
  totalHealthy,
  weightOf,
  weightOfAll,
  worstLoss,
  zoneHealth,
} from '../zone-capacity.ts'
import type { PlannedZone } from './plan.ts'
import * as refuse from './plan-refusals.ts'
import type { PlanRequest } from './plan-request.ts'
import type { RegionFleet, RegionRequirement } from './region-capacity.ts'
import { isOn, shapeOf } from './region-shape.ts'

interface RegionCheck {
  readonly request: PlanRequest
  readonly fleet: RegionFleet
  readonly requirement: RegionRequirement
  readonly zones: readonly PlannedZone[]
  readonly first: boolean
}

/** Why a region cannot be planned: with the sums. */
export function checkRegion(check: RegionCheck): Finding[] {
  const { request, fleet, requirement, zones, first } = check
  const { required } = requirement
  const named = request.environment
  if (zones.length === 1 && !request.policy.singleZone)
    return [refuse.singleZone(placeName(zones[0] ?? { region: fleet.region, zone: '' }))]
  if (first) return checkWholeFleet(fleet, required)
  const healthy = totalHealthy(zones)
  const away = zones.filter((zone) => zone.shifted === true).map(placeName)
  if (healthy < required && away.length > 0)
    return [refuse.zoneShifted(named, away, `${healthy} healthy, ${required} required`)]
  if (healthy < required) return [refuse.unhealthyBaseline(named, healthy, required)]
  const blocked = zones.filter((zone) => lacksCapacity(request, fleet, zone))
  if (blocked.length > 0 && away.length > 0)
    return blocked.map((zone) => refuse.zoneShifted(placeName(zone), away, sums(zone, request)))
  if (blocked.length > 0)
    return blocked.map((zone) => refuse.noCapacity(placeName(zone), sums(zone, request)))
  return checkEvacuation(check)
}

const sums = (zone: PlannedZone, { policy }: PlanRequest): string =>
  policy.surge > 0
    ? `${zone.reason}, and a surge of ${policy.surge} does not change that`
    : zone.reason

/** Replacing a unit that is down costs nothing; taking out a healthy one does. */
function lacksCapacity(request: PlanRequest, fleet: RegionFleet, zone: PlannedZone): boolean {
  const open = fleet.units.filter(
    (unit) => unit.zone === zone.zone && unit.health === 'healthy' && !isOn(unit, request),
  )
  return open.some((unit) => weightOf(unit) > zone.maxOut)
}

/** A first release fills the fleet; even full it must be able to lose a zone. */
function checkWholeFleet(fleet: RegionFleet, required: number): Finding[] {
  const full = zoneHealth({
    ...fleet,
    units: fleet.units.map((unit) => ({ ...unit, health: 'healthy' })),
  })
  const worst = worstLoss(full)
  if (worst.healthy >= required) return []
  const lost = `all units healthy: ${totalHealthy(full)}; ${worst.zone} lost leaves ${worst.healthy}, ${required} required`
  return [refuse.noCapacity(fleet.region, lost)]
}

/**
 * Until the gate after the first zone the old release alone must be able to carry the load, so that
 * taking the new one out of traffic is enough to be rid of it.
 */
function checkEvacuation({ request, fleet, requirement }: RegionCheck): Finding[] {
  if (request.purpose === 'return') return []
  const waves = shapeOf(request, fleet, false)
  const firstZone = new Set(
    waves
      .filter((wave) => wave.evacuable)
      .flatMap((wave) => wave.stages.flatMap(({ units }) => units)),
  )
  // Past that gate already: what stands outside the first zone was placed after it was judged.
  if (
    fleet.units.some((unit) => !firstZone.has(unit.id) && unit.version === request.release.commit)
  )
    return []
  const old = weightOfAll(
    fleet.units.filter(
      (unit) => unit.health === 'healthy' && !isShifted(fleet, unit) && !firstZone.has(unit.id),
    ),
  )
  const zones = new Set(fleet.units.map((unit) => unit.zone)).size
  if (old >= requirement.required || zones === 1) return []
  return [refuse.notEvacuable(fleet.region, old, requirement.required)]
}
