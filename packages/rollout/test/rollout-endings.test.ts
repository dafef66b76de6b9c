import { type FencingToken, commitId } from '@bulkhead/vocabulary'
import { describe, expect, test } from 'vitest'
import { type RolloutDecision, type UnitId, viewLine } from '../src/index.ts'
import { Scenario, appendFault, newRelease, oldRelease } from './support/scenario.ts'
import { token } from './support/simulated-fleet.ts'

const all = (digit: string, count = 9) => Array.from({ length: count }, () => digit)
const codes = (findings: readonly { readonly code: string }[]) =>
  findings.map((finding) => finding.code)
const decisions = (scenario: Scenario): RolloutDecision[] =>
  scenario.progress.flatMap((each) => (each.kind === 'decision' ? [each.decision] : []))

/** Does something once, when the fleet has changed `times` times (a batch changes three times). */
function afterChanges(scenario: Scenario, times: number, act: () => void): void {
  let changes = 0
  scenario.fleet.onChange = () => {
    changes += 1
    if (changes === times) act()
  }
}

describe('released', () => {
  test('a good release reaches every unit, wave by wave, and every wave is judged', async () => {
    const scenario = new Scenario()
    expect(await scenario.run()).toEqual({ result: 'released', findings: [] })
    expect(scenario.versions()).toEqual(all('b'))
    const judged = scenario.events.filter((event) => event.kind === 'wave-judged')
    expect(judged.map((event) => event.decision)).toEqual(['go-on', 'go-on', 'go-on', 'go-on'])
  })

  test('a first release fills an empty fleet, zone by zone', async () => {
    const scenario = new Scenario({ running: null, previous: null })
    expect((await scenario.run()).result).toBe('released')
    expect(scenario.fleet.applied.map((batch) => batch.units.length)).toEqual([3, 3, 3])
  })

  test('a rollout that starts again goes on where the fleet stands', async () => {
    const scenario = new Scenario()
    for (const unit of scenario.fleet.units.slice(0, 4)) unit.version = newRelease.commit
    expect((await scenario.run()).result).toBe('released')
    expect(scenario.fleet.applied.flatMap((batch) => batch.units)).not.toContain('eu/a/1')
    expect(scenario.versions()).toEqual(all('b'))
  })

  test('a unit that was down before is replaced on the way', async () => {
    const scenario = new Scenario()
    Object.assign(scenario.fleet.units[8] ?? {}, { health: 'stopped', version: null })
    expect((await scenario.run()).result).toBe('released')
    expect(scenario.versions()).toEqual(all('b'))
  })

  test('one zone only: H − R at a time', async () => {
    const scenario = new Scenario({ regions: { eu: { a: 5 } }, required: 3, singleZone: true })
    expect((await scenario.run()).result).toBe('released')
    expect(Math.max(...scenario.fleet.applied.map((batch) => batch.units.length))).toBe(2)
  })
})

