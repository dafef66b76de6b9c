import type { UnitObservation } from './fleet.ts'

/** Healthy units of one zone, as last observed. */
export interface ZoneHealth {
  readonly region: string
  readonly zone: string
  readonly healthy: number
}

/** Where a unit stands. A zone name is only unique within its region. */
export interface Place {
  readonly region: string
  readonly zone: string
}

/** How many healthy units of one zone may be out now, and the sums that say so. */
export interface Allowance {
  /** Healthy units that may be taken out on top of those that are not healthy already. */
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

/** Healthy units by zone, every zone that has a unit named, in {@link comparePlaces} order. */
export function zoneHealth(units: readonly UnitObservation[]): ZoneHealth[] {
  const zones = new Map<string, { region: string; zone: string; healthy: number }>()
  for (const unit of units) {
    const key = `${unit.region}\0${unit.zone}`
    const zone = zones.get(key) ?? { region: unit.region, zone: unit.zone, healthy: 0 }
    if (unit.health === 'healthy') zone.healthy += 1
    zones.set(key, zone)
  }
  return [...zones.values()].sort(comparePlaces)
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
 * `min(H_a, min over k≠a of (Σ_{z≠k} H_z) − R)` units of zone a may be out at once, and only if
 * `Σ_{z≠a} H_z ≥ R`. A fleet of one zone cannot survive its loss; there the limit is H − R.
 *
 * @param zones healthy units of every zone of the environment
 * @param at the zone to take units from
 * @param required R, healthy units that must remain with any one zone gone
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
  const others = zones.filter((zone) => placeName(zone) !== name)
  const worst = others.reduce(
    (a, b) => (b.healthy > a.healthy ? b : a),
    others[0] ?? { ...at, healthy: 0 },
  )
  const spare = total - worst.healthy - required
  const sums = `without ${placeName(worst)}: ${total} − ${worst.healthy} = ${total - worst.healthy} healthy, minus ${required} required`
  if (spare <= 0)
    return { maxOut: 0, reason: `${sums} leaves ${spare}: none of ${name} may be out` }
  return spare < own
    ? { maxOut: spare, reason: `${sums} leaves ${spare}` }
    : { maxOut: own, reason: `${sums} leaves ${spare}; ${name} has ${own}` }
}

function singleZone(name: string, total: number, required: number): Allowance {
  const spare = Math.max(0, total - required)
  return {
    maxOut: Math.min(total, spare),
    reason: `one zone, ${name}: ${total} healthy − ${required} required = ${total - required}`,
  }
}
