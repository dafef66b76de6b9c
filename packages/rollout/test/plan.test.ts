import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Plan,
  type PlanRequest,
  type Planning,
  type UnitObservation,
  assumeFleet,
  canonicalJson,
  planRollout,
} from '../src/index.ts'
import type { RegionPlan } from '../src/index.ts'
import { bakeGoal, newRelease, oldRelease, planPolicy } from './support/scenario.ts'

const request = (
  overrides: Partial<Omit<PlanRequest, 'policy'>> & {
    readonly zones?: Record<string, number>
    readonly required?: number
    readonly policy?: Partial<PlanRequest['policy']>
  } = {},
): PlanRequest => ({
  environment: 'production',
  lane: 'standard',
  purpose: 'release',
  policy: { ...planPolicy, required: overrides.required ?? 4, ...overrides.policy },
  observation: assumeFleet({ eu: overrides.zones ?? { a: 3, b: 3, c: 3 } }, oldRelease.commit),
  release: newRelease,
  contracts: {},
  previous: Object.fromEntries(['eu', 'us'].map((region) => [region, oldRelease])),
  ...without(overrides),
})

const without = ({
  zones: _zones,
  required: _required,
  policy: _policy,
  ...rest
}: object & {
  readonly zones?: unknown
  readonly required?: unknown
  readonly policy?: unknown
}): Partial<PlanRequest> => rest

const only = (plan: Plan): RegionPlan => {
  const [region] = plan.regions
  if (region === undefined) throw new Error('no region')
  return region
}

function planOf(planning: Planning): Plan {
  if (planning.kind === 'refused')
    throw new Error(planning.findings.map((finding) => finding.message).join('\n'))
  return planning.plan
}

const codesOf = (planning: Planning) =>
  planning.kind === 'refused' ? planning.findings.map((finding) => finding.code) : []
const wavesOf = (plan: Plan) =>
  only(plan).waves.map((wave) => [wave.name, wave.stages.flatMap((stage) => stage.units).length])
const change = (
  of: PlanRequest,
  edit: (unit: UnitObservation) => UnitObservation,
): PlanRequest => ({
  ...of,
  observation: { ...of.observation, units: of.observation.units.map(edit) },
})

describe('waves', () => {
  test('nine units: the canary is the tenth already', () => {
    expect(wavesOf(planOf(planRollout(request())))).toEqual([
      ['canary', 1],
      ['rest of zone a', 2],
      ['zone b', 3],
      ['zone c', 3],
    ])
  })

  test('ninety units: one, a tenth, the zone, the others', () => {
    const plan = planOf(planRollout(request({ zones: { a: 30, b: 30, c: 30 }, required: 40 })))
    expect(wavesOf(plan)).toEqual([
      ['canary', 1],
      ['ten percent', 8],
      ['rest of zone a', 21],
      ['zone b', 30],
      ['zone c', 30],
    ])
  })

  test('every unit is changed exactly once, in any fleet that can be planned', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(sizes, fc.nat(60), (counts, required) => {
        const zones = Object.fromEntries(counts.map((count, at) => [`z${at}`, count]))
        const planning = planRollout(request({ zones, required, policy: { singleZone: true } }))
        if (planning.kind === 'refused') return
        const units = planning.plan.regions
          .flatMap((region) => region.waves)
          .flatMap((wave) => wave.stages.flatMap((stage) => stage.units))
        expect(units.toSorted()).toEqual(
          request({ zones })
            .observation.units.map((unit) => unit.id)
            .toSorted(),
        )
      }),
      { numRuns: 40 },
    )
  })
})

describe('bakes', () => {
  test('the share grows with the waves, and the last one has no control left', () => {
    const { waves } = only(planOf(planRollout(request())))
    expect(waves.map((wave) => wave.bake?.share)).toEqual([1 / 9, 3 / 9, 6 / 9, 1])
    expect(waves.map((wave) => wave.bake?.test)).toEqual([
      'against-control',
      'against-control',
      'against-control',
      'absolute',
    ])
  })

  test('a bake that cannot end before its deadline is refused with the numbers', () => {
    const slow = { bake: { ...bakeGoal, requestsPerSecond: 1 } }
    const planning = planRollout(request({ policy: slow }))
    expect(codesOf(planning)).toEqual(['rollout/undetectable'])
    expect(planning.kind === 'refused' && planning.findings[0]?.message).toMatch(
      /needs \d+ requests at 0\.1\/s/,
    )
  })
})

