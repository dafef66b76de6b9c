import type { Batch, ShippedRelease, Stage, StageOutcome, UnitId } from '@bulkhead/rollout'
import type { FencingToken } from '@bulkhead/vocabulary'
import { type TokenRecord, type UnitResult, changeUnits } from '../unit-changes.ts'
import type { FleetContext } from './fleet-context.ts'
import { replace } from './replacement.ts'
import type { Unit } from './unit.ts'

/** In whose name units are changed, how that is stopped, and who hears of it. */
export interface Order {
  readonly token: FencingToken
  readonly signal: AbortSignal
  readonly say: (unit: UnitId, note: string) => void
}

export interface StageRequest extends Order {
  readonly stage: Stage
  readonly release: ShippedRelease
  /** See `ReplacementRequest.drains`. */
  readonly drains?: boolean
}

export interface BatchRequest extends Order {
  readonly batch: Batch
}

/** The units of a fleet behind their fence. */
export interface FencedUnits {
  readonly context: FleetContext
  readonly record: TokenRecord
  readonly units: ReadonlyMap<UnitId, Unit>
}

/** Brings the units of a stage to a release, `maxOut` at a time. */
export function applyStage(fleet: FencedUnits, request: StageRequest): Promise<StageOutcome> {
  const { stage, release, token, signal, say } = request
  const drains = request.drains ?? true
  return changeUnits({
    ...fleet,
    batch: stage,
    token,
    signal,
    atOnce: stage.maxOut,
    change: (unit, mayAct) =>
      replace(fleet.context, { unit, release, signal, mayAct, drains, say }),
  })
}

/** Takes units out of traffic until they are restored; what outlives the drain is cut and counted. */
export function drainUnits(fleet: FencedUnits, request: BatchRequest): Promise<StageOutcome> {
  const change = async (unit: Unit): Promise<UnitResult> => {
    const drainedBefore = unit.drained
    request.say(unit.place.id, 'draining')
    await fleet.context.drained.add(unit.place.id)
    const victims = (await unit.occupant?.drain(fleet.context.spec.drain, request.signal)) ?? 0
    if (request.signal.aborted && !drainedBefore) {
      await unit.restore()
      return { kind: 'failed', reason: 'cancelled; it serves again', victims: 0 }
    }
    if (victims > 0) unit.occupant?.member.close()
    return { kind: 'serves', victims }
  }
  return turnTraffic(fleet, request, change)
}

/** Gives units back to their users. */
export function restoreUnits(fleet: FencedUnits, request: BatchRequest): Promise<StageOutcome> {
  return turnTraffic(fleet, request, async (unit) => {
    await unit.restore()
    return { kind: 'serves', victims: 0 }
  })
}

const turnTraffic = (
  fleet: FencedUnits,
  { batch, token, signal }: BatchRequest,
  turn: (unit: Unit) => Promise<UnitResult>,
): Promise<StageOutcome> =>
  changeUnits({
    ...fleet,
    batch,
    token,
    signal,
    atOnce: batch.units.length,
    change: (unit, mayAct) =>
      unit.exclusively(async () => ((await mayAct()) ? turn(unit) : { kind: 'stale' })),
  })
