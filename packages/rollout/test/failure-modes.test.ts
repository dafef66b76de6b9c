import { type FencingToken, type Finding, commitId } from '@bulkhead/vocabulary'
import { describe, expect, test } from 'vitest'
import type { UnitId } from '../src/index.ts'
import { totalHealthy, zoneHealth } from '../src/zone-capacity.ts'
import { SharedRecord, live } from './support/mortal.ts'
import { Scenario, appendFault, newRelease, oldRelease } from './support/scenario.ts'
import { release, token } from './support/simulated-fleet.ts'

/**
 * The failure modes of a rolling deploy that concern the executor, each by its number in the list that
 * docs/rolling-deploys.md gives. Kills at every write are in kills.test.ts.
 */

const next = (by: number): FencingToken => (token + by) as FencingToken
const codes = (findings: readonly Finding[]) => findings.map(({ code }) => code)
const all = (digit: string, count = 9) => Array.from({ length: count }, () => digit)

/** Does something once, when the fleet has changed `times` times (a batch changes three times). */
function afterChanges(scenario: Scenario, times: number, act: () => void): void {
  let changes = 0
  const before = scenario.fleet.onChange
  scenario.fleet.onChange = () => {
    before()
    if ((changes += 1) === times) act()
  }
}

function later(scenario: Scenario, ms: number, act: () => void): void {
  void scenario.clock.sleep(ms).then(act)
}

const unit = (scenario: Scenario, id: string) => {
  const found = scenario.fleet.units.find((each) => each.id === id)
  if (!found) throw new Error(`no ${id}`)
  return found
}

const refusal = (code: 'rollout/frozen' | 'attest/expired'): Finding => ({
  code,
  subject: 'production',
  message: 'not now',
  remedy: 'later',
})

