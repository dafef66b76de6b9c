import type { Observation, UnitObservation } from './fleet.ts'

/** Healthy capacity of one zone, as last observed. */
export interface ZoneHealth {
  readonly region: string
  readonly zone: string
  /** In units of capacity: a unit without a declared weight counts 1. */
  readonly healthy: number
}

/** Where a unit stands. A zone name is only unique within its region. */
export interface Place {
  readonly region: string
  readonly zone: string
}

/** How much healthy capacity of one zone may be out now, and the sums that say so. */
export interface Allowance {
  /** Healthy capacity that may be taken out on top of what is not healthy already. */
  readonly maxOut: number
  /** The sums in words, for people. */
  readonly reason: string
}

/** What is left when the zone that hurts most dies. */
export interface WorstLoss {
  readonly zone: string
  readonly healthy: number
}

export const placeName = (place: Place): string => `${place.region}/${place.zone}`

/** One order for zones everywhere: by region, then zone, by code unit. */
export function comparePlaces(a: Place, b: Place): number {
  return compareText(a.region, b.region) || compareText(a.zone, b.zone)
}

/** Order by code unit: the same on every machine, whatever its locale. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export const weightOf = (unit: UnitObservation): number => unit.weight ?? 1

export const weightOfAll = (units: readonly UnitObservation[]): number =>
  units.reduce((sum, unit) => sum + weightOf(unit), 0)

/** Whether traffic was shifted away from a zone: what stands there carries nothing. */
export const isShifted = ({ shifted = [] }: Observation, place: Place): boolean =>
  shifted.some((away) => away.region === place.region && away.zone === place.zone)

/**
 * Healthy capacity by zone, every zone that has a unit named, in {@link comparePlaces} order. A zone
 * whose traffic was shifted away carries nothing, however healthy its units are.
 */
export function zoneHealth(observation: Observation): ZoneHealth[] {
  const zones = new Map<string, { region: string; zone: string; healthy: number }>()
  for (const unit of observation.units) {
    const key = `${unit.region}\0${unit.zone}`
    const zone = zones.get(key) ?? { region: unit.region, zone: unit.zone, healthy: 0 }
    if (unit.health === 'healthy') zone.healthy += weightOf(unit)
    zones.set(key, zone)
  }
  return [...zones.values()]
    .map((zone) => (isShifted(observation, zone) ? { ...zone, healthy: 0 } : zone))
    .sort(comparePlaces)
}

export const totalHealthy = (zones: readonly ZoneHealth[]): number =>
  zones.reduce((sum, zone) => sum + zone.healthy, 0)

/** Capacity with the worst zone gone; with one zone alone the law does not apply and nothing is lost. */
export function worstLoss(zones: readonly ZoneHealth[]): WorstLoss {
  const total = totalHealthy(zones)
  const fullest = [...zones].sort((a, b) => b.healthy - a.healthy)[0]
  if (!fullest || zones.length === 1) return { zone: 'none', healthy: total }
  return { zone: placeName(fullest), healthy: total - fullest.healthy }
}

/**
 * The zone invariant (DESIGN §6): with H_z healthy per zone and R required, at most
 * `min(H_a, min over k≠a of (Σ_{z≠k} H_z) − R)` of zone a may be out at once, and only if
 * `Σ_{z≠a} H_z ≥ R`. A region of one zone cannot survive its loss; there the limit is H − R.
 *
 * @param zones healthy capacity of every zone of the region
 * @param at the zone to take units from
 * @param required R, healthy capacity that must remain with any one zone gone
 */
export function zoneAllowance(
  zones: readonly ZoneHealth[],
  at: Place,
  required: number,
): Allowance {
  const name = placeName(at)
  const own = zones.find((zone) => placeName(zone) === name)?.healthy ?? 0
  const total = totalHealthy(zones)
  if (own === 0) return { maxOut: 0, reason: `${name} has no healthy unit to take out` }
  if (zones.length === 1) return singleZone(name, total, required)
  if (total - own < required) {
    return {
      maxOut: 0,
      reason: `without ${name}: ${total} − ${own} = ${total - own} healthy, ${required} required`,
    }
  }
  const worst = fullestBeside(zones, at)
  const spare = total - worst.healthy - required
  const sums = `without ${placeName(worst)}: ${total} − ${worst.healthy} = ${total - worst.healthy} healthy, minus ${required} required`
  if (spare <= 0)
    return { maxOut: 0, reason: `${sums} leaves ${spare}: none of ${name} may be out` }
  return spare < own
    ? { maxOut: spare, reason: `${sums} leaves ${spare}` }
    : { maxOut: own, reason: `${sums} leaves ${spare}; ${name} has ${own}` }
}

function fullestBeside(zones: readonly ZoneHealth[], at: Place): ZoneHealth {
  const others = zones.filter((zone) => placeName(zone) !== placeName(at))
  return others.reduce(
    (a, b) => (b.healthy > a.healthy ? b : a),
    others[0] ?? { ...at, healthy: 0 },
  )
}

function singleZone(name: string, total: number, required: number): Allowance {
  const spare = Math.max(0, total - required)
  return {
    maxOut: Math.min(total, spare),
    reason: `one zone, ${name}: ${total} healthy − ${required} required = ${total - required}`,
  }
}

/** The same fleet with `extra` more healthy capacity in one zone, as a surge would leave it. */
export const withExtra = (zones: readonly ZoneHealth[], at: Place, extra: number): ZoneHealth[] =>
  zones.map((zone) =>
    placeName(zone) === placeName(at) ? { ...zone, healthy: zone.healthy + extra } : zone,
  )
