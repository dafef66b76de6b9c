import type { UnitId, UnitObservation } from '../fleet.ts'
import { type Place, comparePlaces, compareText, placeName, weightOf } from '../zone-capacity.ts'
import type { Lane } from './plan.ts'

/** Units of one zone that a wave changes. */
interface WaveStage extends Place {
  readonly units: readonly UnitId[]
}

/** A wave before its bake is known: name, and the units it changes. */
export interface WaveShape {
  readonly name: string
  readonly stages: readonly WaveStage[]
  /** It ends with, or before, the gate after the first zone. */
  readonly evacuable: boolean
}

export interface WaveRules {
  readonly lane: Lane
  /** The engine cannot change a part of a zone: its first zone is one wave. */
  readonly wholeZones: boolean
  /** Zones without traffic: placed last, since nothing could be learned from them. */
  readonly away: readonly Place[]
}

/** At most this part of a region before a whole zone is trusted to the release. */
const SECOND_WAVE_SHARE = 0.1

interface ZoneUnits extends Place {
  readonly units: readonly UnitObservation[]
}

function unitsByZone(units: readonly UnitObservation[], away: readonly Place[] = []): ZoneUnits[] {
  const isAway = (place: Place) => away.some((one) => placeName(one) === placeName(place))
  return [...Map.groupBy(units, (unit) => unit.zone).values()]
    .flatMap((own) => {
      const [first] = own
      const sorted = own.toSorted((a, b) => compareText(a.id, b.id))
      return first === undefined ? [] : [{ region: first.region, zone: first.zone, units: sorted }]
    })
    .sort((a, b) => Number(isAway(a)) - Number(isAway(b)) || comparePlaces(a, b))
}

const stageOf = ({ region, zone }: Place, units: readonly UnitObservation[]): WaveStage => ({
  region,
  zone,
  units: units.map((unit) => unit.id),
})

/** How many of a zone's first units make up at most a tenth of the region's capacity, one at least. */
function tenthOf(zone: ZoneUnits, region: readonly UnitObservation[]): number {
  const most = SECOND_WAVE_SHARE * region.reduce((sum, unit) => sum + weightOf(unit), 0)
  let sum = 0
  const over = zone.units.findIndex((unit) => (sum += weightOf(unit)) > most)
  return Math.max(1, over === -1 ? zone.units.length : over)
}

/** The first zone in growing steps: one unit, at most a tenth of the region, the rest of the zone. */
function firstZoneWaves(
  zone: ZoneUnits,
  region: readonly UnitObservation[],
  { lane, wholeZones }: WaveRules,
): WaveShape[] {
  if (wholeZones)
    return [{ name: `zone ${zone.zone}`, stages: [stageOf(zone, zone.units)], evacuable: true }]
  const tenth = lane === 'hotfix' ? 1 : tenthOf(zone, region)
  const steps = [
    { name: 'canary', units: zone.units.slice(0, 1) },
    { name: 'ten percent', units: zone.units.slice(1, tenth) },
    { name: `rest of zone ${zone.zone}`, units: zone.units.slice(tenth) },
  ]
  return steps
    .filter((step) => step.units.length > 0)
    .map(({ name, units }) => ({ name, stages: [stageOf(zone, units)], evacuable: true }))
}

/**
 * The order in which one region is changed (DESIGN §6): one unit, at most 10 %, the rest of that zone,
 * then the other zones one by one. The hotfix lane has three waves: one unit, the rest of its zone,
 * all other zones. A zone whose traffic is shifted away comes last. Independent of what runs where, so that a rollout that starts again walks the same way.
 */
export function shapeWaves(units: readonly UnitObservation[], rules: WaveRules): WaveShape[] {
  const [first, ...others] = unitsByZone(units, rules.away)
  if (!first) return []
  const rest = others.map((zone) => stageOf(zone, zone.units))
  const later: WaveShape[] =
    rules.lane === 'hotfix' && rest.length > 0
      ? [{ name: 'other zones', stages: rest, evacuable: false }]
      : rest.map((stage) => ({ name: `zone ${stage.zone}`, stages: [stage], evacuable: false }))
  return [...firstZoneWaves(first, units, rules), ...later]
}

/** The waves of a first release: zone by zone, all units of a zone at once. */
export const shapeInitialWaves = (
  units: readonly UnitObservation[],
  away: readonly Place[],
): WaveShape[] =>
  unitsByZone(units, away).map((zone) => ({
    name: `zone ${zone.zone}`,
    stages: [stageOf(zone, zone.units)],
    evacuable: false,
  }))

/** One wave of units that are down, all zones at once; none where none are. */
export const shapeRepairs = (down: readonly UnitObservation[]): WaveShape[] =>
  down.length === 0
    ? []
    : [
        {
          name: 'units that are down',
          stages: unitsByZone(down).map((zone) => stageOf(zone, zone.units)),
          evacuable: true,
        },
      ]

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