describe('process', () => {
  test('1: the runner dies in the middle of a batch; the next one goes on by what the fleet says', async () => {
    const scenario = new Scenario()
    const record = new SharedRecord()
    const death = { what: 'append', at: 1, side: 'after' } as const
    expect(await live(scenario, record, token, death)).toBe('killed')
    expect(await live(scenario, record, next(1))).toMatchObject({ result: 'released' })
    expect(record.events.find(({ kind }) => kind === 'resumed')).toMatchObject({ of: token })
  })

  test('2: it dies between effect and record; what is done is not done again', async () => {
    const scenario = new Scenario()
    const record = new SharedRecord()
    // The second append would bring the outcome of the canary.
    await live(scenario, record, token, { what: 'append', at: 1, side: 'before' })
    expect(record.events.map(({ kind }) => kind)).toEqual(['started', 'batch-intended'])
    await live(scenario, record, next(1))
    const canaries = scenario.fleet.applied.filter(({ units }) =>
      units.includes('eu/a/1' as UnitId),
    )
    expect(canaries).toHaveLength(1)
  })

  test('3: a cancel stops at the edge of a batch, paused on record, nothing drained', async () => {
    const scenario = new Scenario()
    afterChanges(scenario, 8, () => scenario.stop.abort())
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual(['paused', 'rollout/cancelled'])
    expect(scenario.events.at(-1)?.kind).toBe('paused')
    expect(scenario.versions()).toEqual(['b', 'b', 'b', 'b', 'b', 'a', 'a', 'a', 'a'])
  })

  test('4: a runner may live a limited time; its successors go on with the same rollout', async () => {
    const scenario = new Scenario()
    const record = new SharedRecord()
    for (const life of [1, 2, 3]) {
      const stop = new AbortController()
      afterChanges(scenario, 3, () => stop.abort())
      const ended = await live(scenario, record, next(life), undefined, { signal: stop.signal })
      expect(ended).toMatchObject({ result: 'paused' })
    }
    expect(await live(scenario, record, next(4))).toMatchObject({ result: 'released' })
    expect(record.events.filter(({ kind }) => kind === 'finished')).toHaveLength(1)
    expect(record.events.filter(({ kind }) => kind === 'started')).toHaveLength(1)
  })

  test('8: a holder that comes back after its lease was taken over changes nothing', async () => {
    const scenario = new Scenario()
    scenario.fleet.newest.set('eu', next(3))
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual(['stopped', 'rollout/stale-token'])
    expect(scenario.versions()).toEqual(all('a'))
  })

  test('9: the ledger is down; the batch in flight is finished, no other begins, and it can be resumed', async () => {
    const scenario = new Scenario()
    const record = new SharedRecord()
    let appends = 0
    const ended = await scenario.run({
      journal: {
        record(events) {
          if ((appends += 1) > 2) return Promise.reject(appendFault())
          record.appends.push({ token, events })
          return Promise.resolve({ standing: null })
        },
        signOfLife: () => Promise.resolve({ standing: null }),
        standing: () => Promise.resolve({ standing: null }),
      },
    })
    expect([ended.result, ...codes(ended.findings)]).toEqual(['stopped', 'ledger/append-failed'])
    expect(scenario.versions()).toEqual(['b', ...all('a', 8)])
    expect(await live(scenario, record, next(1))).toMatchObject({ result: 'released' })
  })

  test('11: somebody changes a unit by hand; it stops with the difference', async () => {
    const scenario = new Scenario()
    afterChanges(scenario, 8, () => {
      unit(scenario, 'eu/c/3').version = commitId('d'.repeat(40))
    })
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual(['stopped', 'rollout/drift'])
    expect(ended.findings[0]).toMatchObject({
      subject: 'eu/c/3',
      message: expect.stringContaining('ran aaaaaaaa and now runs dddddddd'),
    })
  })

  test('12: a wall clock that jumps decides nothing', async () => {
    const scenario = new Scenario()
    let jump = 0
    const clock = {
      monotonic: scenario.clock.monotonic,
      sleep: scenario.clock.sleep.bind(scenario.clock),
      now: () => ((jump += 1) % 2 === 0 ? 0 : 4e12),
    }
    expect((await scenario.run({ clock })).result).toBe('released')
  })

  test('13: an approval is revoked after the start; the next wave does not begin', async () => {
    const scenario = new Scenario()
    const asked: string[] = []
    const ended = await scenario.run({
      mayGoOn: ({ wave }) => {
        asked.push(wave)
        return Promise.resolve(asked.length > 2 ? [refusal('attest/expired')] : [])
      },
    })
    expect([ended.result, ...codes(ended.findings)]).toEqual(['paused', 'attest/expired'])
    expect(asked).toEqual(['canary', 'rest of zone a', 'zone b'])
    expect(scenario.versions()).toEqual([...all('b', 3), ...all('a', 6)])
  })
})

