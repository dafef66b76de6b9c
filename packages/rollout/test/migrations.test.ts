import type { Finding } from '@bulkhead/vocabulary'
import { describe, expect, test } from 'vitest'
import { type SideBySide, renderPlan } from '../src/index.ts'
import { worstLoss, zoneHealth } from '../src/zone-capacity.ts'
import { SharedRecord, live } from './support/mortal.ts'
import { Scenario, newRelease, oldRelease } from './support/scenario.ts'
import { token } from './support/simulated-fleet.ts'

/** Migrations that the old release cannot live with, and the test of both side by side. */

const DROP = 'db/migrations/0042-drop-plan.sql'
const contracting = { contracts: [DROP] }
const tested = { mixedTest: { command: ['node', 'both.mjs'], timeoutMs: 60_000 } }

const codes = (findings: readonly Finding[]) => findings.map(({ code }) => code)
const healths = ({ fleet }: Scenario) => fleet.units.map(({ health }) => health)
const textOf = async (scenario: Scenario): Promise<string> => {
  const planning = await scenario.plan()
  if (planning.kind === 'refused') throw new Error('it can be planned')
  return renderPlan(planning.plan)
}

describe('a release that contracts the database', () => {
  test('says so in its plan, by the paths; its twin that only expands does not', async () => {
    expect(await textOf(new Scenario(contracting))).toContain(
      `no way back    roll forward only: the release before cannot live with ${DROP};`,
    )
    expect(await textOf(new Scenario())).not.toContain('no way back')
  })

  test('rolls out like any other when it is good', async () => {
    const scenario = new Scenario(contracting)
    expect((await scenario.run()).result).toBe('released')
  })

  test('43: a canary that errs is held out of traffic and not taken back', async () => {
    const scenario = new Scenario(contracting)
    scenario.fleet.errorRates.set(newRelease.commit, 0.5)
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual([
      'paused',
      'rollout/canary-failed',
      'rollout/forward-only',
    ])
    expect(ended.findings[1]?.message).toBe(
      `it is not taken back: the release before cannot live with ${DROP}. 1 of its 1 unit was taken out of traffic.`,
    )
    expect(scenario.versions()).toEqual(['!b', ...Array.from({ length: 8 }, () => 'a')])
    expect(healths(scenario)[0]).toBe('draining')
    const kinds = scenario.events.map(({ kind }) => kind)
    expect(kinds.slice(-4)).toEqual(['wave-judged', 'aside-intended', 'aside-done', 'paused'])
    expect(kinds).not.toContain('rolling-back')
    expect(scenario.events.findLast(({ kind }) => kind === 'wave-judged')).toMatchObject({
      decision: 'pause',
    })
  })

  test('43: its twin that only expands is taken back', async () => {
    const scenario = new Scenario()
    scenario.fleet.errorRates.set(newRelease.commit, 0.5)
    expect((await scenario.run()).result).toBe('rolled-back')
  })

  test('43: no more units leave the traffic than the zone law allows', async () => {
    // The whole first zone is new when it begins to err: 6 old ones serve, 4 must survive a zone.
    const scenario = new Scenario(contracting)
    scenario.fleet.onChange = () => {
      if (scenario.versions().filter((version) => version === 'b').length === 3)
        scenario.fleet.errorRates.set(newRelease.commit, 0.6)
    }
    const ended = await scenario.run()
    expect(ended.result).toBe('paused')
    expect(healths(scenario).filter((health) => health === 'draining')).toHaveLength(2)
    expect(ended.findings.at(-1)?.message).toContain('2 of its 3 units were taken out of traffic')
  })

  test('43: where the old release cannot carry the load alone, what is bad serves on', async () => {
    const scenario = new Scenario({ ...contracting, required: 5 })
    scenario.fleet.onChange = () => {
      if (scenario.versions().filter((version) => version === 'b').length === 6)
        scenario.fleet.errorRates.set(newRelease.commit, 0.6)
    }
    const ended = await scenario.run()
    expect(ended.result).toBe('paused')
    expect(healths(scenario)).not.toContain('draining')
    expect(ended.findings.at(-1)?.message).toContain(
      'Its 6 units stay in traffic: the release before carries 3, 5 are required.',
    )
  })

  test('43: an order to take it back holds it too; before its first unit it simply ends', async () => {
    const order = { order: 'abort', by: 'git:ada', reason: 'wrong' } as const
    const begun = new Scenario(contracting)
    begun.fleet.onChange = () => (begun.standing = order)
    expect(codes((await begun.run()).findings)).toEqual(['rollout/aborted', 'rollout/forward-only'])
    const fresh = new Scenario(contracting)
    fresh.standing = order
    expect(await fresh.run()).toMatchObject({ result: 'rolled-back' })
    expect(fresh.fleet.applied).toEqual([])
  })

  test('43: whoever resumes it places again what was set aside, and judges it again', async () => {
    const scenario = new Scenario(contracting)
    const record = new SharedRecord()
    scenario.fleet.errorRates.set(newRelease.commit, 0.5)
    expect(await live(scenario, record, token)).toMatchObject({ result: 'paused' })
    scenario.fleet.errorRates.clear()
    const before = scenario.clock.monotonic()
    const successor = (token + 1) as typeof token
    expect(await live(scenario, record, successor)).toMatchObject({ result: 'released' })
    // It did not take the drained unit for one that is on the move, which it would wait for.
    expect(scenario.clock.monotonic() - before).toBeLessThan(60_000)
  })

  test('43: the next release goes straight over what is held', async () => {
    const scenario = new Scenario(contracting)
    scenario.fleet.errorRates.set(newRelease.commit, 0.5)
    await scenario.run()
    const fix = { ...oldRelease, commit: newRelease.commit.replaceAll('b', 'c') as never }
    const planning = await scenario.plan()
    if (planning.kind === 'refused') throw new Error('it can be planned')
    const { plan } = planning
    const over = { ...plan, release: fix }
    expect(await scenario.run({ plan: over })).toMatchObject({ result: 'released' })
    expect(scenario.versions()).toEqual(Array.from({ length: 9 }, () => 'c'))
  })
})

