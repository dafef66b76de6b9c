import type { Finding } from '@bulkhead/vocabulary'
import type { UnitId, UnitObservation } from '../fleet.ts'
import {
  isShifted,
  placeName,
  totalHealthy,
  weightOf,
  weightOfAll,
  withExtra,
  worstLoss,
  zoneAllowance,
  zoneHealth,
} from '../zone-capacity.ts'
import type { PlannedZone, RegionPlan, Wave } from './plan.ts'
import * as refuse from './plan-refusals.ts'
import type { PlanRequest } from './planner.ts'
import { type RegionFleet, type RegionRequirement, requirementOf } from './region-capacity.ts'
import {
  type WaveShape,
  remainingWaves,
  shapeInitialWaves,
  shapeRepairs,
  shapeWaves,
} from './waves.ts'

/** A region's part of a plan before its bakes are known. */
export interface LaidOutRegion extends Omit<RegionPlan, 'waves' | 'startsMs' | 'durationMs'> {
  readonly fleet: RegionFleet
  readonly weights: DeclaredWeights
  readonly shapes: readonly Omit<Wave, 'bake'>[]
  /** Capacity under traffic that runs the release already. */
  readonly done: number
  /** Whether its waves are judged under traffic. */
  readonly baked: boolean
}

/** Weights of the units that name one; the others count 1, and in most fleets that is all of them. */
type DeclaredWeights = ReadonlyMap<UnitId, number>

const declaredWeights = ({ units }: RegionFleet): DeclaredWeights =>
  new Map(units.flatMap(({ id, weight }) => (weight === undefined ? [] : [[id, weight] as const])))

export const weightOfIds = (ids: readonly UnitId[], weights: DeclaredWeights): number =>
  weights.size === 0 ? ids.length : ids.reduce((sum, id) => sum + (weights.get(id) ?? 1), 0)

export interface RefusedRegion {
  readonly region: string
  readonly findings: readonly Finding[]
}

/** A region's sums, whatever they allow. @param whole capacity of all regions together */
export function describeRegion(
  request: PlanRequest,
  fleet: RegionFleet,
  whole: number,
): Omit<RegionPlan, 'waves' | 'startsMs' | 'durationMs'> {
  const { required, because } = requirementOf(request.policy, fleet, whole)
  const previous = request.previous[fleet.region] ?? null
  return {
    region: fleet.region,
    previous,
    kind: previous === null ? 'initial' : 'rolling',
    required,
    requiredBecause: because,
    contracts: request.contracts[fleet.region] ?? [],
    zones: planZones(request, fleet, required, previous === null),
  }
}

/** @param whole capacity of all regions together */
export function layOutRegion(
  request: PlanRequest,
  observed: RegionFleet,
  whole: number,
): LaidOutRegion | RefusedRegion {
  const { region } = observed
  const requirement = requirementOf(request.policy, observed, whole)
  // The old release cannot carry the load alone: it does not even now.
  const ill = totalHealthy(zoneHealth(observed)) < requirement.required
  const repairs = repairsFirst(request, observed, ill)
  const fleet = asRepaired(observed, repairs)
  const described = describeRegion(request, fleet, whole)
  const { zones, previous } = described
  const findings = checkRegion({ request, fleet, requirement, zones, first: previous === null })
  if (findings.length > 0) return { region, findings }
  const done = observed.units.filter((unit) => isOn(unit, request))
  const settled = new Set([...done, ...repairs].map(({ id }) => id))
  const shapes = [
    ...shapeRepairs(repairs),
    ...remainingWaves(shapeOf(request, fleet, previous === null), settled),
  ]
  const weights = declaredWeights(fleet)
  return {
    ...described,
    fleet,
    weights,
    shapes: shapes.map((shape) =>
      timed(request, weights, zones, { ...shape, evacuable: shape.evacuable && !ill }),
    ),
    done: weightOfAll(done.filter((unit) => !isShifted(observed, unit))),
    baked: previous !== null && request.purpose === 'release',
  }
}

/**
 * Units that are down and are replaced before anything else, which costs nothing: those that a
 * predecessor left half-changed and, in the hotfix lane, all of a baseline that is ill. A normal deploy
 * is refused on such a baseline; a hotfix may mend the cause.
 */
function repairsFirst(
  { lane, repair = [] }: PlanRequest,
  fleet: RegionFleet,
  ill: boolean,
): readonly UnitObservation[] {
  const all = lane === 'hotfix' && ill
  const left = new Set(repair)
  return fleet.units.filter((unit) => unit.health !== 'healthy' && (all || left.has(unit.id)))
}

/** The sums of the rest count on what is repaired. */
function asRepaired(fleet: RegionFleet, repairs: readonly UnitObservation[]): RegionFleet {
  const repaired = new Set(repairs.map(({ id }) => id))
  const units = fleet.units.map((unit): UnitObservation =>
    repaired.has(unit.id) ? { ...unit, health: 'healthy' } : unit,
  )
  return { ...fleet, units }
}

const isOn = (unit: UnitObservation, { release }: PlanRequest): boolean =>
  unit.health === 'healthy' && unit.version === release.commit

const shapeOf = (
  { lane, purpose, policy }: PlanRequest,
  { units, shifted: away = [] }: RegionFleet,
  first: boolean,
) =>
  first || purpose === 'return'
    ? shapeInitialWaves(units, away)
    : shapeWaves(units, { lane, wholeZones: policy.selects === 'zone', away })

function planZones(
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

interface RegionCheck {
  readonly request: PlanRequest
  readonly fleet: RegionFleet
  readonly requirement: RegionRequirement
  readonly zones: readonly PlannedZone[]
  readonly first: boolean
}

function checkRegion(check: RegionCheck): Finding[] {
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

/** Batches of a wave at its limits, and their expected time. */
function timed(
  { policy }: PlanRequest,
  weights: DeclaredWeights,
  zones: readonly PlannedZone[],
  shape: WaveShape,
): Omit<Wave, 'bake'> {
  const limits = new Map(zones.map((zone) => [zone.zone, zone.maxOut]))
  const stages = shape.stages.map((stage) => ({ ...stage, maxOut: limits.get(stage.zone) ?? 0 }))
  const batches = stages.reduce((sum, { units, maxOut }) => {
    const weight = weightOfIds(units, weights)
    return sum + Math.ceil(weight / Math.max(1, maxOut))
  }, 0)
  return { ...shape, stages, batches, placeMs: batches * policy.batchMs }
}
