import { setTimeout as timer } from 'node:timers/promises'

/** Time as seen by one process. Tests drive their own; production uses {@link systemClock}. */
export interface Clock {
  /** Wall time, milliseconds since the epoch. For records, never for comparing hosts. */
  now(): number
  /** Monotonic time of this process in milliseconds. For durations and expiry. */
  monotonic(): number
  /** Resolves after `ms`; rejects with the signal's reason when aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    await timer(ms, undefined, signal ? { signal } : {})
  },
}
