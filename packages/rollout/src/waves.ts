import type { UnitId, UnitObservation } from './fleet.ts'
import { type Place, comparePlaces, compareText } from './zone-capacity.ts'

/** Units of one zone that a wave changes. */
interface WaveStage extends Place {
  readonly units: readonly UnitId[]
}

/** A wave before its bake is known: name, and the units it changes. */
export interface WaveShape {
  readonly name: string
  readonly stages: readonly WaveStage[]
}

/** At most this part of the fleet before a whole zone is trusted to the release. */
const SECOND_WAVE_SHARE = 0.1

interface ZoneUnits extends Place {
  readonly units: UnitId[]
}

function unitsByZone(units: readonly UnitObservation[]): ZoneUnits[] {
  const zones = new Map<string, ZoneUnits>()
  for (const unit of units) {
    const key = `${unit.region}\0${unit.zone}`
    const zone = zones.get(key) ?? { region: unit.region, zone: unit.zone, units: [] }
    zone.units.push(unit.id)
    zones.set(key, zone)
  }
  for (const zone of zones.values()) zone.units.sort(compareText)
  return [...zones.values()].sort(comparePlaces)
}

const wholeZone = (zone: ZoneUnits, several: boolean): WaveShape => ({
  name: several ? `zone ${zone.region}/${zone.zone}` : `zone ${zone.zone}`,
  stages: [{ region: zone.region, zone: zone.zone, units: zone.units }],
})

/** The first zone in growing steps: one unit, at most a tenth of the fleet, the rest of the zone. */
function firstZoneWaves(zone: ZoneUnits, fleet: number, several: boolean): WaveShape[] {
  const tenth = Math.min(zone.units.length, Math.max(1, Math.floor(fleet * SECOND_WAVE_SHARE)))
  const steps = [
    { name: 'canary', units: zone.units.slice(0, 1) },
    { name: 'ten percent', units: zone.units.slice(1, tenth) },
    { name: `rest of ${wholeZone(zone, several).name}`, units: zone.units.slice(tenth) },
  ]
  return steps
    .filter((step) => step.units.length > 0)
    .map(({ name, units }) => ({ name, stages: [{ region: zone.region, zone: zone.zone, units }] }))
}

/**
 * The order in which a fleet is changed (DESIGN §6): one unit, at most 10 %, the rest of that zone,
 * each other zone of the region, then the next region zone by zone. Independent of what runs where,
 * so that a rollout that starts again walks the same way.
 */
export function shapeWaves(units: readonly UnitObservation[]): WaveShape[] {
  const [first, ...others] = unitsByZone(units)
  if (!first) return []
  const several = others.some((zone) => zone.region !== first.region)
  return [
    ...firstZoneWaves(first, units.length, several),
    ...others.map((zone) => wholeZone(zone, several)),
  ]
}

/** The waves of a first release: zone by zone, all units of a zone at once. */
export function shapeInitialWaves(units: readonly UnitObservation[]): WaveShape[] {
  const zones = unitsByZone(units)
  const several = zones.some((zone) => zone.region !== zones[0]?.region)
  return zones.map((zone) => wholeZone(zone, several))
}

/**
 * Leaves out units that run the release already. A wave that is done is dropped, except the last one
 * before the first that is not: it may have been placed and never judged, so it is baked (again).
 */
export function remainingWaves(
  waves: readonly WaveShape[],
  done: ReadonlySet<UnitId>,
): WaveShape[] {
  const left = waves.map((wave) => ({
    ...wave,
    stages: wave.stages.map((stage) => ({
      ...stage,
      units: stage.units.filter((id) => !done.has(id)),
    })),
  }))
  const open = left.findIndex((wave) => wave.stages.some((stage) => stage.units.length > 0))
  const from = open === -1 ? left.length - 1 : Math.max(0, open - 1)
  return left
    .slice(from)
    .filter((wave, at) => at === 0 || wave.stages.some((stage) => stage.units.length > 0))
}
