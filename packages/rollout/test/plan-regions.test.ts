import { describe, expect, test } from 'vitest'
import {
  type Plan,
  type PlanRequest,
  type Planning,
  type UnitObservation,
  assumeFleet,
  planRollout,
  renderPlan,
} from '../src/index.ts'
import { newRelease, oldRelease, planPolicy } from './support/scenario.ts'

type Regions = Parameters<typeof assumeFleet>[0]

const request = (
  regions: Regions,
  policy: Partial<PlanRequest['policy']> = {},
  rest: Partial<PlanRequest> = {},
): PlanRequest => ({
  environment: 'production',
  lane: 'standard',
  purpose: 'release',
  policy: { ...planPolicy, ...policy },
  observation: assumeFleet(regions, oldRelease.commit),
  release: newRelease,
  contracts: {},
  previous: Object.fromEntries(Object.keys(regions).map((region) => [region, oldRelease])),
  ...rest,
})

function planOf(planning: Planning): Plan {
  if (planning.kind === 'refused')
    throw new Error(planning.findings.map(({ message }) => message).join('\n'))
  return planning.plan
}
const refusalsOf = (planning: Planning) =>
  planning.kind === 'refused' ? planning.findings.map(({ code, message }) => [code, message]) : []
const edited = (
  of: PlanRequest,
  edit: (unit: UnitObservation) => UnitObservation,
): PlanRequest => ({
  ...of,
  observation: { ...of.observation, units: of.observation.units.map(edit) },
})

const small = { a: 3, b: 3, c: 3 }
const large = { a: 30, b: 30, c: 30 }
/** Enough traffic that the smallest canary can be judged in time. */
const busy = { bake: { ...planPolicy.bake, requestsPerSecond: 4_000 } }

describe('regions', () => {
  test('the smallest goes first, and each has a canary and bakes of its own', () => {
    const plan = planOf(planRollout(request({ eu: large, us: small }, { ...busy, required: 40 })))
    expect(plan.regions.map(({ region }) => region)).toEqual(['us', 'eu'])
    expect(plan.regions.map(({ waves }) => waves.map(({ name }) => name))).toEqual([
      ['canary', 'rest of zone a', 'zone b', 'zone c'],
      ['canary', 'ten percent', 'rest of zone a', 'zone b', 'zone c'],
    ])
    expect(plan.regions[0]?.waves[0]?.bake?.share).toBe(1 / 9)
  })

  test('each keeps its share of the capacity, rounded up, or its own number', () => {
    const shared = planOf(planRollout(request({ eu: large, us: small }, { ...busy, required: 45 })))
    expect(
      shared.regions.map((each) => [each.region, each.required, each.requiredBecause]),
    ).toEqual([
      ['us', 5, '⌈45 × 9 / 99⌉ by share of capacity'],
      ['eu', 41, '⌈45 × 90 / 99⌉ by share of capacity'],
    ])
    const own = { ...busy, required: 45, requiredIn: { us: 3 } }
    const named = planOf(planRollout(request({ eu: large, us: small }, own)))
    expect(named.regions[0]).toMatchObject({
      required: 3,
      requiredBecause: 'the policy, for this region',
    })
  })

  test('the next begins when the first bake of the one before is judged', () => {
    const plan = planOf(planRollout(request({ eu: small, us: small }, { required: 8 })))
    const [first, second] = plan.regions
    const canary = first?.waves[0]
    expect(second?.startsMs).toBe((canary?.placeMs ?? 0) + (canary?.bake?.expectedMs ?? 0))
    expect(plan.criticalPathMs).toBe((second?.startsMs ?? 0) + (second?.durationMs ?? 0))
    expect(plan.slowestRegionMs).toBeLessThan(plan.criticalPathMs)
  })

  test('hotfix lane: three waves, and all other regions together after the first canary', () => {
    const regions = { ap: small, eu: small, us: small }
    const plan = planOf(planRollout(request(regions, { required: 12 }, { lane: 'hotfix' })))
    expect(plan.regions[0]?.waves.map(({ name }) => name)).toEqual([
      'canary',
      'rest of zone a',
      'other zones',
    ])
    expect(plan.regions[1]?.startsMs).toBe(plan.regions[2]?.startsMs)
  })
})

