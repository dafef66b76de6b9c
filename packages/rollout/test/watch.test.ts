import { describe, expect, test } from 'vitest'
import { type WatchEnd, watchRelease } from '../src/run/watch-release.ts'
import { Scenario, bakeGoal, newRelease } from './support/scenario.ts'

function watched(scenario: Scenario, supersededAt = Number.POSITIVE_INFINITY): Promise<WatchEnd> {
  for (const unit of scenario.fleet.units) unit.version = newRelease.commit
  return scenario.clock.drive(
    watchRelease({
      release: newRelease.commit,
      goal: bakeGoal,
      look: () => scenario.fleet.observe(),
      clock: scenario.clock,
      pollMs: 1_000,
      forMs: 600_000,
      isSuperseded: () => Promise.resolve(scenario.clock.monotonic() >= supersededAt),
      signal: scenario.stop.signal,
    }),
  )
}

/** 34 of the list: a slow burn, after the rollout has ended. */
describe('the watch after a rollout', () => {
  test('34: sees what burns slowly, long after everything was good', async () => {
    const scenario = new Scenario()
    void scenario.clock
      .sleep(400_000)
      .then(() => scenario.fleet.errorRates.set(newRelease.commit, 0.4))
    expect((await watched(scenario)).kind).toBe('bad')
    expect(scenario.clock.monotonic()).toBeGreaterThan(400_000)
    expect(scenario.clock.monotonic()).toBeLessThan(425_000)
  })

  test('34: until another release begins', async () => {
    const scenario = new Scenario()
    void scenario.clock
      .sleep(100_000)
      .then(() => scenario.fleet.errorRates.set(newRelease.commit, 0.4))
    expect((await watched(scenario, 60_000)).kind).toBe('superseded')
  })

  test('a good release is left alone, and a fleet that does not answer is no evidence', async () => {
    expect((await watched(new Scenario())).kind).toBe('quiet')
    const silent = new Scenario()
    silent.fleet.onCall = () => {
      throw new Error('no answer')
    }
    expect((await watched(silent)).kind).toBe('quiet')
  })

  test('is stopped by a signal', async () => {
    const scenario = new Scenario()
    void scenario.clock.sleep(5_000).then(() => scenario.stop.abort())
    expect((await watched(scenario)).kind).toBe('stopped')
  })
})