describe('rolled back', () => {
  test('a canary that errs is judged bad, and only its share of the users saw it', async () => {
    const scenario = new Scenario()
    scenario.fleet.errorRates.set(newRelease.commit, 0.5)
    const ended = await scenario.run()
    expect(ended.result).toBe('rolled-back')
    expect(codes(ended.findings)).toEqual(['rollout/canary-failed'])
    expect(scenario.versions()).toEqual(all('a'))
    expect(scenario.fleet.applied.map((batch) => batch.units)).toEqual([['eu/a/1'], ['eu/a/1']])
    const { fleet } = scenario
    const total = [...fleet.requests.values()].reduce((a, b) => a + b, 0)
    const failed = fleet.countOf(fleet.errors, newRelease.commit)
    expect(failed).toBeGreaterThan(0)
    expect(failed / total).toBeLessThan(1 / 9)
    expect(
      scenario.events.some(
        (event) => event.kind === 'wave-judged' && event.decision === 'roll-back',
      ),
    ).toBe(true)
  })

  test('an error that only shows in the whole fleet is found in the last wave', async () => {
    const scenario = new Scenario()
    afterChanges(scenario, 18, () => scenario.fleet.errorRates.set(newRelease.commit, 0.6))
    const ended = await scenario.run()
    expect(ended.result).toBe('rolled-back')
    expect(scenario.versions()).toEqual(all('a'))
  })

  test('a unit that never gets healthy', async () => {
    const scenario = new Scenario()
    scenario.fleet.sick.add(newRelease.commit)
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual([
      'rolled-back',
      'rollout/unit-not-healthy',
    ])
    expect(scenario.versions()).toEqual(all('a'))
  })

  test('a unit that gets sick while it is watched', async () => {
    const scenario = new Scenario()
    void scenario.clock
      .sleep(2_500)
      .then(() => Object.assign(scenario.fleet.units[0] ?? {}, { health: 'unhealthy' }))
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual([
      'rolled-back',
      'rollout/unit-not-healthy',
    ])
  })

  test('a unit that is healthy and names another build', async () => {
    const scenario = new Scenario()
    scenario.fleet.lying.set(newRelease.commit, oldRelease.commit)
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual([
      'rolled-back',
      'rollout/wrong-version',
    ])
  })

  test('no traffic: inconclusive at the deadline', async () => {
    const scenario = new Scenario({ requestsPerSecond: 0 })
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual([
      'rolled-back',
      'rollout/inconclusive',
    ])
  })

  test('somebody aborts it: at the edge of a batch', async () => {
    const scenario = new Scenario()
    const abort = new AbortController()
    afterChanges(scenario, 8, () => abort.abort())
    const ended = await scenario.run({ abort: abort.signal })
    expect([ended.result, ...codes(ended.findings)]).toEqual(['rolled-back', 'rollout/aborted'])
    expect(scenario.versions()).toEqual(all('a'))
    expect(scenario.fleet.applied.map((batch) => batch.units.length)).toEqual([1, 2, 2, 2, 1, 2])
  })
})

describe('a zone is lost in the middle', () => {
  test('batches freeze, and go on when it is back', async () => {
    const scenario = new Scenario({ required: 5 })
    afterChanges(scenario, 8, () => scenario.fleet.loseZone('eu/c'))
    void scenario.clock.sleep(20_000).then(() => scenario.fleet.returnZone('eu/c'))
    expect((await scenario.run()).result).toBe('released')
    expect(decisions(scenario).some((decision) => decision.kind === 'frozen')).toBe(true)
    expect(scenario.versions()).toEqual(all('b'))
  })

  test('when it stays dead nothing healthy is taken out any more', async () => {
    const scenario = new Scenario({ required: 5 })
    afterChanges(scenario, 8, () => scenario.fleet.loseZone('eu/c'))
    const ended = await scenario.run()
    expect(ended.result).toBe('stuck')
    expect(codes(ended.findings)).toEqual(['rollout/no-capacity', 'rollout/rollback-failed'])
    expect(scenario.fleet.units.filter((unit) => unit.health === 'healthy')).toHaveLength(6)
  })

  test('a zone that died and can be repaired is repaired by the rollback', async () => {
    const scenario = new Scenario({ required: 5 })
    afterChanges(scenario, 8, () => {
      scenario.fleet.loseZone('eu/c')
      scenario.fleet.deadZones.clear()
    })
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual(['rolled-back', 'rollout/no-capacity'])
    expect(scenario.versions()).toEqual(all('a'))
  })

  test('a zone that dies between intent and effect: the batch is withdrawn', async () => {
    const scenario = new Scenario({ required: 5 })
    scenario.onAppend = (append) => {
      if (append === 0) scenario.fleet.loseZone('eu/c')
      return 1_500
    }
    void scenario.clock.sleep(10_000).then(() => scenario.fleet.returnZone('eu/c'))
    expect((await scenario.run()).result).toBe('released')
    expect(scenario.events.some((event) => event.kind === 'batch-withdrawn')).toBe(true)
  })

  test('units that come back on the old release are placed again', async () => {
    const scenario = new Scenario({ required: 3 })
    afterChanges(scenario, 8, () => {
      const [unit] = scenario.fleet.units.slice(6)
      if (unit) unit.health = 'stopped'
      void scenario.clock
        .sleep(3_000)
        .then(() => unit && Object.assign(unit, { health: 'healthy' }))
    })
    expect((await scenario.run()).result).toBe('released')
    expect(scenario.versions()).toEqual(all('b'))
  })

  test('a unit that is added meanwhile is placed too', async () => {
    const scenario = new Scenario()
    afterChanges(scenario, 8, () => {
      const id = 'eu/a/new' as UnitId
      scenario.fleet.units.push({
        id,
        region: 'eu',
        zone: 'a',
        version: oldRelease.commit,
        health: 'healthy',
      })
    })
    expect((await scenario.run()).result).toBe('released')
    expect(scenario.versions()).toEqual(all('b', 10))
  })
})