describe('capacity and zones', () => {
  test('14: a zone is lost; batches freeze and go on when it is back', async () => {
    const scenario = new Scenario({ required: 5 })
    let lowest = Number.POSITIVE_INFINITY
    afterChanges(scenario, 8, () => scenario.fleet.loseZone('eu/c'))
    void scenario.clock.sleep(20_000).then(() => scenario.fleet.returnZone('eu/c'))
    const before = scenario.fleet.onChange
    scenario.fleet.onChange = () => {
      before()
      lowest = Math.min(
        lowest,
        totalHealthy(zoneHealth({ units: scenario.fleet.units, traffic: [] })),
      )
    }
    expect((await scenario.run()).result).toBe('released')
    expect(lowest).toBeGreaterThanOrEqual(5)
  })

  test('16: a zone comes back on the old version; it is placed again before anything else', async () => {
    const scenario = new Scenario({ required: 2 })
    afterChanges(scenario, 7, () => {
      scenario.fleet.loseZone('eu/a')
      later(scenario, 2_000, () => {
        for (const each of scenario.fleet.units.slice(0, 3)) each.version = oldRelease.commit
        scenario.fleet.returnZone('eu/a')
      })
    })
    expect((await scenario.run()).result).toBe('released')
    expect(scenario.versions()).toEqual(all('b'))
    const zones = scenario.fleet.applied.map(({ zone }) => zone)
    expect(zones).toEqual(['a', 'a', 'b', 'a', 'c'])
  })

  test('17: the traffic of a zone is shifted away; what is left allows nothing, and it is held, not undone', async () => {
    const scenario = new Scenario({ required: 3 })
    afterChanges(scenario, 6, () => scenario.fleet.shifted.add('eu/c'))
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual(['paused', 'rollout/zone-shifted'])
    expect(scenario.versions()).toEqual([...all('b', 3), ...all('a', 6)])
    scenario.fleet.shifted.clear()
    expect((await scenario.run({ token: next(1) })).result).toBe('released')
  })

  test('17: the traffic of a zone is shifted away; it counts as gone, and what is left allows the rest', async () => {
    const scenario = new Scenario({ required: 2 })
    afterChanges(scenario, 6, () => scenario.fleet.shifted.add('eu/c'))
    expect((await scenario.run()).result).toBe('released')
    expect(scenario.versions()).toEqual(all('b'))
  })

  test('18: an autoscaler adds an old unit to the zone that is being placed', async () => {
    const scenario = new Scenario()
    const id = 'eu/b/9' as UnitId
    afterChanges(scenario, 8, () => {
      const { commit: version } = oldRelease
      scenario.fleet.units.push({ id, region: 'eu', zone: 'b', version, health: 'healthy' })
    })
    expect((await scenario.run()).result).toBe('released')
    expect(unit(scenario, id).version).toBe(newRelease.commit)
    const zones = scenario.fleet.applied.map(({ zone }) => zone)
    expect(zones.lastIndexOf('b')).toBeLessThan(zones.indexOf('c'))
  })

  test('19: scale-in takes a fresh unit away; that speaks against nothing', async () => {
    const scenario = new Scenario({ required: 3 })
    afterChanges(scenario, 7, () => scenario.fleet.units.splice(0, 1))
    expect((await scenario.run()).result).toBe('released')
    expect(scenario.versions()).toEqual(all('b', 8))
  })

  test('21: unequal zones are counted zone by zone, never by percentage', async () => {
    const scenario = new Scenario({ regions: { eu: { a: 2, b: 6, c: 2 } }, required: 3 })
    expect((await scenario.run()).result).toBe('released')
    const sizes = scenario.fleet.applied.map(({ zone, units }) => [zone, units.length])
    expect(sizes).toEqual([
      ['a', 1],
      ['a', 1],
      ['b', 5],
      ['b', 1],
      ['c', 1],
      ['c', 1],
    ])
  })

  test('22: an engine that will not go on is explained in its own words', async () => {
    const scenario = new Scenario()
    scenario.fleet.refusal = 'PDB allows 0 disruptions'
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual(['rolled-back', 'rollout/no-capacity'])
    expect(ended.findings[0]?.message).toContain('PDB allows 0 disruptions')
    // As long as its patience lasts, on record a handful of times and not once a poll.
    const tries = scenario.events.filter(({ kind }) => kind === 'batch-withdrawn')
    expect(tries.length).toBeGreaterThan(3)
    expect(tries.length).toBeLessThan(10)
  })

  test('22: an engine that refused for a while and then obeys is gone on with', async () => {
    const scenario = new Scenario()
    scenario.fleet.refusal = 'a deployment of its own is under way'
    scenario.onAppend = (append) => {
      if (append > 4) scenario.fleet.refusal = undefined
      return 50
    }
    expect((await scenario.run()).result).toBe('released')
  })

  test('24: a baseline that is ill already stops a deploy; a hotfix may mend it', async () => {
    const ill = (lane: 'standard' | 'hotfix') => {
      const scenario = new Scenario({ required: 5, lane })
      for (const each of scenario.fleet.units.slice(3, 8)) each.health = 'unhealthy'
      return scenario
    }
    await expect(ill('standard').run()).rejects.toThrow('4 units are healthy, 5 required')
    const hotfix = ill('hotfix')
    expect((await hotfix.run()).result).toBe('released')
    expect(hotfix.fleet.applied.slice(0, 2).map(({ units }) => units.length)).toEqual([3, 2])
    expect(hotfix.versions()).toEqual(all('b'))
  })
})