describe('a process that holds a release is killed', () => {
  test('43: at every journal write, before and after it: never back, never below what is required', async () => {
    const writes = async () => {
      const { scenario, record } = erring()
      await live(scenario, record, token)
      return record.appends.length
    }
    for (let at = 0; at < (await writes()); at += 1)
      for (const side of ['before', 'after'] as const) {
        const { scenario, record, lowest } = erring()
        expect(await live(scenario, record, token, { what: 'append', at, side })).toBe('killed')
        const successor = (token + 1) as typeof token
        const ended = await live(scenario, record, successor)
        expect(ended).toMatchObject({ result: 'paused' })
        expect(record.events.map(({ kind }) => kind)).not.toContain('rolling-back')
        expect(lowest()).toBeGreaterThanOrEqual(4)
        expect(scenario.versions().filter((version) => version.endsWith('b'))).toHaveLength(1)
      }
  })

  function erring() {
    const scenario = new Scenario(contracting)
    scenario.fleet.errorRates.set(newRelease.commit, 0.5)
    let lowest = Number.POSITIVE_INFINITY
    scenario.fleet.onChange = () => {
      const health = zoneHealth({ units: scenario.fleet.units, traffic: [] })
      lowest = Math.min(lowest, worstLoss(health).healthy)
    }
    return { scenario, record: new SharedRecord(), lowest: () => lowest }
  }
})

describe('the test of both releases side by side', () => {
  const passing = () => Promise.resolve(null)

  test('44: it runs once, after the first batch, while both serve', async () => {
    const scenario = new Scenario(tested)
    const seen: string[][] = []
    const asked: SideBySide[] = []
    const ended = await scenario.run({
      mixedTest: (both) => {
        seen.push(scenario.versions())
        asked.push(both)
        return Promise.resolve(null)
      },
    })
    expect(ended.result).toBe('released')
    expect(seen).toEqual([['b', ...Array.from({ length: 8 }, () => 'a')]])
    expect(asked[0]).toMatchObject({ region: 'eu', release: newRelease, previous: oldRelease })
    expect(scenario.events).toContainEqual({ kind: 'tested-side-by-side', why: null })
  })

  test('44: one that fails takes the release back', async () => {
    const scenario = new Scenario(tested)
    const mixedTest = () => Promise.resolve('ended with exit code 1: the old code cannot read it')
    const ended = await scenario.run({ mixedTest })
    expect([ended.result, ...codes(ended.findings)]).toEqual([
      'rolled-back',
      'rollout/mixed-test-failed',
    ])
    expect(ended.findings[0]?.message).toContain('the old code cannot read it')
    expect(scenario.versions()).toEqual(Array.from({ length: 9 }, () => 'a'))
  })

  test('44: over a contract migration it holds instead', async () => {
    const scenario = new Scenario({ ...tested, ...contracting })
    const ended = await scenario.run({ mixedTest: () => Promise.resolve('ended with exit code 1') })
    expect([ended.result, ...codes(ended.findings)]).toEqual([
      'paused',
      'rollout/mixed-test-failed',
      'rollout/forward-only',
    ])
  })

  test('44: an order stops it in the middle', async () => {
    const scenario = new Scenario(tested)
    let stopped = false
    const mixedTest = ({ signal }: SideBySide) => {
      scenario.standing = { order: 'pause', by: 'git:ada', reason: 'wait' }
      return new Promise<null>((resolve) =>
        signal.addEventListener('abort', () => {
          stopped = true
          resolve(null)
        }),
      )
    }
    expect((await scenario.run({ mixedTest })).result).toBe('paused')
    expect(stopped).toBe(true)
  })

  test('44: a plan without one runs none, and a first release has nothing beside it', async () => {
    const counting = { runs: 0, test: () => ((counting.runs += 1), passing()) }
    await new Scenario().run({ mixedTest: counting.test })
    const first = new Scenario({ ...tested, running: null, previous: null })
    expect((await first.run({ mixedTest: counting.test })).result).toBe('released')
    expect(counting.runs).toBe(0)
  })

  test('44: the plan names it', async () => {
    expect(await textOf(new Scenario(tested))).toMatch(
      /mixed-version {4}after the first batch of a region, while both releases serve, at most 60 s:\n {17}node both\.mjs/,
    )
  })
})
