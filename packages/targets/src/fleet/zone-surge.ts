import type { ShippedRelease, StageOutcome, SurgeOrder, UnitId, UnitPlace } from '@bulkhead/rollout'
import { surplusPlace } from '../unit-place.ts'
import { type UnitResult, changeUnits } from '../unit-changes.ts'
import type { FleetContext } from './fleet-context.ts'
import { replace } from './replacement.ts'
import type { FencedUnits, Order } from './stage-change.ts'
import { Unit } from './unit.ts'

export interface SurgeRequest extends Order {
  readonly order: SurgeOrder
  readonly release: ShippedRelease
}

/** Units that may be added to, and taken from. */
interface GrowingUnits extends FencedUnits {
  readonly units: Map<UnitId, Unit>
}

/**
 * Brings a zone to `extra` units beyond its own on a release: those that are missing are started and
 * waited for, those that are too many drained and taken away.
 */
export async function surgeZone(fleet: GrowingUnits, request: SurgeRequest): Promise<StageOutcome> {
  const { context, record, units } = fleet
  const { order, release, token, signal, say } = request
  const { region, zone, extra } = order
  if (!(await record.admit({ region, token })))
    return { kind: 'stale-token', newest: await record.read(region) }
  if (context.spec.regions[region]?.[zone] === undefined)
    return { kind: 'failed', unit: null, reason: `there is no zone ${region}/${zone}` }
  if (extra > context.spec.surge)
    return { kind: 'refused', reason: `a zone may have ${context.spec.surge} units beyond its own` }
  const wanted = Array.from({ length: extra }, (_, at) => surplusPlace(order, at + 1))
  for (const place of wanted) await make(fleet, place)
  const here = [...units.values()].filter(
    ({ place, surplus }) => surplus && place.region === region && place.zone === zone,
  )
  const ids = new Set(wanted.map(({ id }) => id))
  const common = { units, record, token, signal, atOnce: Number.MAX_SAFE_INTEGER }
  const batchOf = (some: readonly Unit[]) => ({ region, zone, units: some.map((u) => u.place.id) })
  const grown = await changeUnits({
    ...common,
    batch: batchOf(here.filter(({ place }) => ids.has(place.id))),
    change: (unit, mayAct) => replace(context, { unit, release, signal, mayAct, say }),
  })
  for (const unit of here) if (unit.occupant === undefined) await forget(fleet, unit)
  if (grown.kind !== 'applied') return grown
  return changeUnits({
    ...common,
    batch: batchOf(here.filter(({ place }) => !ids.has(place.id) && units.has(place.id))),
    change: (unit, mayAct) => retire(fleet, unit, mayAct, request),
  })
}

async function make({ context, units }: GrowingUnits, place: UnitPlace): Promise<void> {
  if (units.has(place.id)) return
  await context.surplus.add(place)
  units.set(place.id, new Unit(context, place, true))
}

async function forget({ context, units }: GrowingUnits, { place }: Unit): Promise<void> {
  await context.releases.set(place.id, undefined)
  await context.drained.delete(place.id)
  await context.surplus.delete(place)
  units.delete(place.id)
}

/** Takes a unit away for good, its requests first. An abort while it drains gives it back. */
const retire = (
  fleet: GrowingUnits,
  unit: Unit,
  mayAct: () => Promise<boolean>,
  { signal, say }: SurgeRequest,
): Promise<UnitResult> =>
  unit.exclusively(async () => {
    if (!(await mayAct())) return { kind: 'stale' }
    const { context }: { readonly context: FleetContext } = fleet
    say(unit.place.id, 'draining')
    const victims = (await unit.occupant?.drain(context.spec.drain, signal)) ?? 0
    if (signal.aborted) {
      if (!unit.drained) unit.occupant?.restore()
      return { kind: 'failed', reason: 'cancelled; it serves on', victims: 0 }
    }
    await unit.vacate('it was beyond the zone’s own')
    await forget(fleet, unit)
    return { kind: 'serves', victims }
  })