describe('what dies or appears beside the rollout', () => {
  test('the release is not placed on a unit that died: it is restored', async () => {
    const scenario = new Scenario()
    afterChanges(scenario, 13, () =>
      Object.assign(scenario.fleet.units[8] ?? {}, { health: 'stopped' }),
    )
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual(['rolled-back', 'rollout/no-capacity'])
    expect(scenario.versions()).toEqual(all('a'))
  })

  test('a unit added on the old release is placed before the last bake, so that it is judged', async () => {
    const scenario = new Scenario()
    const id = 'eu/a/new' as UnitId
    afterChanges(scenario, 8, () => {
      scenario.fleet.units.push({
        id,
        region: 'eu',
        zone: 'a',
        version: oldRelease.commit,
        health: 'healthy',
      })
    })
    await scenario.run()
    const order = scenario.events.filter(
      (event) =>
        event.kind === 'wave-judged' ||
        (event.kind === 'batch-done' && event.batch.units.includes(id)),
    )
    expect(order.map((event) => event.kind)).toEqual([
      'wave-judged',
      'wave-judged',
      'wave-judged',
      'batch-done',
      'wave-judged',
    ])
  })

  test('a unit added during the last bake is placed before the end', async () => {
    const scenario = new Scenario()
    const id = 'eu/a/new' as UnitId
    afterChanges(scenario, 18, () => {
      void scenario.clock.sleep(1_000).then(() =>
        scenario.fleet.units.push({
          id,
          region: 'eu',
          zone: 'a',
          version: oldRelease.commit,
          health: 'healthy',
        }),
      )
    })
    expect((await scenario.run()).result).toBe('released')
    expect(scenario.versions()).toEqual(all('b', 10))
  })

  test('a unit added on the new release goes back with the others', async () => {
    const scenario = new Scenario()
    scenario.fleet.errorRates.set(newRelease.commit, 0.5)
    afterChanges(scenario, 3, () => {
      scenario.fleet.units.push({
        id: 'eu/b/new' as UnitId,
        region: 'eu',
        zone: 'b',
        version: newRelease.commit,
        health: 'healthy',
      })
    })
    expect((await scenario.run()).result).toBe('rolled-back')
    expect(scenario.versions()).toEqual(all('a', 10))
  })

  test('a unit that falls over again and again is not restored for ever', async () => {
    const scenario = new Scenario()
    scenario.fleet.errorRates.set(newRelease.commit, 0.5)
    let healthyLooks = 0
    scenario.fleet.onCall = () => {
      const [canary] = scenario.fleet.units
      const back = scenario.fleet.applied.length > 1 && canary?.health === 'healthy'
      healthyLooks = back ? healthyLooks + 1 : 0
      if (healthyLooks === 2) Object.assign(canary ?? {}, { health: 'unhealthy' })
    }
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual([
      'stuck',
      'rollout/canary-failed',
      'rollout/rollback-failed',
    ])
    expect(scenario.fleet.applied.length).toBe(4)
  })
})

