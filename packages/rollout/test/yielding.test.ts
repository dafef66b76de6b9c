import { describe, expect, test } from 'vitest'
import type { RolloutRequest } from '../src/index.ts'
import { Scenario, type ScenarioOptions, newRelease } from './support/scenario.ts'
import { release } from './support/simulated-fleet.ts'

const toYield = { order: 'yield', by: 'git:ada', reason: 'a hotfix takes the lease' } as const

/** Orders the rollout to yield when its `at`-th event of a kind is on record. */
function orderAt(scenario: Scenario, kind: string, at = 1): void {
  scenario.onAppend = () => {
    const seen = scenario.appends.flat().filter((event) => event.kind === kind).length
    if (seen >= at) scenario.standing ??= toYield
    return 50
  }
}

const kinds = ({ events }: Scenario) => events.map(({ kind }) => kind)

/** No unit is out, none is half-changed. */
function expectWhole(scenario: Scenario): void {
  expect(scenario.fleet.units.every(({ health }) => health === 'healthy')).toBe(true)
}

describe('a rollout that a hotfix overtakes', () => {
  test('yields in the middle of a bake, within the time in which it asks for orders', async () => {
    const scenario = new Scenario({ required: 4, requestsPerSecond: 20 })
    let looks = 0
    let ordered = Number.NaN
    const onProgress: RolloutRequest['onProgress'] = (progress) => {
      if (progress.kind !== 'sample' || progress.sample.phase !== 'canary: bake') return
      looks += 1
      // Long after the append behind the canary's batch: only a question can find it.
      if (looks !== 4) return
      ordered = scenario.clock.monotonic()
      scenario.standing = toYield
    }
    const ended = await scenario.run({ onProgress })
    expect(ended).toMatchObject({
      result: 'paused',
      findings: [{ code: 'rollout/preempted', message: expect.stringContaining('git:ada') }],
    })
    expect(scenario.clock.monotonic() - ordered).toBeLessThan(2_000)
    expect(kinds(scenario)).not.toContain('wave-judged')
    expect(scenario.versions().filter((version) => version === 'b')).toHaveLength(1)
    expectWhole(scenario)
  })

  test('begins no batch whose intent met the order on record', async () => {
    const scenario = new Scenario({ required: 4 })
    orderAt(scenario, 'batch-intended', 3)
    expect(await scenario.run()).toMatchObject({ result: 'paused' })
    expect(kinds(scenario).slice(-3)).toEqual(['batch-intended', 'batch-withdrawn', 'paused'])
    const placed = scenario.fleet.applied.flatMap(({ units }) => units)
    expect(scenario.versions().filter((version) => version === 'b')).toHaveLength(placed.length)
    expectWhole(scenario)
  })

  test('ends the batch that is under way first', async () => {
    const scenario = new Scenario({ required: 4 })
    let applying = false
    scenario.fleet.onCall = (_, name) => {
      if (name === 'apply') applying = true
      // Ordered while the engine works: the next receipt tells it.
      if (applying) scenario.standing = toYield
    }
    expect(await scenario.run()).toMatchObject({ result: 'paused' })
    expect(scenario.fleet.applied).toHaveLength(1)
    expect(kinds(scenario)).toContain('batch-done')
    expectWhole(scenario)
  })

  test('that is being rolled back goes on going back: its release is bad by its own evidence', async () => {
    const scenario = new Scenario({ required: 4 })
    scenario.fleet.errorRates.set(newRelease.commit, 0.5)
    orderAt(scenario, 'rolling-back')
    expect(await scenario.run()).toMatchObject({
      result: 'rolled-back',
      findings: [{ code: 'rollout/canary-failed' }],
    })
    expect(new Set(scenario.versions())).toEqual(new Set(['a']))
  })
})

const fix = release('c')
const lane = { lane: 'hotfix', wanted: fix } as const

/** A fleet in which a standard rollout stands half-way. */
function mixedFleet(options: ScenarioOptions = {}): Scenario {
  const scenario = new Scenario({ required: 4, ...lane, ...options })
  scenario.fleet.held.add(fix.artifact)
  for (const unit of scenario.fleet.units) if (unit.zone === 'a') unit.version = newRelease.commit
  return scenario
}

describe('a hotfix on a mixed fleet', () => {
  test('goes straight everywhere, in three waves, without the detour over the old release', async () => {
    const scenario = mixedFleet()
    const planning = await scenario.plan()
    if (planning.kind === 'refused') throw new Error('it is planned')
    expect(planning.plan.regions[0]?.waves.map(({ name }) => name)).toEqual([
      'canary',
      'rest of zone a',
      'other zones',
    ])
    expect(await scenario.run()).toEqual({ result: 'released', findings: [] })
    expect(new Set(scenario.versions())).toEqual(new Set(['c']))
    expect(scenario.fleet.applied.flatMap(({ units }) => units)).toHaveLength(9)
  })

  test('whose canary fails goes back to the last good release, and never to 100 %', async () => {
    const scenario = mixedFleet()
    scenario.fleet.errorRates.set(fix.commit, 0.5)
    let most = 0
    scenario.fleet.onChange = () => {
      const on = scenario.fleet.units.filter(({ version }) => version === fix.commit).length
      most = Math.max(most, on)
    }
    expect(await scenario.run()).toMatchObject({
      result: 'rolled-back',
      findings: [{ code: 'rollout/canary-failed' }],
    })
    expect(most).toBe(1)
    // What the overtaken rollout had placed is taken back too: nobody else would.
    expect(new Set(scenario.versions())).toEqual(new Set(['a']))
  })

  test('outlives the death of a zone: capacity never falls below what is required', async () => {
    const scenario = mixedFleet({ required: 4 })
    let changes = 0
    let lowest = 9
    scenario.fleet.onChange = () => {
      changes += 1
      if (changes === 8) scenario.fleet.loseZone('eu/c')
      if (changes === 20) scenario.fleet.returnZone('eu/c')
      lowest = Math.min(
        lowest,
        scenario.fleet.units.filter(({ health }) => health === 'healthy').length,
      )
    }
    const ended = await scenario.run()
    expect(changes).toBeGreaterThan(8)
    expect(lowest).toBeGreaterThanOrEqual(4)
    expect(['released', 'rolled-back']).toContain(ended.result)
    expect(new Set(scenario.versions()).size).toBeLessThanOrEqual(3)
  })
})

test('a hotfix bakes for as long as its test needs: the floor of the policy is not for it', async () => {
  const bakesOf = async (scenario: Scenario) => {
    const planning = await scenario.plan()
    if (planning.kind === 'refused') throw new Error('it is planned')
    return planning.plan.regions.flatMap(({ waves }) => waves.flatMap(({ bake }) => bake ?? []))
  }
  const options = { required: 4, bakeFloor: 10_000, wanted: fix } as const
  const slow = await bakesOf(new Scenario(options))
  const fast = await bakesOf(new Scenario({ ...options, lane: 'hotfix' }))
  expect(slow.every(({ expectedMs }) => expectedMs === 10_000)).toBe(true)
  expect(fast).not.toEqual([])
  for (const { expectedMs, requestsNeeded, requestsPerSecond } of fast)
    expect(expectedMs).toBe(Math.ceil((requestsNeeded / requestsPerSecond) * 1000))
})
