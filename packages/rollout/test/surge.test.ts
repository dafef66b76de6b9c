import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RolloutEvent } from '../src/index.ts'
import { surplusNeeded, wouldSurgeHelp } from '../src/run/surge-sums.ts'
import { totalHealthy, worstLoss, zoneAllowance, zoneHealth } from '../src/zone-capacity.ts'
import { Scenario, type ScenarioOptions, newRelease } from './support/scenario.ts'

// Two units in each of three zones, and all that two zones have is required: without surge nothing goes.
const TIGHT = { regions: { eu: { a: 2, b: 2, c: 2 } }, required: 4 }

const surges = (events: readonly RolloutEvent[]) =>
  events.flatMap((event) =>
    event.kind === 'surge-intended' ? [`${event.zone}${event.extra > 0 ? '+' : '−'}`] : [],
  )

/** Runs it and tells the least that any lost zone would ever have left. */
async function runWatched(scenario: Scenario) {
  let lowest = Number.POSITIVE_INFINITY
  const before = scenario.fleet.onChange
  scenario.fleet.onChange = () => {
    before()
    const { units } = scenario.fleet
    lowest = Math.min(lowest, worstLoss(zoneHealth({ units, traffic: [] })).healthy)
  }
  return { ...(await scenario.run()), lowest }
}

const surplusOf = (scenario: Scenario) => scenario.fleet.units.filter((unit) => unit.surplus)

describe('a fleet whose sums allow nothing', () => {
  test('is refused without surge, with the sums', async () => {
    const planning = await new Scenario(TIGHT).plan()
    if (planning.kind !== 'refused') throw new Error('it was planned')
    expect(planning.findings.map(({ subject, message }) => [subject, message])).toEqual(
      ['a', 'b', 'c'].map((zone) => {
        const other = zone === 'a' ? 'b' : 'a'
        const sums = `without eu/${other}: 6 − 2 = 4 healthy, minus 4 required leaves 0`
        return [`eu/${zone}`, `${sums}: none of eu/${zone} may be out`]
      }),
    )
  })

  test('is released with surge, zone by zone, and nothing is left of it', async () => {
    const scenario = new Scenario({ ...TIGHT, surge: 1 })
    const { result, lowest } = await runWatched(scenario)
    expect([result, lowest]).toEqual(['released', 4])
    expect(surges(scenario.events).join(' ')).toBe('a+ a− a+ a− b+ b− c+ c−')
    expect(surplusOf(scenario)).toEqual([])
    const said = scenario.progress.flatMap((one) => (one.kind === 'decision' ? one.decision : []))
    expect(said.filter(({ kind }) => kind === 'surge').map(({ text }) => text)).toContain(
      'eu/a: one unit beyond its own, because without eu/b: 6 − 2 = 4 healthy, minus 4 required leaves 0: none of eu/a may be out',
    )
  })

  test('goes back with surge, which runs what it goes back to', async () => {
    const scenario = new Scenario({ ...TIGHT, surge: 1 })
    const extra = new Set<string | null>()
    scenario.fleet.errorRates.set(newRelease.commit, 0.5)
    scenario.fleet.onChange = () => {
      for (const { version } of surplusOf(scenario)) extra.add(version?.[0] ?? null)
    }
    const { result, lowest } = await runWatched(scenario)
    expect([result, lowest, ...extra]).toEqual(['rolled-back', 4, 'a'])
    expect(new Set(scenario.versions())).toEqual(new Set(['a']))
    expect(surplusOf(scenario)).toEqual([])
  })

  test('keeps no unit beyond its own while it is paused', async () => {
    const scenario = new Scenario({ ...TIGHT, surge: 1 })
    scenario.fleet.onChange = () => {
      if (surplusOf(scenario).some(({ health }) => health === 'healthy')) scenario.stop.abort()
    }
    const { result, lowest } = await runWatched(scenario)
    expect([result, lowest]).toEqual(['paused', 4])
    expect(surplusOf(scenario)).toEqual([])
  })

  test('keeps them while another zone is lost, and says so', async () => {
    const scenario = new Scenario({ ...TIGHT, surge: 1 })
    let lost = false
    scenario.fleet.onChange = () => {
      if (lost || !surplusOf(scenario).some(({ health }) => health === 'healthy')) return
      lost = true
      scenario.fleet.loseZone('eu/c')
      const { units } = scenario.fleet
      units.splice(
        units.findIndex(({ id }) => id === 'eu/b/2'),
        1,
      )
    }
    const { result, findings } = await scenario.run()
    expect(surplusOf(scenario)).toHaveLength(1)
    expect(result).toBe('paused')
    expect(findings.map(({ code }) => code)).toContain('rollout/surge-left')
    expect(findings.at(-1)?.message).toContain('without the surge of eu/a 3 would be healthy')
  })

  test('pauses where the engine does not take them away', async () => {
    const scenario = new Scenario({ ...TIGHT, surge: 1 })
    const surge = scenario.fleet.surge.bind(scenario.fleet)
    scenario.fleet.surge = (order, ...rest) =>
      order.extra === 0
        ? Promise.resolve({ kind: 'refused', reason: 'a quota of its own' })
        : surge(order, ...rest)
    const { result, findings } = await scenario.run()
    expect([result, findings[0]?.code]).toEqual(['paused', 'rollout/surge-left'])
    expect(findings[0]?.message).toContain('a quota of its own')
  })

  test('rolls back what it placed when the engine cannot add them, and says why', async () => {
    const scenario = new Scenario({ ...TIGHT, surge: 1 })
    scenario.fleet.surge = () =>
      Promise.resolve({ kind: 'failed', unit: null, reason: 'no machine to be had' })
    const { result, findings } = await scenario.run()
    expect([result, findings[0]?.code]).toEqual(['rolled-back', 'rollout/no-capacity'])
    expect(findings[0]?.message).toContain('no surge: no machine to be had')
  })
})

