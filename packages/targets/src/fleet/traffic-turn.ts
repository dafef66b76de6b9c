import type { StageOutcome } from '@bulkhead/rollout'
import { type BatchRequest, type FencedUnits, changeUnits } from './stage-change.ts'
import type { Replacement } from './replacement.ts'

const SERVES: Replacement = { kind: 'serves', victims: 0 }

/** Takes units out of traffic until they are restored; what outlives the drain is cut and counted. */
export function drainUnits(fleet: FencedUnits, request: BatchRequest): Promise<StageOutcome> {
  const { context } = fleet
  const { batch, signal, say } = request
  return changeUnits(fleet, { ...request, atOnce: batch.units.length }, (unit, mayAct) =>
    unit.exclusively(async () => {
      if (!mayAct()) return { kind: 'stale' }
      const drainedBefore = unit.drained
      say(unit.place.id, 'draining')
      await context.drained.add(unit.place.id)
      const victims = (await unit.occupant?.drain(context.spec.drain, signal)) ?? 0
      if (signal.aborted && !drainedBefore) {
        await unit.restore()
        return { kind: 'failed', reason: 'cancelled; it serves again', victims: 0 }
      }
      if (victims > 0) unit.occupant?.member.close()
      return { kind: 'serves', victims }
    }),
  )
}

/** Gives units back to their users. */
export const restoreUnits = (fleet: FencedUnits, request: BatchRequest): Promise<StageOutcome> =>
  changeUnits(fleet, { ...request, atOnce: request.batch.units.length }, (unit, mayAct) =>
    unit.exclusively(async () => {
      if (!mayAct()) return { kind: 'stale' }
      await unit.restore()
      return SERVES
    }),
  )
