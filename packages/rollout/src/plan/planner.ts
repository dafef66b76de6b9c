import { createHash } from 'node:crypto'
import { type CommitId, type Finding, counted, digest } from '@bulkhead/vocabulary'
import { canonicalJson } from '../canonical-json.ts'
import type { Observation, ShippedRelease, UnitId, UnitObservation } from '../fleet.ts'
import { type Place, comparePlaces, placeName, weightOfAll } from '../zone-capacity.ts'
import { type BakeGoal, planBake } from './bake.ts'
import { checkFleet } from './fleet-checks.ts'
import type { Bake, Plan, RegionPlan, Wave } from './plan.ts'
import * as refuse from './plan-refusals.ts'
import type { PlanRequest } from './plan-request.ts'
import { type RegionFleet, regionsOf } from './region-capacity.ts'
import { type LaidOutRegion, describeRegion, layOutRegion, weightOfIds } from './region-layout.ts'
import { pipeline } from './timing.ts'

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
 * Refuses, with the sums, when no unit could be taken out without breaking the zone law and no surge
 * may help, when the fleet is too small even now, and when a bake could not find what it looks for.
 */
export function planRollout(request: PlanRequest): Planning {
  const layout = layOut(request)
  if (layout.kind === 'refused') return layout
  const whole = wholeOf(request)
  const bakeOf = rememberBakes()
  const regions: Omit<RegionPlan, 'startsMs' | 'durationMs'>[] = []
  for (const region of layout.regions) {
    const waves = bakeWaves(request, region, whole, bakeOf)
    if (!Array.isArray(waves)) return { kind: 'refused', findings: [waves.refusal] }
    const { fleet: _, weights: _weights, shapes: _shapes, done: _done, ...plain } = region
    regions.push({ ...plain, waves })
  }
  const { environment, release, lane, purpose, policy } = request
  const body: Omit<Plan, 'digest'> = {
    environment,
    release,
    lane,
    purpose,
    ...pipeline(regions, lane),
    selects: policy.selects,
    surge: policy.surge,
    batchMs: policy.batchMs,
    batchBecause: policy.batchBecause,
    mixedTest: testOf(request),
    notes: notesOf(request, layout.regions),
  }
  return { kind: 'planned', plan: { ...body, digest: digestOf(body) } }
}

/**
 * What going back needs of a plan: sums and limits, no waves. Never refused, for going back is always
 * allowed; what it may do is decided from observation, batch by batch.
 */
export function planUnwinding(request: PlanRequest): Plan {
  const { environment, release, lane, purpose, policy } = request
  const total = wholeOf(request)
  const regions = plannedRegions(request).map((fleet) => ({
    ...describeRegion(request, fleet, total),
    waves: [],
  }))
  const { batchMs, batchBecause, selects, surge } = policy
  const body: Omit<Plan, 'digest'> = {
    environment,
    release,
    lane,
    purpose,
    ...pipeline(regions, lane),
    selects,
    surge,
    batchMs,
    batchBecause,
    mixedTest: null,
    notes: ['unwinding: back from where the fleet stands'],
  }
  return { ...body, digest: digestOf(body) }
}

/** The way back to what was good before is tested by nobody: it was, when it came. */
const testOf = ({ purpose, policy }: PlanRequest): Plan['mixedTest'] =>
  purpose === 'release' ? policy.mixedTest : null

const digestOf = (body: Omit<Plan, 'digest'>) =>
  digest(`sha256:${createHash('sha256').update(canonicalJson(body)).digest('hex')}`)

export type Layout =
  | { readonly kind: 'laid-out'; readonly regions: readonly LaidOutRegion[] }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }

/** Capacity of all regions together. */
const wholeOf = ({ observation }: PlanRequest): number =>
  weightOfAll(observation.units.filter((unit) => unit.surplus !== true))

const plannedRegions = ({ observation, only }: PlanRequest): readonly RegionFleet[] =>
  regionsOf(observation).filter(({ region }) => region === (only ?? region))

