import type { FencingToken } from '@bulkhead/vocabulary'
import type { Observation, UnitId } from '../fleet.ts'
import { placeName } from '../zone-capacity.ts'
import type { Direction } from './journal.ts'
import { attemptKey } from './rollout-run.ts'

/** A batch as it stands on record; of a very large one only the first units are named. */
export interface RecordedBatch {
  /** `aside-done`: taken out of traffic and left there. */
  readonly step: 'batch-intended' | 'batch-done' | 'batch-failed' | 'batch-withdrawn' | 'aside-done'
  readonly direction: Direction
  readonly region: string
  readonly zone: string
  readonly units: readonly UnitId[]
  readonly count: number
}

/** What the record says of a rollout that was begun and never ended. */
export interface RolloutMemory {
  /** The token under which it was begun. */
  readonly of: FencingToken
  readonly direction: Direction
  /** When it was begun, wall time in milliseconds by the clock of who began it. */
  readonly began: number
  readonly batches: readonly RecordedBatch[]
}

/** What a successor must know of what was done before it. */
export interface Recalled {
  readonly touched: ReadonlySet<UnitId>
  readonly attempts: ReadonlyMap<string, number>
}

/** Units that stand drained because somebody wanted it so: nobody need wait for their end. */
export function setAsideBefore({ batches }: RolloutMemory): ReadonlySet<UnitId> {
  const aside = new Set<UnitId>()
  for (const { step, units } of batches)
    for (const id of units)
      if (step === 'aside-done') aside.add(id)
      else aside.delete(id)
  return aside
}

/**
 * Folds recorded batches. A batch that was intended and has no outcome may have begun: its units are
 * answered for, and it counts as an attempt. Of a batch that is too large to be named whole, every
 * unit of its zone that is down now is taken for one of it.
 */
export function recall({ batches }: RolloutMemory, seen: Observation): Recalled {
  const touched = new Set<UnitId>()
  const attempts = new Map<string, number>()
  const count = (batch: RecordedBatch, by: number) => {
    for (const id of unitsOf(batch, seen)) {
      const key = attemptKey(batch.direction, id)
      attempts.set(key, (attempts.get(key) ?? 0) + by)
    }
  }
  for (const batch of batches) {
    if (batch.step === 'batch-intended') {
      count(batch, 1)
      if (batch.direction === 'forward') for (const id of unitsOf(batch, seen)) touched.add(id)
    } else if (batch.step === 'batch-withdrawn') count(batch, -1)
  }
  return { touched, attempts }
}

function unitsOf(batch: RecordedBatch, { units }: Observation): readonly UnitId[] {
  if (batch.count <= batch.units.length) return batch.units
  const down = units.filter(
    (unit) => placeName(unit) === placeName(batch) && unit.health !== 'healthy',
  )
  return [...new Set([...batch.units, ...down.map((unit) => unit.id)])]
}
