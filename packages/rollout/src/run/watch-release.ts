import type { CommitId } from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import type { Observation, TrafficCount } from '../fleet.ts'
import { judgeBake } from '../judgement.ts'
import type { BakeGoal } from '../plan/bake.ts'
import type { Bake } from '../plan/plan.ts'

export interface ReleaseWatch {
  readonly release: CommitId
  readonly goal: BakeGoal
  readonly look: () => Promise<Observation>
  readonly clock: Clock
  readonly pollMs: number
  /** How long to watch. */
  readonly forMs: number
  /** Another release has begun: what is seen from now on is no longer this one's. */
  readonly isSuperseded: () => Promise<boolean>
  readonly signal: AbortSignal
}

/** `bad`: it is to be taken back. Otherwise why the watch ended. */
export interface WatchEnd {
  readonly kind: 'quiet' | 'superseded' | 'stopped' | 'bad'
  readonly why: string
}

/**
 * Watches a release after its rollout for what burns slowly: leaks, queues, caches that fill. The rate
 * of errors is judged window by window, each as long as a bake may be, so that good hours before do
 * not outweigh a bad one. A fleet that does not answer is no evidence.
 */
export async function watchRelease(watch: ReleaseWatch): Promise<WatchEnd> {
  const { clock, forMs, pollMs, signal } = watch
  const bake = watchBake(watch.goal)
  const since = clock.monotonic()
  let window: { readonly from: number; readonly start: readonly TrafficCount[] } | undefined
  while (clock.monotonic() - since < forMs) {
    if (signal.aborted) return { kind: 'stopped', why: 'the watch was stopped' }
    if (await watch.isSuperseded()) return { kind: 'superseded', why: 'another release has begun' }
    const seen = await watch.look().catch(() => undefined)
    const now = clock.monotonic()
    if (seen !== undefined) {
      if (window === undefined || now - window.from >= bake.deadlineMs)
        window = { from: now, start: seen.traffic }
      const { kind, why } = judgeBake({
        bake,
        release: watch.release,
        start: window.start,
        now: seen.traffic,
        elapsedMs: now - window.from,
      })
      if (kind === 'bad') return { kind, why }
    }
    await clock.sleep(pollMs, signal).catch(() => undefined)
  }
  return { kind: 'quiet', why: `nothing spoke against it for ${Math.round(forMs / 1000)} s` }
}

/** No control is left: the rate itself is judged, as in the last wave. */
const watchBake = (goal: BakeGoal): Bake => ({
  test: 'absolute',
  floorMs: 0,
  deadlineMs: goal.deadline,
  baselineErrorRate: goal.baselineErrorRate,
  detectErrorRate: goal.detectErrorRate,
  falseAlarm: goal.falseAlarm,
  power: goal.power,
  share: 1,
  requestsPerSecond: goal.requestsPerSecond,
  requestsNeeded: Number.MAX_SAFE_INTEGER,
  expectedMs: goal.deadline,
})
