import { expect, test } from 'vitest'
import type { Observation, PlanRequest, UnitId, UnitObservation } from '../src/index.ts'
import { layOut } from '../src/plan/planner.ts'
import type { LaidOutRegion } from '../src/plan/region-layout.ts'
import { type BatchRules, isSettled, nextBatch } from '../src/run/next-batch.ts'
import { type Random, seededRandom } from '../src/seeded-random.ts'
import { placeName, totalHealthy, weightOf, worstLoss, zoneHealth } from '../src/zone-capacity.ts'
import { newRelease, oldRelease, planPolicy } from './support/scenario.ts'

type Unit = { -readonly [Key in keyof UnitObservation]: UnitObservation[Key] }

const TOPOLOGIES = 100_000
const int = (random: Random, least: number, most: number): number =>
  least + Math.floor(random() * (most - least + 1))

/** One to three regions of one to four zones, some units heavier, some down, R near what is possible. */
function randomRequest(random: Random): PlanRequest {
  const weighted = random() < 0.2
  const units: Unit[] = []
  for (let region = int(random, 1, 3); region > 0; region -= 1) {
    for (let zone = int(random, 1, 4); zone > 0; zone -= 1) {
      for (let at = int(random, 1, 5); at > 0; at -= 1) {
        const place = { region: `r${region}`, zone: `z${zone}` }
        units.push({
          ...place,
          id: `${placeName(place)}/${at}` as UnitId,
          version: oldRelease.commit,
          health: random() < 0.04 ? 'stopped' : 'healthy',
          ...(weighted ? { weight: int(random, 1, 3) } : {}),
        })
      }
    }
  }
  const regions = Map.groupBy(units, (unit) => unit.region)
  const requiredIn = Object.fromEntries(
    [...regions].map(([name, own]) => {
      const left = worstLoss(zoneHealth({ units: own, traffic: [] })).healthy
      return [name, Math.max(1, left - int(random, -1, 4))]
    }),
  )
  return {
    environment: 'production',
    lane: random() < 0.3 ? 'hotfix' : 'standard',
    purpose: random() < 0.1 ? 'return' : 'release',
    policy: { ...planPolicy, requiredIn, singleZone: true, surge: int(random, 0, 2) },
    observation: { units, traffic: [] },
    release: newRelease,
    contracts: {},
    previous: Object.fromEntries([...regions.keys()].map((name) => [name, oldRelease])),
  }
}

/** What the law says of a region at one instant. */
interface Instant {
  readonly region: LaidOutRegion
  readonly seen: Observation
  readonly evacuable: boolean
}

type Choose = typeof nextBatch

/** Carries a region's plan out on plain data; every instant is shown to `look`. */
function walk(
  fleet: Observation,
  region: LaidOutRegion,
  look: (instant: Instant) => void,
  choose: Choose,
): string {
  const units: Unit[] = fleet.units.map((unit) => ({ ...unit }))
  const seen: Observation = { units, traffic: [] }
  for (const shape of region.shapes) {
    const evacuable = shape.evacuable
    const rules: BatchRules = {
      required: region.required,
      evacuable: evacuable ? newRelease : null,
      selects: 'units',
    }
    for (const stage of shape.stages) {
      let surged = 0
      for (let round = 0; ; round += 1) {
        if (round > 200) return 'endless'
        const open = units.filter(
          (unit) => stage.units.includes(unit.id) && !isSettled(unit, newRelease),
        )
        if (open.length === 0) break
        const next = choose(seen, stage, open, rules)
        const zone = region.zones.find((each) => placeName(each) === placeName(stage))
        if (next.kind === 'wait') {
          if (surged > 0 || !zone || zone.surge === 0) return next.wait.reason
          for (surged = 1; surged <= zone.surge; surged += 1) units.push(extraUnit(stage, surged))
          continue
        }
        const batch = units.filter((unit) => next.batch.units.includes(unit.id))
        for (const unit of batch) unit.health = 'stopped'
        look({ region, seen, evacuable })
        for (const unit of batch)
          Object.assign(unit, { health: 'healthy', version: newRelease.commit })
        look({ region, seen, evacuable })
      }
      for (let at = units.length - 1; at >= 0; at -= 1) if (units[at]?.surplus) units.splice(at, 1)
    }
  }
  return units.every((unit) => isSettled(unit, newRelease)) ? 'done' : 'incomplete'
}