describe('surge', () => {
  const tight = { eu: { a: 2, b: 2, c: 2 } }

  test('where the sums allow nothing, units are added if policy and target let them', () => {
    expect(refusalsOf(planRollout(request(tight))).map(([code]) => code)).toEqual([
      'rollout/no-capacity',
      'rollout/no-capacity',
      'rollout/no-capacity',
    ])
    const plan = planOf(planRollout(request(tight, { surge: 1 })))
    expect(plan.regions[0]?.zones[0]).toMatchObject({
      maxOut: 1,
      surge: 1,
      reason: 'surge of 1: without eu/b: 7 − 2 = 5 healthy, minus 4 required leaves 1',
    })
  })

  test('where even that does not help it is refused with both sums', () => {
    const [first] = refusalsOf(planRollout(request({ eu: { a: 5, b: 2, c: 1 } }, { surge: 1 })))
    expect(first).toEqual([
      'rollout/no-capacity',
      'without eu/a: 8 − 5 = 3 healthy, 4 required, and a surge of 1 does not change that',
    ])
  })
})

describe('evacuability', () => {
  test('until the first zone is judged the old release alone must carry the load', () => {
    const plan = planOf(planRollout(request({ eu: small })))
    expect(plan.regions[0]?.waves.map(({ evacuable }) => evacuable)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  test('units on the new release outside the first zone mean that the gate was passed', () => {
    const past = edited(request({ eu: small }, { required: 5 }), (unit) =>
      unit.zone !== 'c' ? { ...unit, version: newRelease.commit } : unit,
    )
    expect(planOf(planRollout(past)).regions[0]?.waves.map(({ name }) => name)).toEqual([
      'zone b',
      'zone c',
    ])
  })
})

describe('what a fleet says of itself', () => {
  test('heavier units count for more', () => {
    const heavy = edited(request({ eu: small }, { required: 8 }), (unit) => ({
      ...unit,
      weight: 2,
    }))
    const plan = planOf(planRollout(heavy))
    expect(plan.regions[0]?.zones[0]).toMatchObject({ units: 3, healthy: 6, maxOut: 4 })
    const weightless = edited(request({ eu: small }), (unit) => ({ ...unit, weight: 0 }))
    expect(refusalsOf(planRollout(weightless))[0]?.[0]).toBe('rollout/target-failed')
  })

  test('an engine that changes whole zones gets whole zones', () => {
    const plan = planOf(planRollout(request({ eu: small }, { selects: 'zone' })))
    expect(plan.regions[0]?.waves.map(({ name }) => name)).toEqual(['zone a', 'zone b', 'zone c'])
  })

  test("units that a surge added are nobody's to place", () => {
    const { observation, ...rest } = request({ eu: small })
    const [first] = observation.units
    if (!first) throw new Error('a fleet has units')
    const extra = { ...first, id: 'extra' as typeof first.id, surplus: true as const }
    const units = [...observation.units, extra]
    const plan = planOf(planRollout({ ...rest, observation: { ...observation, units } }))
    expect(JSON.stringify(plan.regions)).not.toContain('extra')
  })
})

test('a return goes zone by zone under the same law, without bakes', () => {
  const plan = planOf(planRollout(request({ eu: small }, {}, { purpose: 'return' })))
  expect(plan.regions[0]?.waves.map(({ name, bake }) => [name, bake])).toEqual([
    ['zone a', null],
    ['zone b', null],
    ['zone c', null],
  ])
  expect(plan.regions[0]?.waves.map(({ batches }) => batches)).toEqual([2, 2, 2])
})

test('a plan of several regions shows when each begins, and the critical path', () => {
  const text = renderPlan(planOf(planRollout(request({ eu: small, us: small }, { required: 8 }))))
  expect(text).toMatch(/^critical path {2}[\d.]+ min at most/m)
  expect(text).toMatch(/^next release {3}may begin [\d.]+ min later/m)
  expect(text).toMatch(/^us\/a {2}·+■/m)
  expect(text).toContain('each begins when the first bake of the one before is judged')
})