describe('health and metrics', () => {
  test('26: no data holds, and goes back at the deadline', async () => {
    const ended = await new Scenario({ requestsPerSecond: 0 }).run()
    expect([ended.result, ...codes(ended.findings)]).toEqual([
      'rolled-back',
      'rollout/inconclusive',
    ])
  })

  test('29: too few requests make the bake longer, never a pass', async () => {
    const scenario = new Scenario({ requestsPerSecond: 60 })
    const planning = await scenario.plan()
    if (planning.kind === 'refused') throw new Error('refused')
    expect((await scenario.run()).result).toBe('released')
    const bakes = planning.plan.regions[0]?.waves.map((wave) => wave.bake?.requestsNeeded)
    const judged = scenario.events.flatMap((event) =>
      event.kind === 'wave-judged' ? [event.requests] : [],
    )
    for (const [at, requests] of judged.entries())
      expect(requests).toBeGreaterThanOrEqual(bakes?.[at] ?? Number.POSITIVE_INFINITY)
  })

  test('31: an outage of old and new alike pauses; nobody is blamed for it', async () => {
    const scenario = new Scenario()
    scenario.fleet.errorRates.set(newRelease.commit, 0.5).set(oldRelease.commit, 0.5)
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual(['paused', 'rollout/outage'])
    expect(scenario.versions()).toEqual(['b', ...all('a', 8)])
  })

  test('33: a unit is healthy and runs another build', async () => {
    const scenario = new Scenario()
    scenario.fleet.lying.set(newRelease.commit, oldRelease.commit)
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual([
      'rolled-back',
      'rollout/wrong-version',
    ])
  })

  test('a unit that flaps between batches ends the rollout, although it is healthy again', async () => {
    const scenario = new Scenario()
    afterChanges(scenario, 7, () => {
      unit(scenario, 'eu/a/1').health = 'unhealthy'
      void scenario.clock.sleep(1_600).then(() => (unit(scenario, 'eu/a/1').health = 'healthy'))
    })
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual([
      'rolled-back',
      'rollout/unit-not-healthy',
    ])
  })
})

describe('traffic', () => {
  test('36: a drain that does not end is cut, and its victims are on record', async () => {
    const scenario = new Scenario()
    const apply = scenario.fleet.apply.bind(scenario.fleet)
    scenario.fleet.apply = async (...asked) => {
      const outcome = await apply(...asked)
      return outcome.kind === 'applied' ? { ...outcome, victims: 3 } : outcome
    }
    await scenario.run()
    expect(scenario.events.find(({ kind }) => kind === 'batch-done')).toMatchObject({ victims: 3 })
  })
})