describe('an engine that refuses', () => {
  test('is asked again until it does not, and nothing counts as tried', async () => {
    const scenario = new Scenario()
    scenario.fleet.refusal = 'a disruption budget allows no disruption'
    void scenario.clock.sleep(10_000).then(() => (scenario.fleet.refusal = undefined))
    expect((await scenario.run()).result).toBe('released')
    const withdrawn = scenario.events.filter((event) => event.kind === 'batch-withdrawn')
    expect(withdrawn.length).toBeGreaterThan(3)
    expect(withdrawn[0]).toMatchObject({
      why: 'the engine refuses: a disruption budget allows no disruption',
    })
  })

  test('for longer than capacity may be missing ends the rollout, with its reason', async () => {
    const scenario = new Scenario()
    scenario.fleet.refusal = 'a deployment of its own is under way'
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual(['rolled-back', 'rollout/no-capacity'])
    expect(ended.findings[0]?.message).toContain('a deployment of its own is under way')
    expect(scenario.fleet.applied).toEqual([])
  })

  test('is seen at work by whoever watches', async () => {
    const scenario = new Scenario()
    await scenario.run()
    const steps = scenario.progress.flatMap((each) => (each.kind === 'step' ? [each] : []))
    expect(steps.map(viewLine)).toContain('00:00:00 step     draining')
    expect(steps).toHaveLength(scenario.fleet.applied.length)
  })
})

describe('a target that takes too long', () => {
  test('is told to stop, and the batch has failed', async () => {
    const scenario = new Scenario()
    const apply = scenario.fleet.apply.bind(scenario.fleet)
    let calls = 0
    scenario.fleet.apply = async (batch, wanted, hand) => {
      if ((calls += 1) > 1) return apply(batch, wanted, hand)
      await scenario.clock.sleep(1e9, hand.signal).catch(() => undefined)
      return { kind: 'failed', unit: null, reason: 'gave up' }
    }
    const ended = await scenario.run()
    expect([ended.result, ended.findings[0]?.message]).toEqual(['rolled-back', 'gave up'])
  })

  test('is given up on when it does not even answer that', async () => {
    const scenario = new Scenario()
    scenario.fleet.apply = () => new Promise(() => undefined)
    const ended = await scenario.run()
    expect(ended.result).toBe('rolled-back')
    expect(ended.findings[0]?.message).toBe('no answer within 600000 ms')
  })
})

test('a view that fails does not harm the rollout', async () => {
  const scenario = new Scenario()
  scenario.progress.push = () => {
    throw new Error('broken terminal')
  }
  expect((await scenario.run()).result).toBe('released')
})

describe('stopped, touching nothing more', () => {
  test('a newer token has acted during the rollback', async () => {
    const scenario = new Scenario()
    scenario.fleet.errorRates.set(newRelease.commit, 0.5)
    afterChanges(scenario, 3, () => {
      scenario.fleet.newest.set('eu', (token + 1) as FencingToken)
    })
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual([
      'stopped',
      'rollout/canary-failed',
      'rollout/stale-token',
    ])
    expect(scenario.fleet.applied).toHaveLength(1)
  })

  test('a newer token has acted', async () => {
    const scenario = new Scenario()
    afterChanges(scenario, 4, () => {
      scenario.fleet.newest.set('eu', (token + 1) as FencingToken)
    })
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual(['stopped', 'rollout/stale-token'])
    expect(scenario.versions()).toEqual(['b', 'b', 'b', 'a', 'a', 'a', 'a', 'a', 'a'])
  })

  test('a third build appears by another hand', async () => {
    const scenario = new Scenario()
    afterChanges(scenario, 8, () =>
      Object.assign(scenario.fleet.units[8] ?? {}, { version: commitId('d'.repeat(40)) }),
    )
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual(['stopped', 'rollout/drift'])
    expect(ended.findings[0]?.subject).toBe('eu/c/3')
  })

  test('a first release that fails has nothing to return to', async () => {
    const scenario = new Scenario({ running: null, previous: null })
    scenario.fleet.sick.add(newRelease.commit)
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual([
      'stopped',
      'rollout/unit-not-healthy',
      'rollout/nothing-released',
    ])
  })
})

