import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BakeAnalysis } from '../src/analysis/bake-analysis.ts'
import { hodgesLehmann, medianOf } from '../src/analysis/hodges-lehmann.ts'
import type { Metric, MetricWindow } from '../src/analysis/metric.ts'
import { normalQuantile } from '../src/analysis/normal-quantile.ts'
import { LEAST_VALUES, ShiftWatch } from '../src/analysis/shift-watch.ts'
import { planBake } from '../src/plan/bake.ts'
import { seededRandom } from '../src/seeded-random.ts'
import { bakeGoal, newRelease, oldRelease } from './support/scenario.ts'

const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 40,
})

describe('the Hodges–Lehmann shift', () => {
  it('is the median of all differences, inside its interval', () => {
    fc.assert(
      fc.property(values, values, (reference, observed) => {
        const shift = hodgesLehmann(reference, observed, 2.33)
        const all = observed.flatMap((value) => reference.map((base) => value - base))
        expect(shift?.estimate).toBeCloseTo(medianOf(all), 6)
        expect(shift && shift.low <= shift.estimate && shift.estimate <= shift.high).toBe(true)
      }),
    )
  })

  it('follows a move of all values, and turns round with the groups', () => {
    fc.assert(
      fc.property(values, values, fc.integer({ min: -1000, max: 1000 }), (a, b, by) => {
        const moved = hodgesLehmann(
          a,
          b.map((value) => value + by),
          2.33,
        )
        const still = hodgesLehmann(a, b, 2.33)
        const turned = hodgesLehmann(b, a, 2.33)
        expect(moved?.estimate).toBeCloseTo((still?.estimate ?? Number.NaN) + by, 4)
        expect(turned?.low).toBeCloseTo(-(still?.high ?? Number.NaN), 6)
      }),
    )
  })

  it('agrees with the interval of a worked example', () => {
    // Hollander, Wolfe, Chicken, example 4.1 (permeability of membranes). The exact distribution of
    // the Mann–Whitney statistic gives the 9th smallest and largest difference a coverage of 96 %.
    const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    const early = [1.15, 0.88, 0.9, 0.74, 1.21]
    const shift = hodgesLehmann(term, early, 1.96)
    expect(shift?.estimate).toBeCloseTo(-0.305, 3)
    expect(shift?.low).toBeCloseTo(-0.76, 2)
    expect(shift?.high).toBeCloseTo(0.15, 2)
  })

  it('thins out large groups and still finds the shift', () => {
    const reference = Array.from({ length: 5_000 }, (_, at) => at % 100)
    const observed = reference.map((value) => value + 10)
    expect(hodgesLehmann(reference, observed, 2.33)?.estimate).toBeCloseTo(10, 0)
    expect(hodgesLehmann([], observed, 2.33)).toBeUndefined()
  })
})

it('knows the quantiles of the normal distribution', () => {
  expect(normalQuantile(0.5)).toBeCloseTo(0, 9)
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963985, 8)
  expect(normalQuantile(0.01)).toBeCloseTo(-2.326347874, 8)
  expect(normalQuantile(1e-6)).toBeCloseTo(-4.753424309, 7)
})

/** Positive values around `middle`, never the same twice for one seed. */
function drawn(count: number, middle: number, seed: number, spread = 0.1): readonly number[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => middle * (1 + spread * (random() + random() - 1)))
}

