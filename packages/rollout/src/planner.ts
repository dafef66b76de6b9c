import { createHash } from 'node:crypto'
import { type CommitId, type Finding, digest } from '@bulkhead/vocabulary'
import { type BakeGoal, planBake } from './bake.ts'
import { canonicalJson } from './canonical-json.ts'
import type { Observation, ShippedRelease, UnitId, UnitObservation } from './fleet.ts'
import type { Bake, Plan, PlannedZone, Wave } from './plan.ts'
import * as refuse from './refusals.ts'
import { type WaveShape, remainingWaves, shapeInitialWaves, shapeWaves } from './waves.ts'
import { placeName, totalHealthy, worstLoss, zoneAllowance, zoneHealth } from './zone-capacity.ts'

export interface PlanRequest {
  readonly environment: string
  readonly policy: {
    /** R: healthy units that must remain with any one zone gone. */
    readonly required: number
    readonly bake: BakeGoal
  }
  /** The fleet as it says it is now; {@link assumeFleet} makes one up where nothing can be asked. */
  readonly observation: Observation
  readonly release: ShippedRelease
  /** The last fully good release, null when the environment never had one. */
  readonly previous: ShippedRelease | null
}

export type Planning =
  | { readonly kind: 'planned'; readonly plan: Plan }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }

/** A fleet of the policy's shape: all healthy on `version`, or all stopped when there is none. */
export function assumeFleet(
  regions: Readonly<Record<string, Readonly<Record<string, number>>>>,
  version: CommitId | null,
): Observation {
  const health = version === null ? 'stopped' : 'healthy'
  const units = Object.entries(regions).flatMap(([region, zones]) =>
    Object.entries(zones).flatMap(([zone, count]) =>
      Array.from({ length: count }, (_, at): UnitObservation => {
        const id = `${region}/${zone}/${at + 1}` as UnitId
        return { id, region, zone, version, health }
      }),
    ),
  )
  return { units, traffic: [] }
}

/**
 * Plans a rollout: a pure function of policy, observed fleet and release. Same inputs, same bytes.
 * Refuses, with the sums, when no unit could be taken out without breaking the zone law, when the
 * fleet is too small even now, and when the bake could not find what it looks for.
 */
export function planRollout(request: PlanRequest): Planning {
  const { observation, previous } = request
  const refused = checkFleet(request)
  if (refused.length > 0) return { kind: 'refused', findings: refused }
  const done = new Set(
    observation.units.filter((unit) => isOn(unit, request.release)).map(({ id }) => id),
  )
  const shape = previous === null ? shapeInitialWaves : shapeWaves
  const zones = planZones(request)
  const waves = bakeWaves(request, remainingWaves(shape(observation.units), done), zones, done.size)
  if (!Array.isArray(waves)) return { kind: 'refused', findings: [waves.refusal] }
  const body: Omit<Plan, 'digest'> = {
    environment: request.environment,
    release: request.release,
    previous,
    lane: 'standard',
    kind: previous === null ? 'initial' : 'rolling',
    required: request.policy.required,
    zones,
    waves,
    notes: notesOf(request, zones, done.size),
  }
  return { kind: 'planned', plan: { ...body, digest: digestOf(body) } }
}

const isOn = (unit: UnitObservation, release: ShippedRelease): boolean =>
  unit.health === 'healthy' && unit.version === release.commit

const digestOf = (body: Omit<Plan, 'digest'>) =>
  digest(`sha256:${createHash('sha256').update(canonicalJson(body)).digest('hex')}`)

