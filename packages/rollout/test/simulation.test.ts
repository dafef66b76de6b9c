import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DayParameters, simulateDay } from '../src/simulation/day.ts'
import { forecast, needFor } from '../src/simulation/forecast.ts'

const DAY: DayParameters = {
  hours: 9,
  mergesPerHour: 20,
  ci: 5,
  regions: [5.5],
  coalesce: 8,
  bad: 0.01,
  foundAfter: 0.3,
  hotfix: undefined,
}

/** The table that others got by simulating the same day: ships a day, median and 95 % in minutes. */
describe('a day of 20 merges an hour, five minutes of CI, one serial deploy of 5.5 minutes', () => {
  const rows = [
    ['one deploy a merge', { coalesce: 1 }, 179, 230, 464],
    ['up to eight merges a deploy', {}, 92, 13, 15.8],
    ['deploys of three minutes', { regions: [3] }, 132, 8.9, 10.8],
  ] as const
  it.each(rows)('%s', (_, change, ships, p50, p95) => {
    const seen = forecast({ ...DAY, ...change }, 200)
    expect(Math.abs(seen.shipsPerDay - ships) / ships).toBeLessThan(0.04)
    expect(Math.abs((seen.merges?.p50 ?? 0) - p50) / p50).toBeLessThan(0.05)
    expect(Math.abs((seen.merges?.p95 ?? 0) - p95) / p95).toBeLessThan(0.05)
  })

  const hotfixes = [
    ['waits at the head of the queue', undefined, undefined, 13.1, 15.8],
    ['and pre-empts at a batch edge', 0.5, undefined, 10.7, 11],
    ['and has a fast plan', 0.5, 2, 7.2, 7.5],
  ] as const
  it.each(hotfixes)('a hotfix %s', (_, batch, everywhere, p50, p95) => {
    const seen = forecast({ ...DAY, hotfix: { perDay: 1, batch, everywhere } }, 300)
    expect(Math.abs((seen.hotfixes?.p50 ?? 0) - p50) / p50).toBeLessThan(0.05)
    expect(Math.abs((seen.hotfixes?.p95 ?? 0) - p95) / p95).toBeLessThan(0.05)
  })
})

it('says how short a stage must be for so many deploys a day', () => {
  const regions = [5, 5, 5] as const
  const need = needFor(180, { ...DAY, regions })
  expect(need.slowestStage).toBeGreaterThan(2.5)
  expect(need.slowestStage).toBeLessThan(3.1)
  expect(needFor(1_000, { ...DAY, regions }).slowestStage).toBeLessThan(0.55)
})

const days = fc.record({
  hours: fc.integer({ min: 1, max: 9 }),
  mergesPerHour: fc.integer({ min: 1, max: 60 }),
  ci: fc.integer({ min: 0, max: 10 }),
  regions: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
  coalesce: fc.integer({ min: 1, max: 12 }),
  bad: fc.constantFrom(0, 0.05, 0.5),
  foundAfter: fc.constantFrom(0.1, 1),
  hotfix: fc.option(
    fc.record({
      perDay: fc.integer({ min: 0, max: 4 }),
      batch: fc.constantFrom(undefined, 0.5, 1),
      everywhere: fc.constantFrom(undefined, 2),
    }),
    { nil: undefined },
  ),
})

describe('every day', () => {
  it('ends with every good merge everywhere, each once and not before its time', () => {
    fc.assert(
      fc.property(days, fc.nat(), (parameters, seed) => {
        const day = simulateDay(parameters, seed)
        const least = parameters.ci + parameters.regions[0] + parameters.regions[1]
        expect(Math.min(...day.latencies, least)).toBeGreaterThanOrEqual(least - 1e-6)
        expect(day.hotfixLatencies).toHaveLength(parameters.hotfix?.perDay ?? 0)
        const all = simulateDay({ ...parameters, bad: 0 }, seed)
        expect(all.rolledBack).toBe(0)
        expect(day.latencies.length + day.rolledBack).toBe(all.latencies.length)
      }),
      { numRuns: 200 },
    )
  })

  it('is the same for the same seed', () => {
    fc.assert(
      fc.property(days, fc.nat(), (parameters, seed) => {
        expect(simulateDay(parameters, seed)).toEqual(simulateDay(parameters, seed))
      }),
      { numRuns: 30 },
    )
  })
})