/** Everything about a plan that follows from capacity alone: who goes when, and how many at once. */
export function layOut(request: PlanRequest): Layout {
  const whole = checkFleet(request)
  if (whole.length > 0) return { kind: 'refused', findings: whole }
  const total = wholeOf(request)
  const answers = plannedRegions(request).map((fleet) => layOutRegion(request, fleet, total))
  const findings = answers
    .flatMap((answer) => ('findings' in answer ? [answer] : []))
    .sort((a, b) => comparePlaces({ region: a.region, zone: '' }, { region: b.region, zone: '' }))
    .flatMap((answer) => answer.findings)
  if (findings.length > 0) return { kind: 'refused', findings }
  return {
    kind: 'laid-out',
    regions: answers.flatMap((answer) => ('findings' in answer ? [] : [answer])),
  }
}

/** Simulating a bake takes longer than all the rest: regions of one size have the same ones. */
function rememberBakes(): typeof planBake {
  const known = new Map<string, Bake | undefined>()
  return (goal, share) => {
    const key = `${goal.requestsPerSecond} ${share}`
    if (!known.has(key)) known.set(key, planBake(goal, share))
    return known.get(key)
  }
}

/**
 * Gives each wave its bake, from the share of the region that is new after it. The floor of the policy
 * is caution for what nobody waits for; a hotfix bakes for as long as the test that judges it needs.
 */
function bakeWaves(
  { policy, lane }: PlanRequest,
  region: LaidOutRegion,
  whole: number,
  bakeOf: typeof planBake,
): Wave[] | { readonly refusal: Finding } {
  const total = weightOfAll(region.fleet.units)
  const away = new Set(region.zones.filter((zone) => zone.shifted === true).map(placeName))
  // What is away gets no traffic: its units are no share of it.
  const carrying = weightOfAll(region.fleet.units.filter((unit) => !away.has(placeName(unit))))
  const goal = {
    ...policy.bake,
    floor: lane === 'hotfix' ? 0 : policy.bake.floor,
    requestsPerSecond: (policy.bake.requestsPerSecond * total) / whole,
  }
  const waves: Wave[] = []
  let placed = region.done
  for (const shape of region.shapes) {
    const stages = shape.stages.filter((stage) => !away.has(placeName(stage)))
    for (const stage of stages) placed += weightOfIds(stage.units, region.weights)
    const bake =
      region.baked && stages.length > 0
        ? bakeFor(bakeOf, goal, `${region.region}: ${shape.name}`, placed / carrying)
        : null
    if (bake && 'refusal' in bake) return bake
    waves.push({ ...shape, bake })
  }
  return waves
}

function bakeFor(
  bakeOf: typeof planBake,
  goal: BakeGoal,
  wave: string,
  share: number,
): Bake | { readonly refusal: Finding } {
  const bake = bakeOf(goal, share)
  if (!bake) return { refusal: refuse.undetectable(wave, goal, share) }
  return bake.expectedMs > bake.deadlineMs ? { refusal: refuse.bakeTooLong(wave, bake) } : bake
}

function notesOf(request: PlanRequest, regions: readonly LaidOutRegion[]): string[] {
  const { observation, release, purpose } = request
  const own = observation.units.filter((unit) => unit.surplus !== true)
  const done = own.filter((unit) => isOn(unit, release)).length
  return [
    ...regions
      .filter(({ zones }) => zones.length === 1)
      .map(({ region }) => `zone-law: not applicable in ${region}, one zone (declared)`),
    ...regions
      .filter(({ kind }) => kind === 'initial')
      .map(
        ({ region }) => `initial: ${region} has no earlier release to compare with or return to`,
      ),
    ...regions
      .flatMap(({ zones }) => zones.filter((zone) => zone.shifted === true))
      .map(
        (zone) =>
          `maintenance: the traffic of ${placeName(zone)} is shifted away${whyAway(request, zone)}; it counts as gone and is placed last`,
      ),
    ...(purpose === 'return' ? ['return: to a release that was fully good, without bakes'] : []),
    ...(done > 0
      ? [`already on the release, and not changed again: ${done} of ${counted(own.length, 'unit')}`]
      : []),
  ]
}

const whyAway = ({ away = [] }: PlanRequest, zone: Place): string => {
  const known = away.find((place) => placeName(place) === placeName(zone))
  return known === undefined ? '' : ` (${known.why})`
}

const isOn = (unit: UnitObservation, release: ShippedRelease): boolean =>
  unit.health === 'healthy' && unit.version === release.commit