interface Story {
  readonly zones: readonly number[]
  readonly surge: number
  readonly fault: 'none' | 'errors' | 'sick' | 'cancel'
  readonly seed: number
}

const stories: fc.Arbitrary<Story> = fc.record({
  zones: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }),
  surge: fc.integer({ min: 1, max: 3 }),
  fault: fc.constantFrom('none', 'errors', 'sick', 'cancel'),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
})

test('at every instant of a rollout that must surge the law holds, and no unit is left behind', async () => {
  let surged = 0
  await fc.assert(
    fc.asyncProperty(stories, async ({ zones, surge, fault, seed }) => {
      const named = Object.fromEntries(zones.map((count, at) => [`z${at}`, count]))
      const total = zones.reduce((a, b) => a + b, 0)
      const required = total - Math.max(...zones)
      const options: ScenarioOptions = { regions: { eu: named }, required, surge, seed }
      const scenario = new Scenario(options)
      const planning = await scenario.plan()
      if (planning.kind === 'refused') return
      surged += planning.plan.regions[0]?.zones.some((zone) => zone.surge > 0) ? 1 : 0
      const later = scenario.clock.sleep((seed % 20) * 700)
      if (fault === 'errors') scenario.fleet.errorRates.set(newRelease.commit, 0.4)
      if (fault === 'sick') void later.then(() => scenario.fleet.sick.add(newRelease.commit))
      if (fault === 'cancel') void later.then(() => scenario.stop.abort())
      const { result, lowest } = await runWatched(scenario)
      expect(lowest).toBeGreaterThanOrEqual(required)
      expect(surplusOf(scenario)).toEqual([])
      if (fault === 'none') expect(result).toBe('released')
      expect(['released', 'rolled-back', 'paused']).toContain(result)
    }),
    { numRuns: 60 },
  )
  expect(surged).toBeGreaterThan(15)
})

const fleets = fc.record({
  zones: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 5 }),
  extra: fc.integer({ min: 0, max: 4 }),
  required: fc.integer({ min: 0, max: 15 }),
})

const seenOf = (zones: readonly number[], extra: number) => {
  const unit = (zone: number, id: string, more = {}) =>
    ({ id, region: 'eu', zone: `z${zone}`, version: null, health: 'healthy', ...more }) as never
  return {
    units: [
      ...zones.flatMap((count, zone) =>
        Array.from({ length: count }, (_, at) => unit(zone, `${zone}/${at}`)),
      ),
      ...Array.from({ length: extra }, (_, at) => unit(0, `0/+${at}`, { surplus: true })),
    ],
    traffic: [],
  }
}
const place = { region: 'eu', zone: 'z0' }

test('a surge is taken away exactly when nothing that is required is missing without it alone', () => {
  fc.assert(
    fc.property(fleets, ({ zones, extra, required }) => {
      const sums = (surplus: number) => {
        const health = zoneHealth(seenOf(zones, surplus))
        return [worstLoss(health).healthy, totalHealthy(health)] as const
      }
      // A zone that only a surge names would be a zone the less without it.
      if (zones.includes(0) && zones.filter((count) => count > 0).length < 2) return
      const [after, allAfter] = sums(0)
      const [now, allNow] = sums(extra)
      const breaks = (after < required && after < now) || (allAfter < required && allAfter < allNow)
      expect(surplusNeeded(seenOf(zones, extra), place, required) !== undefined).toBe(breaks)
    }),
  )
})

test('a surge is asked for only where the zone law with it would let a unit out', () => {
  fc.assert(
    fc.property(fleets, ({ zones, extra, required }) => {
      if (zones[0] === 0) return
      const seen = seenOf(zones, 0)
      const rules = { required, evacuable: null, selects: 'units' } as const
      const helps = wouldSurgeHelp(seen, place, seen.units.slice(0, 1), { rules, most: extra })
      const lifted = zoneAllowance(zoneHealth(seenOf(zones, extra)), place, required).maxOut >= 1
      expect(helps).toBe(extra > 0 && lifted)
    }),
  )
})