describe('refusals', () => {
  test('no capacity, with the sums', () => {
    const planning = planRollout(request({ required: 6 }))
    expect(codesOf(planning)).toEqual([
      'rollout/no-capacity',
      'rollout/no-capacity',
      'rollout/no-capacity',
    ])
    expect(planning.kind === 'refused' && planning.findings[0]?.message).toContain(
      '9 − 3 = 6 healthy, minus 6 required leaves 0',
    )
    expect(codesOf(planRollout(request({ required: 5 })))).toEqual([])
  })

  test('a baseline below what is required', () => {
    const ill = change(request({ required: 5 }), (unit) =>
      unit.zone === 'c' || unit.id === 'eu/b/1' || unit.id === 'eu/a/1'
        ? { ...unit, health: 'unhealthy' }
        : unit,
    )
    expect(codesOf(planRollout(ill))).toEqual(['rollout/unhealthy-baseline'])
  })

  test('a zone that is wholly down needs no capacity to be placed', () => {
    const down = change(request({ required: 2 }), (unit) =>
      unit.zone === 'c' ? { ...unit, health: 'stopped', version: null } : unit,
    )
    expect(codesOf(planRollout(down))).toEqual([])
  })

  test('no units, and the same unit twice', () => {
    expect(codesOf(planRollout(request({ observation: { units: [], traffic: [] } })))).toEqual([
      'rollout/unhealthy-baseline',
    ])
    const twice = change(request(), (unit) => ({ ...unit, id: 'same' as typeof unit.id }))
    expect(codesOf(planRollout(twice))).toEqual(['rollout/target-failed'])
  })

  test('one zone loses the zone law by name', () => {
    const alone = { zones: { only: 5 }, required: 3 }
    expect(codesOf(planRollout(request(alone)))).toEqual(['rollout/single-zone'])
    const plan = planOf(planRollout(request({ ...alone, policy: { singleZone: true } })))
    expect(plan.notes).toEqual(['zone-law: not applicable in eu, one zone (declared)'])
    expect(only(plan).zones[0]?.maxOut).toBe(2)
    expect(planOf(planRollout(request())).notes).toEqual([])
  })
})

describe('a rollout that starts again', () => {
  const onNew = (ids: readonly string[]) =>
    change(request(), (unit) =>
      ids.includes(unit.id) ? { ...unit, version: newRelease.commit } : unit,
    )

  test('leaves alone what is done, and bakes the wave that may never have been judged', () => {
    const plan = planOf(planRollout(onNew(['eu/a/1'])))
    expect(wavesOf(plan)).toEqual([
      ['canary', 0],
      ['rest of zone a', 2],
      ['zone b', 3],
      ['zone c', 3],
    ])
    expect(plan.notes).toEqual(['already on the release, and not changed again: 1 of 9 units'])
  })

  test('goes on in the middle of a zone', () => {
    const plan = planOf(planRollout(onNew(['eu/a/1', 'eu/a/2', 'eu/a/3', 'eu/b/1'])))
    expect(wavesOf(plan)).toEqual([
      ['rest of zone a', 0],
      ['zone b', 2],
      ['zone c', 3],
    ])
    expect(only(plan).waves[0]?.bake?.share).toBe(4 / 9)
  })

  test('only watches when all is placed', () => {
    const plan = planOf(planRollout(onNew(request().observation.units.map((unit) => unit.id))))
    expect(wavesOf(plan)).toEqual([['zone c', 0]])
  })
})

describe('a first release', () => {
  const first = (required: number) =>
    request({
      observation: assumeFleet({ eu: { a: 3, b: 3, c: 3 } }, null),
      previous: {},
      required,
    })

  test('is placed zone by zone, all at once, with nothing to compare', () => {
    const plan = planOf(planRollout(first(6)))
    expect(only(plan).kind).toBe('initial')
    expect(only(plan).waves.map((wave) => [wave.name, wave.stages[0]?.maxOut, wave.bake])).toEqual([
      ['zone a', 3, null],
      ['zone b', 3, null],
      ['zone c', 3, null],
    ])
  })

  test('is refused where even the full fleet could not lose a zone', () => {
    expect(codesOf(planRollout(first(7)))).toEqual(['rollout/no-capacity'])
  })
})

describe('the digest', () => {
  test('same inputs, same bytes; the order of observation does not matter', () => {
    const { units } = request().observation
    const mixed = request({ observation: { units: units.toReversed(), traffic: [] } })
    expect(canonicalJson(planRollout(mixed))).toBe(canonicalJson(planRollout(request())))
  })

  test('another release, another digest', () => {
    expect(
      planOf(planRollout(request({ release: { ...newRelease, artifact: oldRelease.artifact } })))
        .digest,
    ).not.toBe(planOf(planRollout(request())).digest)
  })

  test('canonical JSON sorts keys and refuses what JSON cannot say', () => {
    expect(canonicalJson({ b: [1, null, true], a: 'x"' })).toBe('{"a":"x\\"","b":[1,null,true]}')
    expect(() => canonicalJson({ a: undefined })).toThrow(TypeError)
    expect(() => canonicalJson(Number.NaN)).toThrow(TypeError)
  })
})
