import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderPlan } from '../src/index.ts'
import { worstLoss, zoneHealth } from '../src/zone-capacity.ts'
import { Scenario, type ScenarioOptions, newRelease } from './support/scenario.ts'

const FOUR = { eu: { a: 3, b: 3, c: 3, d: 3 } }

async function planned(options: ScenarioOptions, ...away: readonly string[]) {
  const scenario = new Scenario(options)
  for (const zone of away) scenario.fleet.shifted.add(zone)
  return scenario.plan()
}

async function regionOf(options: ScenarioOptions, ...away: readonly string[]) {
  const planning = await planned(options, ...away)
  if (planning.kind === 'refused') throw new Error(JSON.stringify(planning.findings))
  const [region] = planning.plan.regions
  if (region === undefined) throw new Error('there is one region')
  return { region, plan: planning.plan }
}

describe('a plan while the traffic of a zone is shifted away', () => {
  test('counts it as gone, places it last, and judges nothing there', async () => {
    const { region, plan } = await regionOf({ regions: FOUR, required: 4 }, 'eu/a')
    const [a, b] = region.zones
    expect(a).toMatchObject({ healthy: 0, units: 3, maxOut: 3, shifted: true })
    // Without eu/c: 9 − 3 = 6, minus 4.
    expect(b).toMatchObject({ healthy: 3, maxOut: 2 })
    expect(region.waves.map(({ name, bake }) => [name, bake?.test ?? 'none'])).toEqual([
      ['canary', 'against-control'],
      ['rest of zone b', 'against-control'],
      ['zone c', 'against-control'],
      ['zone d', 'absolute'],
      ['zone a', 'none'],
    ])
    // One of nine that get traffic.
    expect(region.waves[0]?.bake?.share).toBeCloseTo(1 / 9)
    const text = renderPlan(plan)
    expect(text).toContain('maintenance: the traffic of eu/a is shifted away')
    expect(text).toMatch(/eu\/a +0\/3 +3 +its traffic is shifted away/)
  })

  test('is refused with the sums where what is left allows nothing', async () => {
    const planning = await planned({ required: 3 }, 'eu/c')
    expect(planning).toMatchObject({
      kind: 'refused',
      findings: [
        {
          code: 'rollout/zone-shifted',
          subject: 'eu/a',
          message:
            'the traffic of eu/c is shifted away, so that it counts as gone: without eu/b: 6 − 3 = 3 healthy, minus 3 required leaves 0: none of eu/a may be out',
        },
        { subject: 'eu/b' },
      ],
    })
  })

  test('is refused where what is left cannot carry the load', async () => {
    const planning = await planned({ required: 4 }, 'eu/a', 'eu/c')
    expect(planning).toMatchObject({
      kind: 'refused',
      findings: [{ code: 'rollout/zone-shifted', message: expect.stringContaining('3 healthy') }],
    })
  })

  test('surges where that makes up for the zone', async () => {
    const { region } = await regionOf({ required: 3, surge: 1 }, 'eu/c')
    expect(region.zones.map(({ surge }) => surge)).toEqual([1, 1, 0])
    const scenario = new Scenario({ required: 3, surge: 1 })
    scenario.fleet.shifted.add('eu/c')
    expect((await scenario.run()).result).toBe('released')
    expect(new Set(scenario.versions())).toEqual(new Set(['b']))
  })

  test('to go back is planned as ever, and carried out', async () => {
    const scenario = new Scenario({ regions: FOUR, required: 4 })
    scenario.fleet.shifted.add('eu/a')
    scenario.fleet.errorRates.set(newRelease.commit, 0.5)
    expect((await scenario.run()).result).toBe('rolled-back')
    expect(new Set(scenario.versions())).toEqual(new Set(['a']))
  })
})

interface Story {
  readonly zones: readonly number[]
  readonly away: number
  readonly slack: number
  readonly fault: 'none' | 'errors' | 'sick' | 'cancel' | 'late-shift'
  readonly seed: number
}

const stories: fc.Arbitrary<Story> = fc.record({
  zones: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 5 }),
  away: fc.nat({ max: 4 }),
  slack: fc.integer({ min: 1, max: 4 }),
  fault: fc.constantFrom('none', 'errors', 'sick', 'cancel', 'late-shift'),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
})

test('with a zone away and any other gone besides, healthy capacity is at least required', async () => {
  const ends = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(stories, async ({ zones, away, slack, fault, seed }) => {
      const named = Object.fromEntries(zones.map((count, at) => [`z${at}`, count]))
      const place = `eu/z${away % zones.length}`
      const left = zones.filter((_, at) => at !== away % zones.length)
      const total = left.reduce((a, b) => a + b, 0)
      const required = Math.max(1, total - Math.max(...left) - slack)
      const scenario = new Scenario({ regions: { eu: named }, required, seed })
      const { fleet, clock, stop } = scenario
      if (fault !== 'late-shift') fleet.shifted.add(place)
      if ((await scenario.plan()).kind === 'refused') return
      let lowest = Number.POSITIVE_INFINITY
      fleet.onChange = () => {
        const shifted = fleet.shifted.size > 0 ? [zoneOf(place)] : []
        const health = zoneHealth({ units: fleet.units, traffic: [], shifted })
        lowest = Math.min(lowest, worstLoss(health).healthy)
      }
      const later = clock.sleep((seed % 20) * 700)
      if (fault === 'errors') fleet.errorRates.set(newRelease.commit, 0.4)
      if (fault === 'sick') void later.then(() => fleet.sick.add(newRelease.commit))
      if (fault === 'cancel') void later.then(() => stop.abort())
      // Units of other zones may be out when a human shifts one away: the law holds from the next batch on.
      if (fault === 'late-shift') void later.then(() => fleet.shifted.add(place))
      const { result } = await scenario.run()
      ends.set(result, (ends.get(result) ?? 0) + 1)
      if (fault !== 'late-shift') expect(lowest).toBeGreaterThanOrEqual(required)
      if (fault === 'none') expect(result).toBe('released')
      const versions = [...new Set(scenario.versions())]
      if (result === 'released') expect(versions).toEqual(['b'])
      else if (result === 'rolled-back') expect(versions).toEqual(['a'])
      else expect(result).toBe('paused')
    }),
    { numRuns: 80 },
  )
  expect([...ends.keys()].toSorted()).toEqual(['paused', 'released', 'rolled-back'])
})

const zoneOf = (place: string) => {
  const [region = '', zone = ''] = place.split('/')
  return { region, zone }
}

test('what is away gets no request, and a shift before the plan never raises what may be out', () => {
  const zones = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 5 })
  return fc.assert(
    fc.asyncProperty(
      zones,
      fc.nat({ max: 4 }),
      fc.nat({ max: 8 }),
      async (counts, at, required) => {
        const named = Object.fromEntries(counts.map((count, zone) => [`z${zone}`, count]))
        const options = { regions: { eu: named }, required, seed: 1 }
        const away = `eu/z${at % counts.length}`
        const [here, gone] = [await planned(options), await planned(options, away)]
        if (gone.kind === 'refused') return
        if (here.kind === 'refused') throw new Error('it is only planned with a zone gone')
        for (const zone of gone.plan.regions[0]?.zones ?? []) {
          const before = here.plan.regions[0]?.zones.find((other) => other.zone === zone.zone)
          if (zone.shifted !== true) expect(zone.maxOut).toBeLessThanOrEqual(before?.maxOut ?? 0)
        }
        const scenario = new Scenario(options)
        scenario.fleet.shifted.add(away)
        expect((await scenario.run()).result).toBe('released')
      },
    ),
    { numRuns: 40 },
  )
})
