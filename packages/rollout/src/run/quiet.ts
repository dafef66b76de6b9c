import type { Clock } from '@bulkhead/world'
import type { Observation } from '../fleet.ts'

export interface QuietWait {
  readonly look: () => Promise<Observation>
  readonly clock: Clock
  readonly pollMs: number
  /** Longest wait: what moves longer than a batch may take is stuck, and is seen as it is. */
  readonly mostMs: number
}

/**
 * Looks at a fleet until nothing in it is being changed: what a predecessor began may still be under
 * way in the engine, and no unit may be changed by two hands.
 */
export async function quietFleet({ look, clock, pollMs, mostMs }: QuietWait): Promise<Observation> {
  const since = clock.monotonic()
  for (;;) {
    const seen = await look()
    const moving = seen.units.some(({ health }) => health === 'draining' || health === 'starting')
    if (!moving || clock.monotonic() - since >= mostMs) return seen
    await clock.sleep(pollMs)
  }
}