describe('a metric without counts', () => {
  const rise = (reference: readonly number[], observed: readonly number[], allowed = 0.2) =>
    new ShiftWatch(0.01).judge({ reference, observed, worse: 'rise', allowed })

  it('is good when nothing moved, and bad when it rose beyond what is allowed', () => {
    expect(rise(drawn(40, 100, 1), drawn(40, 100, 2)).kind).toBe('good')
    expect(rise(drawn(40, 100, 1), drawn(40, 130, 2))).toMatchObject({
      kind: 'bad',
      why: expect.stringMatching(/^median 1[23].* against .*, \+20 % is allowed$/),
      figures: {
        canary: expect.closeTo(131, 0),
        control: expect.closeTo(100, 0),
        limit: expect.closeTo(120, 0),
      },
    })
    expect(rise(drawn(40, 100, 1), drawn(40, 110, 2)).kind).toBe('good')
  })

  it('says nothing of too few values, nor of values that are none', () => {
    const few = drawn(LEAST_VALUES - 1, 100, 1)
    expect(rise(few, drawn(40, 500, 2)).kind).toBe('not-yet')
    expect(rise(drawn(40, 100, 1), []).kind).toBe('not-yet')
    const nothing = Array.from({ length: 40 }, () => Number.NaN)
    expect(rise(drawn(40, 100, 1), nothing).kind).toBe('not-yet')
  })

  it('of which less is worse: a drop is bad, a rise is not, and zero before is no answer', () => {
    const drop = (before: readonly number[], now: readonly number[]) =>
      new ShiftWatch(0.01).judge({ reference: before, observed: now, worse: 'drop', allowed: 0.3 })
    expect(drop(drawn(40, 100, 1), drawn(40, 50, 2)).kind).toBe('bad')
    expect(drop(drawn(40, 100, 1), drawn(40, 90, 2)).kind).toBe('good')
    expect(drop(drawn(40, 100, 1), drawn(40, 300, 2)).kind).toBe('good')
    expect(drop(drawn(40, 0, 1), drawn(40, 0, 2)).kind).toBe('not-yet')
    expect(drop(drawn(40, 100, 1), drawn(40, 0, 2)).kind).toBe('bad')
  })

  it('may be looked at after every value: an innocent release is hardly ever convicted', () => {
    let convicted = 0
    for (let run = 0; run < 100; run += 1) {
      // Values so scattered that a shift of the allowed size is often seen by chance.
      const reference = drawn(60, 100, run, 0.9)
      const observed = drawn(60, 100, 10_000 + run, 0.9)
      const watch = new ShiftWatch(0.01)
      const answers = observed.map((_, at) =>
        watch.judge({
          reference: reference.slice(0, at + 1),
          observed: observed.slice(0, at + 1),
          worse: 'rise',
          allowed: 0.01,
        }),
      )
      if (answers.some(({ kind }) => kind === 'bad')) convicted += 1
    }
    expect(convicted).toBeLessThanOrEqual(4)
  })

  it('is never good while it looks bad', () => {
    fc.assert(
      fc.property(fc.integer({ min: LEAST_VALUES, max: 60 }), fc.nat(), (count, seed) => {
        const watch = new ShiftWatch(0.01)
        const question = {
          reference: drawn(count, 100, seed),
          observed: drawn(count, 300, seed + 1),
          worse: 'rise',
          allowed: 0.2,
        } as const
        expect(watch.judge(question).kind).not.toBe('good')
        expect(watch.judge(question).kind).not.toBe('good')
      }),
    )
  })
})

const window: MetricWindow = {
  canary: newRelease.commit,
  control: oldRelease.commit,
  beside: true,
  rolloutBegan: 0,
  bakeBegan: 1_000,
  now: 60_000,
}
const bake = planBake(bakeGoal, 1 / 9) ?? expect.fail('no bake')
const never = new AbortController().signal
const look = (metric: Metric) => new BakeAnalysis([metric], bake).look(window, never)

describe('the metrics of a bake', () => {
  const errors = (canary: [number, number], control: [number, number]): Metric => ({
    name: 'errors',
    kind: 'errors',
    read: async () => ({
      kind: 'read',
      value: {
        canary: { requests: canary[0], errors: canary[1] },
        control: { requests: control[0], errors: control[1] },
      },
    }),
  })

  it.each([
    ['good', [1_000, 0], [8_000, 2]],
    ['bad', [1_000, 300], [8_000, 2]],
    ['not-yet', [3, 0], [8_000, 2]],
    ['not-yet', [1_000, 0], [0, 0]],
    ['not-yet', [1_000, 500], [8_000, 4_000]],
  ] as const)('judge counts: %s', async (kind, canary, control) => {
    expect(await look(errors([...canary], [...control]))).toMatchObject([
      { metric: 'errors', kind },
    ])
  })

  it('give no answer when nothing can be read', async () => {
    const none = async () => ({ kind: 'none', why: 'answered 503' }) as const
    const metrics: readonly Metric[] = [
      { name: 'a', kind: 'errors', read: none },
      { name: 'b', kind: 'latency', allowedIncrease: 0.2, read: none },
      { name: 'c', kind: 'heartbeat', allowedDrop: 0.2, read: none },
      { name: 'd', kind: 'probe', tries: 3, required: 2, read: none },
    ]
    const answers = await new BakeAnalysis(metrics, bake).look(window, never)
    expect(answers.map(({ metric, kind, why }) => [metric, kind, why])).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => [name, 'not-yet', 'answered 503']),
    )
  })

  it('count the last probes', async () => {
    const results = [true, false, true, true, false, false, false]
    let at = 0
    const metric: Metric = {
      name: 'home page',
      kind: 'probe',
      tries: 4,
      required: 2,
      read: async () => ({ kind: 'read', value: results[at++] ?? false }),
    }
    const analysis = new BakeAnalysis([metric], bake)
    const kinds: string[] = []
    for (const _ of results)
      kinds.push(...(await analysis.look(window, never)).map(({ kind }) => kind))
    expect(kinds).toEqual(['not-yet', 'not-yet', 'good', 'good', 'good', 'good', 'bad'])
  })
})