describe('going back', () => {
  test('41: a rollback that fails stops, needs a human, and does not oscillate', async () => {
    const scenario = new Scenario()
    scenario.fleet.sick.add(newRelease.commit).add(oldRelease.commit)
    const ended = await scenario.run()
    expect(ended.result).toBe('stuck')
    expect(scenario.fleet.applied).toHaveLength(4)
    expect(scenario.versions().filter((version) => version === 'a')).toHaveLength(8)
  })

  test('41: a return that fails is not followed by another one', async () => {
    const scenario = new Scenario({ purpose: 'return' })
    scenario.fleet.sick.add(newRelease.commit)
    const ended = await scenario.run()
    expect([ended.result, ended.findings.at(-1)?.code]).toEqual([
      'stuck',
      'rollout/rollback-failed',
    ])
    expect(scenario.fleet.applied).toHaveLength(1)
  })

  test('42: without the artifact of the previous release nothing begins', async () => {
    const scenario = new Scenario()
    scenario.fleet.held.delete(oldRelease.artifact)
    const ended = await scenario.run()
    expect([ended.result, ...codes(ended.findings)]).toEqual([
      'refused',
      'rollout/rollback-impossible',
    ])
    expect(scenario.events).toEqual([])
  })

  test('46: a zone is lost while it goes back; capacity outranks purity of version', async () => {
    const scenario = new Scenario({ required: 5 })
    let lowest = Number.POSITIVE_INFINITY
    afterChanges(scenario, 13, () => {
      scenario.fleet.errorRates.set(newRelease.commit, 0.6)
    })
    scenario.fleet.onCall = (_, name) => {
      const goingBack = scenario.events.some(({ kind }) => kind === 'rolling-back')
      if (name === 'apply' && goingBack && scenario.fleet.deadZones.size === 0)
        scenario.fleet.loseZone('eu/c')
      lowest = Math.min(
        lowest,
        totalHealthy(zoneHealth({ units: scenario.fleet.units, traffic: [] })),
      )
    }
    const ended = await scenario.run()
    expect(ended.findings[0]?.code).toBe('rollout/canary-failed')
    expect(ended.result).toBe('stuck')
    expect(lowest).toBeGreaterThanOrEqual(5)
  })

  test('48: a hotfix over a half-done rollout goes straight there; nobody takes the detour', async () => {
    const hotfix = release('c')
    const mixed = new Scenario({ wanted: hotfix, lane: 'hotfix' })
    mixed.fleet.held.add(hotfix.artifact)
    for (const each of mixed.fleet.units.slice(0, 4)) each.version = newRelease.commit
    expect((await mixed.run()).result).toBe('released')
    expect(mixed.versions()).toEqual(all('c'))
    const changed = mixed.fleet.applied.flatMap(({ units }) => units)
    expect(changed.toSorted()).toEqual(mixed.fleet.units.map(({ id }) => id).toSorted())
  })

  test('58: a freeze begins in the middle; the zone is finished, then it holds', async () => {
    const scenario = new Scenario()
    const ended = await scenario.run({
      mayGoOn: ({ newZone }) =>
        Promise.resolve(
          newZone && scenario.fleet.applied.length > 0 ? [refusal('rollout/frozen')] : [],
        ),
    })
    expect([ended.result, ...codes(ended.findings)]).toEqual(['paused', 'rollout/frozen'])
    expect(scenario.versions()).toEqual([...all('b', 3), ...all('a', 6)])
  })

  test('58: going back asks no calendar', async () => {
    const scenario = new Scenario()
    scenario.fleet.errorRates.set(newRelease.commit, 0.5)
    const ended = await scenario.run({
      mayGoOn: () =>
        Promise.resolve(scenario.fleet.applied.length > 0 ? [refusal('rollout/frozen')] : []),
    })
    expect(ended.result).toBe('rolled-back')
  })
})

describe('orders on record', () => {
  test.each([
    ['pause', 'paused', 'rollout/cancelled'],
    ['abort', 'rolled-back', 'rollout/aborted'],
  ] as const)(
    'an order to %s is obeyed at the edge of the next batch',
    async (order, result, code) => {
      const scenario = new Scenario()
      afterChanges(scenario, 4, () => {
        scenario.standing = { order, by: 'git:ada', reason: 'errors in the shop' }
      })
      const ended = await scenario.run()
      expect([ended.result, ...codes(ended.findings)]).toEqual([result, code])
      expect(ended.findings[0]?.message).toContain('git:ada ordered it')
    },
  )

  test('a long bake shows signs of life, and hears orders', async () => {
    const scenario = new Scenario({ requestsPerSecond: 1 })
    later(scenario, 14_000, () => {
      scenario.standing = { order: 'pause', by: 'git:ada', reason: 'wait' }
    })
    const ended = await scenario.run()
    expect(scenario.signsOfLife).toBeGreaterThan(0)
    expect(ended.result).toBe('paused')
  })

  test('a batch that takes the engine long shows signs of life', async () => {
    const scenario = new Scenario()
    const { fleet } = scenario
    const apply = fleet.apply.bind(fleet)
    fleet.apply = async (...order) => {
      await scenario.clock.sleep(60_000)
      return apply(...order)
    }
    expect((await scenario.run()).result).toBe('released')
    // Six in every batch: one in ten seconds (lifeMs of the scenario).
    expect(scenario.signsOfLife).toBeGreaterThan(5 * fleet.applied.length)
  })
})
