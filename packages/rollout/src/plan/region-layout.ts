import type { Finding } from '@bulkhead/vocabulary'
import type { UnitId, UnitObservation } from '../fleet.ts'
import { isShifted, totalHealthy, weightOfAll, zoneHealth } from '../zone-capacity.ts'
import type { PlannedZone, RegionPlan, Wave } from './plan.ts'
import { planZones } from './planned-zones.ts'
import type { PlanRequest } from './plan-request.ts'
import { type RegionFleet, requirementOf } from './region-capacity.ts'
import { checkRegion } from './region-checks.ts'
import { isOn, shapeOf } from './region-shape.ts'
import { type WaveShape, remainingWaves, shapeRepairs } from './waves.ts'

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
