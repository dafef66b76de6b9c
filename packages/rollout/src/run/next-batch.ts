import type { Batch, Observation, ShippedRelease, UnitId, UnitObservation } from '../fleet.ts'
import {
  type Allowance,
  type Place,
  compareText,
  isShifted,
  placeName,
  weightOf,
  weightOfAll,
  zoneAllowance,
  zoneHealth,
} from '../zone-capacity.ts'

/** The units of a zone that may change now, or the sums that say why none may. */
export type NextBatch =
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'wait'; readonly wait: Wait }

/**
 * Why nothing may begin now. `shifted`: a zone is away, and what is left allows nothing; its return helps. `engine`: it
 * was tried, and the engine would not.
 */
export interface Wait {
  readonly why: 'capacity' | 'shifted' | 'engine'
  readonly reason: string
}

/** What a batch must keep to. */
export interface BatchRules {
  /** R of the region. */
  readonly required: number
  /** Set up to the gate after the first zone: everything but this release must carry R alone. */
  readonly evacuable: ShippedRelease | null
  readonly selects: 'units' | 'number' | 'zone'
}

/** Healthy, and on the release by its own word. */
export const isSettled = (unit: UnitObservation, release: ShippedRelease): boolean =>
  unit.health === 'healthy' && unit.version === release.commit

/**
 * Picks from `candidates` of one zone. A unit that is down may always be replaced: that costs no
 * capacity and may restore some (capacity outranks). Healthy ones only as the zone law allows.
 */
export function nextBatch(
  seen: Observation,
  place: Place,
  candidates: readonly UnitObservation[],
  rules: BatchRules,
): NextBatch {
  const take = (units: readonly UnitObservation[]): NextBatch => ({
    kind: 'batch',
    batch: { region: place.region, zone: place.zone, units: units.map((unit) => unit.id) },
  })
  const down = candidates.filter((unit) => !carriesLoad(seen, unit))
  if (down.length > 0) return take(down)
  const { maxOut, reason } = allowanceNow(seen, place, rules)
  const some = rules.selects === 'zone' ? candidates : upTo(candidates, maxOut)
  return some.length > 0 && maxOut > 0
    ? take(some)
    : { kind: 'wait', wait: waitFor(seen, place, reason) }
}

/** A unit that is down, or whose zone gets no traffic, costs no capacity when it is taken out. */
export const carriesLoad = (seen: Observation, unit: UnitObservation): boolean =>
  unit.health === 'healthy' && !isShifted(seen, unit)

/** As many units, in order, as weigh no more than `most` together. */
function upTo(units: readonly UnitObservation[], most: number): readonly UnitObservation[] {
  let sum = 0
  const over = units.findIndex((unit) => (sum += weightOf(unit)) > most)
  return over === -1 ? units : units.slice(0, over)
}

/** How much of a zone may be out now: the zone law and, before the gate, the way back by traffic alone. */
export function allowanceNow(
  seen: Observation,
  place: Place,
  { required, evacuable }: BatchRules,
): Allowance {
  const zones = zoneHealth(seen)
  const law = zoneAllowance(zones, place, required)
  if (evacuable === null || zones.length === 1) return law
  const old = weightOfAll(
    seen.units.filter((unit) => carriesLoad(seen, unit) && unit.version !== evacuable.commit),
  )
  if (old - required >= law.maxOut) return law
  return {
    maxOut: Math.max(0, old - required),
    reason: `the old release must carry the load alone until the first zone is judged: ${old} healthy on it, minus ${required} required leaves ${old - required}`,
  }
}

/** Why the sums allow nothing. While a zone is away it counts as gone, and only a human brings it back. */
function waitFor({ shifted = [] }: Observation, place: Place, sums: string): Wait {
  const away = shifted.filter((other) => placeName(other) !== placeName(place)).map(placeName)
  if (away.length === 0) return { why: 'capacity', reason: sums }
  const reason = `the traffic of ${away.join(', ')} is shifted away, so that it counts as gone: ${sums}`
  return { why: 'shifted', reason }
}

/** Why a batch chosen earlier may no longer begin, by a newer observation; undefined when it may. */
export function batchForbidden(
  seen: Observation,
  batch: Batch,
  rules: BatchRules,
): Wait | undefined {
  const healthy = weightOfAll(pick(seen, batch.units).filter((unit) => carriesLoad(seen, unit)))
  if (healthy === 0) return undefined
  const { maxOut, reason } = allowanceNow(seen, batch, rules)
  const within = rules.selects === 'zone' ? maxOut > 0 : healthy <= maxOut
  return within ? undefined : waitFor(seen, batch, reason)
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