const extraUnit = (
  place: { readonly region: string; readonly zone: string },
  at: number,
): Unit => ({
  region: place.region,
  zone: place.zone,
  id: `${placeName(place)}/+${at}` as UnitId,
  version: oldRelease.commit,
  health: 'healthy',
  surplus: true,
})

/** Where the law is broken at this instant: which zone's loss leaves too little, or what was lost of the way back. */
function breach({ region, seen, evacuable }: Instant, before: number): string | undefined {
  const zones = zoneHealth(seen)
  const total = totalHealthy(zones)
  const { required } = region
  if (zones.length === 1)
    return total >= Math.min(required, before) ? undefined : `${total} of ${required}, one zone`
  for (const zone of zones) {
    const left = total - zone.healthy
    if (left < Math.min(required, before))
      return `without ${placeName(zone)}: ${left} < ${required}`
  }
  const old = seen.units
    .filter((unit) => unit.health === 'healthy' && unit.version === oldRelease.commit)
    .reduce((sum, unit) => sum + weightOf(unit), 0)
  return !evacuable || old >= required || before < required
    ? undefined
    : `the old release alone: ${old} < ${required}`
}

/** The region as it was observed, before what a plan counts on. */
const observedOf = ({ observation }: PlanRequest, { region }: LaidOutRegion): Observation => ({
  units: observation.units.filter((unit) => unit.region === region),
  traffic: [],
})

interface Tally {
  planned: number
  refused: number
  surged: number
  instants: number
}

function walkMany(
  count: number,
  choose: Choose,
): { readonly tally: Tally; readonly breaches: string[] } {
  const random = seededRandom(20_260)
  const tally: Tally = { planned: 0, refused: 0, surged: 0, instants: 0 }
  const breaches: string[] = []
  for (let at = 0; at < count; at += 1) {
    const request = randomRequest(random)
    const layout = layOut(request)
    if (layout.kind === 'refused') {
      tally.refused += 1
      continue
    }
    tally.planned += 1
    for (const region of layout.regions) {
      if (region.zones.some((zone) => zone.surge > 0)) tally.surged += 1
      const before = worstLoss(zoneHealth(observedOf(request, region))).healthy
      const look = (instant: Instant) => {
        tally.instants += 1
        const broken = breach(instant, before)
        if (broken !== undefined) breaches.push(`${at} ${region.region}: ${broken}`)
      }
      const end = walk(observedOf(request, region), region, look, choose)
      if (end !== 'done') breaches.push(`${at} ${region.region}: ${end}`)
    }
  }
  return { tally, breaches }
}

test(`${TOPOLOGIES} random fleets: what is planned can be carried out, and any zone may die at any instant of it`, () => {
  const { tally, breaches } = walkMany(TOPOLOGIES, nextBatch)
  expect(breaches.slice(0, 3)).toEqual([])
  expect(tally.planned).toBeGreaterThan(20_000)
  expect(tally.refused).toBeGreaterThan(20_000)
  expect(tally.surged).toBeGreaterThan(2_000)
  expect(tally.instants).toBeGreaterThan(300_000)
})

test('the check is able to fail: one unit too many out is found', () => {
  const greedy: Choose = (seen, place, candidates, rules) =>
    nextBatch(seen, place, candidates, { ...rules, required: rules.required - 1 })
  expect(walkMany(2_000, greedy).breaches.length).toBeGreaterThan(100)
})

test('after a zone is lost nothing is taken out that the rest needs, wherever it is lost', () => {
  const random = seededRandom(4)
  let lost = 0
  for (let at = 0; at < 20_000; at += 1) {
    const request = randomRequest(random)
    const layout = layOut(request)
    if (layout.kind === 'refused') continue
    const [region] = layout.regions
    if (!region || region.zones.length === 1) continue
    const doomed = region.zones[int(random, 0, region.zones.length - 1)]
    let until = int(random, 1, 6)
    const fleet = observedOf(request, region)
    const before = worstLoss(zoneHealth(fleet)).healthy
    walk(
      fleet,
      region,
      ({ seen }) => {
        until -= 1
        if (until === 0 && doomed) {
          lost += 1
          for (const unit of seen.units as Unit[])
            if (unit.zone === doomed.zone) Object.assign(unit, { health: 'stopped' })
        }
        if (before < region.required) return
        expect(totalHealthy(zoneHealth(seen))).toBeGreaterThanOrEqual(region.required)
      },
      nextBatch,
    )
  }
  expect(lost).toBeGreaterThan(3_000)
})
