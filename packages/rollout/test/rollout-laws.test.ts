import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { worstLoss, zoneHealth } from '../src/zone-capacity.ts'
import { Scenario, type ScenarioOptions, newRelease } from './support/scenario.ts'
import { targetFault } from './support/simulated-fleet.ts'

interface Story {
  readonly zones: readonly number[]
  readonly slack: number
  readonly fault: 'none' | 'errors' | 'late-errors' | 'sick' | 'cancel'
  readonly seed: number
}

const stories: fc.Arbitrary<Story> = fc.record({
  zones: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 5 }),
  slack: fc.integer({ min: 1, max: 6 }),
  fault: fc.constantFrom('none', 'errors', 'late-errors', 'sick', 'cancel'),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
})

/** A topology that can lose a zone, with `required` so tight that only `slack` units may be out. */
function optionsOf({ zones, slack, seed }: Story): ScenarioOptions & { readonly required: number } {
  const named = Object.fromEntries(zones.map((count, at) => [`z${at}`, count]))
  const total = zones.reduce((a, b) => a + b, 0)
  const required = Math.max(1, total - Math.max(...zones) - slack)
  return { regions: { eu: named }, required, seed }
}

function inject(scenario: Scenario, { fault, seed }: Story): void {
  const { fleet, clock, stop } = scenario
  const later = (seed % 20) * 700
  if (fault === 'errors') fleet.errorRates.set(newRelease.commit, 0.4)
  if (fault === 'late-errors')
    void clock.sleep(later).then(() => fleet.errorRates.set(newRelease.commit, 0.6))
  if (fault === 'sick') void clock.sleep(later).then(() => fleet.sick.add(newRelease.commit))
  if (fault === 'cancel') void clock.sleep(later).then(() => stop.abort())
}

test('at every instant of a rollout, with any one zone gone, healthy capacity is at least required', async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      const options = optionsOf(story)
      const scenario = new Scenario(options)
      if ((await scenario.plan()).kind === 'refused') return
      let lowest = Number.POSITIVE_INFINITY
      scenario.fleet.onChange = () => {
        lowest = Math.min(
          lowest,
          worstLoss(zoneHealth({ units: scenario.fleet.units, traffic: [] })).healthy,
        )
      }
      inject(scenario, story)
      const { result } = await scenario.run()
      expect(lowest).toBeGreaterThanOrEqual(options.required)
      if (story.fault === 'none') expect(result).toBe('released')
      const versions = new Set(scenario.versions())
      if (result === 'released') expect([...versions]).toEqual(['b'])
      else if (story.fault === 'cancel') expect(result).toBe('paused')
      else expect([result, ...versions]).toEqual(['rolled-back', 'a'])
      expect(scenario.versions().every((version) => !version.startsWith('!'))).toBe(true)
    }),
    { numRuns: 60 },
  )
})

test('the law can be broken by a fleet that ignores it: the check above is able to fail', async () => {
  const scenario = new Scenario({ required: 5 })
  let lowest = Number.POSITIVE_INFINITY
  scenario.fleet.onChange = () => {
    for (const unit of scenario.fleet.units.slice(3, 6)) unit.health = 'stopped'
    lowest = Math.min(
      lowest,
      worstLoss(zoneHealth({ units: scenario.fleet.units, traffic: [] })).healthy,
    )
  }
  await scenario.run()
  expect(lowest).toBeLessThan(5)
})

test('a target that fails at its n-th call: a defined end, for every n', async () => {
  let calls = 0
  const whole = new Scenario()
  whole.fleet.onCall = (call) => {
    calls = call
  }
  await whole.run()
  const results = new Map<string, number>()
  for (let at = 2; at <= calls; at += 1) {
    const scenario = new Scenario()
    scenario.fleet.onCall = (call) => {
      if (call === at) throw targetFault()
    }
    const { result, findings } = await scenario.run()
    results.set(result, (results.get(result) ?? 0) + 1)
    expect(findings.length > 0).toBe(result !== 'released')
    if (result === 'released') expect(new Set(scenario.versions())).toEqual(new Set(['b']))
    else expect(new Set(scenario.versions())).toEqual(new Set(['a']))
  }
  expect([...results.keys()].toSorted()).toEqual(['refused', 'released', 'rolled-back'])
})

test('a target that fails from its n-th call on: a defined end, and no healthy unit is taken out afterwards', async () => {
  for (let at = 2; at <= 60; at += 3) {
    const scenario = new Scenario()
    scenario.fleet.onCall = (call) => {
      if (call >= at) throw targetFault()
    }
    const { result, findings } = await scenario.run()
    expect(['refused', 'stuck']).toContain(result)
    expect(findings.some((finding) => finding.code === 'rollout/target-failed')).toBe(true)
    const down = scenario.fleet.units.filter((unit) => unit.health !== 'healthy')
    expect(down.length).toBeLessThanOrEqual(2)
  }
})
