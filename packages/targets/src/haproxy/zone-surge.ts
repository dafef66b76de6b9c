import type { Hand, ShippedRelease, StageOutcome, SurgeOrder } from '@bulkhead/rollout'
import type { UnitResult } from '../unit-changes.ts'
import { type HaproxyContext, type ProxiedUnit, isOccupied } from './haproxy-context.ts'
import { runRetire } from './unit-command.ts'
import { drainUnit } from './unit-drain.ts'
import { replaceUnit } from './unit-replacement.ts'
import { returnUnit } from './unit-return.ts'

/** Changes some slots of a zone behind the fence. */
export type ChangeSlots = (
  slots: readonly ProxiedUnit[],
  change: (slot: ProxiedUnit, mayAct: () => Promise<boolean>) => Promise<UnitResult>,
) => Promise<StageOutcome>

export interface SlotOrder {
  readonly order: SurgeOrder
  /** All slots of the zone, by number. */
  readonly slots: readonly ProxiedUnit[]
  readonly release: ShippedRelease
  readonly hand: Hand
}

/**
 * Fills the first `extra` slots of a zone by the command that replaces a unit, and empties the others.
 * A slot is on record before its command runs, so that what was begun is taken away later.
 */
export async function surgeZone(
  context: HaproxyContext,
  { order, slots, release, hand }: SlotOrder,
  change: ChangeSlots,
): Promise<StageOutcome> {
  if (order.extra > slots.length)
    return { kind: 'refused', reason: `the proxies have ${slots.length} spare servers there` }
  const say =
    ({ place }: ProxiedUnit) =>
    (note: string) =>
      hand.onProgress?.({ unit: place.id, note })
  const filled = await change(slots.slice(0, order.extra), async (unit, mayAct) => {
    await context.surplus.add(unit.place)
    const { token, signal } = hand
    return replaceUnit(context, { unit, release, token, signal, mayAct, say: say(unit) })
  })
  if (filled.kind !== 'applied') return filled
  if (hand.signal.aborted) return { kind: 'failed', unit: null, reason: 'cancelled' }
  const victims = filled.victims ?? 0
  const emptied = await change(slots.slice(order.extra), (unit, mayAct) =>
    unit.exclusively(async () => {
      if (!(await mayAct())) return { kind: 'stale' }
      return emptySlot(context, { unit, hand, say: say(unit) })
    }),
  )
  return emptied.kind === 'applied'
    ? { kind: 'applied', victims: victims + (emptied.victims ?? 0) }
    : emptied
}

interface SlotRetirement {
  readonly unit: ProxiedUnit
  readonly hand: Hand
  readonly say: (note: string) => void
}

/** Drains a slot, stops what runs in it, and puts its server back into maintenance. */
async function emptySlot(
  context: HaproxyContext,
  { unit, hand, say }: SlotRetirement,
): Promise<UnitResult> {
  const views = await unit.proxies.viewsOf(unit.server)
  const isServing = views.some((view) => !view.withheld)
  if (!isServing && !(await isOccupied(context, unit, views))) return { kind: 'serves', victims: 0 }
  const drain = await drainUnit(context, unit, hand.signal, say)
  if (drain.kind === 'cancelled') {
    if (isServing) await returnUnit(context, unit, 0)
    return { kind: 'failed', reason: 'cancelled; it serves on', victims: 0 }
  }
  say('retiring')
  const [view] = views
  const why = view && (await runRetire(context, { unit, view, token: hand.token }))
  if (why !== undefined) return { kind: 'failed', reason: why, victims: drain.victims }
  await unit.proxies.set(unit.server, 'maint')
  await context.drained.delete(unit.place.id)
  await context.surplus.delete(unit.place)
  return { kind: 'serves', victims: drain.victims }
}
