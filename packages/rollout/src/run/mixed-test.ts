import type { ShippedRelease } from '../fleet.ts'
import { mixedTestFailed } from '../migration-refusals.ts'
import { Interruption } from './interruption.ts'
import { checkedLook } from './placing.ts'
import type { RolloutRun } from './rollout-run.ts'
import { SignsOfLife } from './waiting.ts'

/** Two releases that serve side by side, and who stops the test of them. */
export interface SideBySide {
  readonly region: string
  readonly release: ShippedRelease
  readonly previous: ShippedRelease
  readonly signal: AbortSignal
}

/** Runs the declared test. @returns why it did not pass, or null. Does not reject. */
export type MixedTest = (both: SideBySide) => Promise<string | null>

/**
 * Tests old and new side by side, once the first units of a region are placed: old code meets data
 * that new code has written. Where nothing old serves beside it there is nothing to test.
 * @throws Interruption `roll-back` when it fails; as ordered, the test is stopped then
 */
export async function testSideBySide(run: RolloutRun): Promise<void> {
  const { mixedTest, plan, region, fleet, journal } = run
  const { previous } = region
  if (mixedTest === undefined || plan.mixedTest === null || previous === null) return
  const { units } = await checkedLook(run)
  if (!units.some((unit) => unit.health === 'healthy' && unit.version !== plan.release.commit))
    return
  fleet.phase = 'both releases side by side: test'
  const why = await watched(run, (signal) =>
    mixedTest({ region: region.region, release: plan.release, previous, signal }),
  )
  journal.defer({ kind: 'tested-side-by-side', why })
  const tone = why === null ? 'good' : 'bad'
  const text = `both releases side by side: ${why ?? 'the test passed'}`
  fleet.decide({ kind: 'wave', tone, text })
  if (why !== null) throw new Interruption('roll-back', mixedTestFailed(region.region, why))
}

/** Waits for a test with open eyes: what speaks against going on stops it. */
async function watched<Result>(
  run: RolloutRun,
  test: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const life = new SignsOfLife(run)
  const stop = new AbortController()
  const ended = new AbortController()
  const woken = AbortSignal.any([ended.signal, run.signal, run.abort])
  const testing = test(stop.signal).finally(() => ended.abort())
  try {
    while (!ended.signal.aborted) {
      const tick = run.clock.sleep(run.limits.pollMs, woken).catch(() => undefined)
      await Promise.race([testing, tick])
      await checkedLook(run)
      life.beat()
    }
    return await testing
  } finally {
    stop.abort()
    await testing
  }
}
