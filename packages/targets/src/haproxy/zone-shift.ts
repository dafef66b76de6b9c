import type { Hand, ShiftOrder, StageOutcome } from '@bulkhead/rollout'
import type { UnitResult } from '../unit-changes.ts'
import { type HaproxyContext, type ProxiedUnit, probeUnit } from './haproxy-context.ts'
import { drainUnit } from './unit-drain.ts'
import { returnUnit } from './unit-return.ts'

/** Does something to every unit of the zone behind the fence. */
export type TurnZone = (
  by: Hand,
  turn: (unit: ProxiedUnit) => Promise<UnitResult>,
) => Promise<StageOutcome>

export interface ZoneOrder {
  readonly order: ShiftOrder
  readonly hand: Hand
}

/**
 * Takes the traffic of a zone away, or gives it back. It is on record before a proxy hears of it: from
 * then on nothing gives a unit there its traffic back.
 */
export async function shiftZone(
  context: HaproxyContext,
  { order, hand }: ZoneOrder,
  turnZone: TurnZone,
): Promise<StageOutcome> {
  hand.signal.throwIfAborted()
  const { shifts, record } = context
  const { region } = order
  if (!(await record.admit({ region, token: hand.token })))
    return { kind: 'stale-token', newest: await record.read(region) }
  const wasAway = shifts.has(order)
  await shifts.set(order, order.away)
  const back = (unit: ProxiedUnit) => giveBack(context, unit)
  if (!order.away) return turnZone(hand, back)
  const ended = await turnZone(hand, (unit) => takeAway(context, unit, hand))
  if (!hand.signal.aborted || wasAway) return ended
  await shifts.set(order, false)
  await turnZone({ ...hand, signal: new AbortController().signal }, back)
  return { kind: 'failed', unit: null, reason: 'cancelled; the zone has its traffic again' }
}

async function takeAway(
  context: HaproxyContext,
  unit: ProxiedUnit,
  hand: Hand,
): Promise<UnitResult> {
  const say = (note: string) => hand.onProgress?.({ unit: unit.place.id, note })
  const drain = await drainUnit(context, unit, hand.signal, say)
  return drain.kind === 'empty'
    ? { kind: 'serves', victims: drain.victims }
    : { kind: 'failed', reason: 'cancelled', victims: 0 }
}

/**
 * What was drained by itself, and what does not answer, stays out: its server would be sent requests
 * that nobody serves.
 */
async function giveBack(context: HaproxyContext, unit: ProxiedUnit): Promise<UnitResult> {
  if (context.drained.has(unit.place.id)) return { kind: 'serves', victims: 0 }
  const [view] = await unit.proxies.viewsOf(unit.server)
  if (view === undefined || (await probeUnit(context, view)).kind === 'failed')
    return { kind: 'serves', victims: 0 }
  const why = await returnUnit(context, unit, context.spec.slowStart)
  return why === undefined
    ? { kind: 'serves', victims: 0 }
    : { kind: 'failed', reason: why, victims: 0 }
}
