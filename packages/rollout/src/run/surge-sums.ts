import type { Observation, UnitId, UnitObservation } from '../fleet.ts'
import {
  type Place,
  placeName,
  totalHealthy,
  weightOf,
  worstLoss,
  zoneHealth,
} from '../zone-capacity.ts'
import { type BatchRules, type Wait, allowanceNow } from './next-batch.ts'

/** Units beyond a zone's own that a surge added, whoever added them. */
export const surplusAt = ({ units }: Observation, place: Place): readonly UnitObservation[] =>
  units.filter((unit) => unit.surplus === true && placeName(unit) === placeName(place))

/**
 * Whether as many units beyond its own would let one of `open` be taken out where the sums allow none.
 * They are counted as old: they run the release before.
 *
 * @param most units that the zone may have beyond its own; those that serve already count with them
 */
export function wouldSurgeHelp(
  seen: Observation,
  place: Place,
  open: readonly UnitObservation[],
  { rules, most }: { readonly rules: BatchRules; readonly most: number },
): boolean {
  const there = surplusAt(seen, place).filter(({ health }) => health === 'healthy').length
  if (most <= there || open.length === 0) return false
  const smallest = Math.min(...open.map(weightOf))
  const extra = Array.from({ length: most - there }, (_, at) => imagined(place, at))
  const lifted = allowanceNow({ ...seen, units: [...seen.units, ...extra] }, place, rules)
  return lifted.maxOut >= smallest
}

const imagined = ({ region, zone }: Place, at: number): UnitObservation => ({
  id: `${region}/${zone}/imagined ${at + 1}` as UnitId,
  region,
  zone,
  version: null,
  health: 'healthy',
  surplus: true,
})

/**
 * Why a zone's surplus may not be taken away now; undefined when it may. Where another zone was lost
 * meanwhile it may be what carries the load, so it stays until the sums hold without it.
 */
export function surplusNeeded(seen: Observation, place: Place, required: number): Wait | undefined {
  const going = new Set(surplusAt(seen, place).map(({ id }) => id))
  const now = zoneHealth(seen)
  const units = seen.units.filter(({ id }) => !going.has(id))
  const after = zoneHealth({ ...seen, units })
  const losses = [worstLoss(now).healthy, totalHealthy(now)]
  const left = [worstLoss(after).healthy, totalHealthy(after)]
  const breaks = left.some((healthy, at) => healthy < required && healthy < (losses[at] ?? 0))
  if (!breaks) return undefined
  const reason = `without the surge of ${placeName(place)} ${left[1]} would be healthy, ${left[0]} with ${worstLoss(after).zone} gone; ${required} required`
  return { why: 'capacity', reason }
}