function checkFleet(request: PlanRequest): Finding[] {
  const { environment, observation, policy, previous } = request
  const { units } = observation
  if (units.length === 0) return [refuse.emptyFleet(environment)]
  if (new Set(units.map(({ id }) => id)).size !== units.length)
    return [refuse.doubleUnits(environment)]
  if (previous === null) return checkWholeFleet(request)
  const zones = zoneHealth(units)
  const healthy = totalHealthy(zones)
  if (healthy < policy.required)
    return [refuse.unhealthyBaseline(environment, healthy, policy.required)]
  return zones
    .filter((zone) =>
      units.some((unit) => placeName(unit) === placeName(zone) && needsCapacity(unit, request)),
    )
    .map((zone) => ({ zone, allowance: zoneAllowance(zones, zone, policy.required) }))
    .filter(({ allowance }) => allowance.maxOut < 1)
    .map(({ zone, allowance }) => refuse.noCapacity(placeName(zone), allowance.reason))
}

/** Replacing a unit that is down costs nothing; taking out a healthy one does. */
const needsCapacity = (unit: UnitObservation, { release }: PlanRequest): boolean =>
  unit.health === 'healthy' && unit.version !== release.commit

/** A first release fills the fleet; even full it must be able to lose a zone. */
function checkWholeFleet({ environment, observation, policy }: PlanRequest): Finding[] {
  const full = zoneHealth(observation.units.map((unit) => ({ ...unit, health: 'healthy' })))
  const worst = worstLoss(full)
  if (worst.healthy >= policy.required) return []
  const sums = `all ${totalHealthy(full)} units healthy and ${worst.zone} lost leaves ${worst.healthy}, ${policy.required} required`
  return [refuse.noCapacity(environment, sums)]
}

function planZones({ observation, policy, previous }: PlanRequest): PlannedZone[] {
  const zones = zoneHealth(observation.units)
  const sizes = new Map<string, number>()
  for (const unit of observation.units)
    sizes.set(placeName(unit), (sizes.get(placeName(unit)) ?? 0) + 1)
  return zones.map((zone) => {
    const units = sizes.get(placeName(zone)) ?? 0
    const limit =
      previous === null && zone.healthy === 0
        ? { maxOut: units, reason: 'nothing serves here yet: the whole zone may be placed at once' }
        : zoneAllowance(zones, zone, policy.required)
    return { region: zone.region, zone: zone.zone, units, healthy: zone.healthy, ...limit }
  })
}

/** Gives each wave its limits and its bake, from the share of the fleet that is new after it. */
function bakeWaves(
  request: PlanRequest,
  shapes: readonly WaveShape[],
  zones: readonly PlannedZone[],
  done: number,
): Wave[] | { readonly refusal: Finding } {
  const total = request.observation.units.length
  const limits = new Map(zones.map((zone) => [placeName(zone), zone.maxOut]))
  const waves: Wave[] = []
  let placed = done
  for (const shape of shapes) {
    placed += shape.stages.reduce((sum, stage) => sum + stage.units.length, 0)
    const bake = request.previous === null ? null : bakeFor(request, shape.name, placed / total)
    if (bake && 'refusal' in bake) return bake
    const stages = shape.stages.map((stage) => ({
      ...stage,
      maxOut: limits.get(placeName(stage)) ?? 0,
    }))
    waves.push({ name: shape.name, stages, bake })
  }
  return waves
}

function bakeFor(
  { policy }: PlanRequest,
  wave: string,
  share: number,
): Bake | { readonly refusal: Finding } {
  const bake = planBake(policy.bake, share)
  if (!bake) return { refusal: refuse.undetectable(wave, policy.bake, share) }
  return bake.expectedMs > bake.deadlineMs ? { refusal: refuse.bakeTooLong(wave, bake) } : bake
}

function notesOf(request: PlanRequest, zones: readonly PlannedZone[], done: number): string[] {
  const total = request.observation.units.length
  return [
    ...(zones.length === 1 ? ['zone-law: not applicable, one zone'] : []),
    ...(request.previous === null
      ? ['initial: no earlier release, nothing to compare with or to return to']
      : []),
    ...(done > 0
      ? [`${done} of ${total} units run the release already and are not changed again`]
      : []),
  ]
}
