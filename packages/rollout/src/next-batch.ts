import type { Batch, Observation, ShippedRelease, UnitId, UnitObservation } from './fleet.ts'
import {
  type Allowance,
  type Place,
  compareText,
  placeName,
  zoneAllowance,
  zoneHealth,
} from './zone-capacity.ts'

/** The units of a zone that may change now, or the sums that say why none may. */
export type NextBatch =
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'wait'; readonly reason: string }

/** Healthy, and on the release by its own word. */
export const isSettled = (unit: UnitObservation, release: ShippedRelease): boolean =>
  unit.health === 'healthy' && unit.version === release.commit

/**
 * Picks from `candidates` of one zone. A unit that is down may always be replaced: that costs no
 * capacity and may restore some (capacity outranks). Healthy ones only as the zone law allows.
 */
export function nextBatch(
  observation: Observation,
  place: Place,
  candidates: readonly UnitObservation[],
  required: number,
): NextBatch {
  const take = (units: readonly UnitObservation[]): NextBatch => ({
    kind: 'batch',
    batch: { region: place.region, zone: place.zone, units: units.map((unit) => unit.id) },
  })
  const down = candidates.filter((unit) => unit.health !== 'healthy')
  if (down.length > 0) return take(down)
  const allowance = allowanceNow(observation, place, required)
  if (allowance.maxOut < 1) return { kind: 'wait', reason: allowance.reason }
  return take(candidates.slice(0, allowance.maxOut))
}

const allowanceNow = (observation: Observation, place: Place, required: number): Allowance =>
  zoneAllowance(zoneHealth(observation.units), place, required)

/** Why a batch chosen earlier may no longer begin, by a newer observation; undefined when it may. */
export function batchForbidden(
  observation: Observation,
  batch: Batch,
  required: number,
): string | undefined {
  const ids = new Set(batch.units)
  const healthy = observation.units.filter(
    (unit) => ids.has(unit.id) && unit.health === 'healthy',
  ).length
  if (healthy === 0) return undefined
  const { maxOut, reason } = allowanceNow(observation, batch, required)
  return healthy <= maxOut ? undefined : reason
}

/** Units in a fixed order by zone, then id: the same fleet is always walked the same way. */
export function byPlace(
  units: readonly UnitObservation[],
): Map<string, { place: Place; units: UnitObservation[] }> {
  const zones = new Map<string, { place: Place; units: UnitObservation[] }>()
  const ordered = [...units].sort(
    (a, b) => compareText(placeName(a), placeName(b)) || compareText(a.id, b.id),
  )
  for (const unit of ordered) {
    const zone = zones.get(placeName(unit)) ?? {
      place: { region: unit.region, zone: unit.zone },
      units: [],
    }
    zone.units.push(unit)
    zones.set(placeName(unit), zone)
  }
  return zones
}

/** The observed units among `ids`, in the order of `ids`; a unit that is gone is left out. */
export function pick(observation: Observation, ids: readonly UnitId[]): UnitObservation[] {
  const known = new Map(observation.units.map((unit) => [unit.id, unit]))
  return ids.flatMap((id) => known.get(id) ?? [])
}
