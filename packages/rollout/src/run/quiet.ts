import type { Clock } from '@bulkhead/world'
import type { Observation, UnitId, UnitObservation } from '../fleet.ts'

export interface QuietWait {
  readonly look: () => Promise<Observation>
  readonly clock: Clock
  readonly pollMs: number
  /** Longest wait: what moves longer than a batch may take is stuck, and is seen as it is. */
  readonly mostMs: number
  /** Units that stand drained on purpose. */
  readonly aside?: ReadonlySet<UnitId>
}

/**
 * Looks at a fleet until nothing in it is being changed: what a predecessor began may still be under
 * way in the engine, and no unit may be changed by two hands.
 */
export async function quietFleet({
  look,
  clock,
  pollMs,
  mostMs,
  aside = new Set(),
}: QuietWait): Promise<Observation> {
  const since = clock.monotonic()
  const isMoving = ({ id, health }: UnitObservation) =>
    health === 'starting' || (health === 'draining' && !aside.has(id))
  for (;;) {
    const seen = await look()
    if (!seen.units.some(isMoving) || clock.monotonic() - since >= mostMs) return seen
    await clock.sleep(pollMs)
  }
}
