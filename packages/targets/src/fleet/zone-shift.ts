import type { ShiftOrder, StageOutcome } from '@bulkhead/rollout'
import { isWithin } from '../placed-traffic.ts'
import type { FencedUnits, Order } from './stage-change.ts'

export interface ShiftRequest extends Order {
  readonly order: ShiftOrder
}

/** Takes the traffic of a zone away, or gives it back; it is on disk before a unit hears of it. */
export async function shiftZone(
  { context, record, units }: FencedUnits,
  { order, token, signal }: ShiftRequest,
): Promise<StageOutcome> {
  const { region, zone, away } = order
  if (!(await record.admit({ region, token })))
    return { kind: 'stale-token', newest: await record.read(region) }
  const occupants = () =>
    [...units.values()]
      .filter((unit) => isWithin(unit.place, { region, zone }))
      .flatMap((unit) => unit.occupant ?? [])
  if (context.spec.regions[region]?.[zone] === undefined) return strange(order)
  const wasAway = context.shifts.has(order)
  const giveBack = async (): Promise<void> => {
    await context.shifts.set(order, false)
    for (const occupant of occupants()) occupant.shiftBack()
  }
  if (!away) {
    await giveBack()
    return { kind: 'applied', victims: 0 }
  }
  await context.shifts.set(order, true)
  const left = await Promise.all(
    occupants().map(async (occupant) => {
      const victims = await occupant.shiftAway(context.spec.drain, signal)
      return { occupant, victims }
    }),
  )
  if (signal.aborted && !wasAway) {
    await giveBack()
    return { kind: 'failed', unit: null, reason: 'cancelled; the zone has its traffic again' }
  }
  for (const { occupant, victims } of left) if (victims > 0) occupant.member.close()
  return { kind: 'applied', victims: left.reduce((sum, { victims }) => sum + victims, 0) }
}

const strange = ({ region, zone }: ShiftOrder): StageOutcome => ({
  kind: 'failed',
  unit: null,
  reason: `there is no zone ${region}/${zone}`,
})