describe('refused before the first batch', () => {
  test.each([
    ['rollout/rollback-impossible', oldRelease],
    ['rollout/not-staged', newRelease],
  ])('%s', async (code, missing) => {
    const scenario = new Scenario()
    scenario.fleet.held.delete(missing.artifact)
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual(['refused', code])
    expect(scenario.fleet.applied).toEqual([])
    expect(scenario.events).toEqual([])
  })
})

test('a fleet that fell below what is required after planning is refused', async () => {
  const scenario = new Scenario({ required: 5 })
  scenario.fleet.onCall = (_, name) => {
    if (name !== 'holds') return
    scenario.fleet.loseZone('eu/a')
    scenario.fleet.loseZone('eu/b')
  }
  const ended = await scenario.run()
  expect([ended.result, ...codes(ended.findings)]).toEqual([
    'refused',
    'rollout/unhealthy-baseline',
  ])
  expect(scenario.fleet.applied).toEqual([])
})

describe('stuck', () => {
  test('the previous release does not come up either', async () => {
    const scenario = new Scenario()
    scenario.fleet.sick.add(newRelease.commit).add(oldRelease.commit)
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual([
      'stuck',
      'rollout/unit-not-healthy',
      'rollout/rollback-failed',
    ])
    expect(scenario.fleet.applied).toHaveLength(4)
    expect(scenario.events.at(-1)).toMatchObject({ kind: 'finished', result: 'stuck' })
  })
})

describe('the journal', () => {
  test('holds every intent before its effect, and shares appends', async () => {
    const scenario = new Scenario({ required: 5 })
    const seen: number[] = []
    const intended = () => scenario.events.filter((event) => event.kind === 'batch-intended').length
    scenario.fleet.onCall = (_, name) => {
      if (name === 'apply') seen.push(intended() - scenario.fleet.applied.length)
    }
    await scenario.run()
    expect(seen).toEqual(all('1').map(Number))
    const shared = scenario.appends.filter(
      (events) =>
        events.some((event) => event.kind === 'batch-done') &&
        events.some((event) => event.kind === 'batch-intended'),
    )
    expect(shared.length).toBe(5)
    expect(scenario.events[0]?.kind).toBe('started')
    expect(scenario.events.at(-1)).toMatchObject({ kind: 'finished', result: 'released' })
  })

  test('every intent has exactly one outcome, of the same units', async () => {
    const scenario = new Scenario()
    scenario.fleet.errorRates.set(newRelease.commit, 0.5)
    await scenario.run()
    const batches = scenario.events.flatMap((event) =>
      'direction' in event ? [`${event.kind} ${event.direction} ${event.batch.units.join()}`] : [],
    )
    expect(batches).toEqual([
      'batch-intended forward eu/a/1',
      'batch-done forward eu/a/1',
      'batch-intended back eu/a/1',
      'batch-done back eu/a/1',
    ])
  })

  test('that fails at the n-th append: no new batch begins, for every n', async () => {
    const whole = new Scenario()
    await whole.run()
    for (let at = 0; at < whole.appends.length; at += 1) {
      const scenario = new Scenario()
      scenario.onAppend = (append) => {
        if (append < at) return 50
        throw appendFault()
      }
      const ended = await scenario.run()
      expect([at, ended.result, ...codes(ended.findings)]).toEqual([
        at,
        'stopped',
        'ledger/append-failed',
      ])
      const intents = scenario.events.filter((event) => event.kind === 'batch-intended').length
      expect(scenario.fleet.applied).toHaveLength(intents)
      expect(scenario.versions().every((version) => !version.startsWith('!'))).toBe(true)
    }
  })
})
