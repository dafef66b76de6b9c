import { fit } from '../plain-text.ts'
import { placeName } from '../zone-capacity.ts'
import { type Markup, html } from './markup.ts'
import type { RecordedSample, RecordedUnit } from './record.ts'
import { FRAME, type Timeline, elapsed, runsOf } from './timeline.ts'

/** A part of the drawing with its height, so that parts can be stacked. */
export interface Panel {
  readonly height: number
  /** Drawn with its top at 0. */
  readonly body: Markup
}

/** More units than this are drawn as one band a zone: single lanes would be thinner than a line. */
export const MOST_LANES = 60
const LANE = { height: 11, gap: 3 } as const
const ZONE_GAP = 10
/** What fits left of the lanes. */
const MOST_LETTERS = 15
const BAND = 34

/** The units of every zone over time, coloured by build, hatched while they change, red while down. */
export function drawUnitLanes(timeline: Timeline): Panel {
  const zones = namesOf(timeline)
  const several = new Set([...zones.keys()].map((place) => place.split('/')[0])).size > 1
  const units = Math.max(...timeline.samples.map(unitsOf), 0)
  const parts: Markup[] = []
  let top = 4
  for (const [name, ids] of zones) {
    const height = units <= MOST_LANES ? ids.length * (LANE.height + LANE.gap) - LANE.gap : BAND
    parts.push(
      html`<text class="label" x="${FRAME.left - 12}" y="${top + height / 2 + 4}" text-anchor="end"
        >${fit(several ? name : zoneName(name), MOST_LETTERS)}<title>${name}</title></text
      >`,
    )
    parts.push(
      ...(units <= MOST_LANES
        ? ids.map((id, at) => drawLane(timeline, name, id, top + at * (LANE.height + LANE.gap)))
        : drawBand(timeline, name, top)),
    )
    top += height + ZONE_GAP
  }
  return { height: top, body: html`${parts}` }
}

/** The region is said above the lanes. */
const zoneName = (place: string): string => place.slice(place.indexOf('/') + 1)

const unitsOf = ({ zones }: RecordedSample): number =>
  zones.reduce((sum, zone) => sum + zone.total, 0)

function namesOf({ samples }: Timeline): Map<string, string[]> {
  const zones = new Map<string, Set<string>>()
  for (const zone of samples.flatMap((sample) => sample.zones)) {
    const ids = zones.get(placeName(zone)) ?? new Set()
    for (const unit of zone.units) ids.add(unit.id)
    zones.set(placeName(zone), ids)
  }
  return new Map([...zones].map(([name, ids]) => [name, [...ids].sort()]))
}

const zoneNamed = (zones: RecordedSample['zones'], name: string) =>
  zones.find((zone) => placeName(zone) === name)

function looks(unit: RecordedUnit, timeline: Timeline): string {
  if (unit.health === 'healthy') return timeline.colour(unit.version)
  return unit.health === 'starting' || unit.health === 'draining' ? 'changing' : 'down'
}

function drawLane(timeline: Timeline, zone: string, id: string, y: number): Markup {
  const runs = runsOf(timeline, (sample) => {
    const place = zoneNamed(sample.zones, zone)
    const unit = place?.units.find((each) => each.id === id)
    return unit && `${classesOf(unit, place, timeline)}|${about(unit, place, timeline)}`
  })
  const rects = runs.map(({ from, to, value }) => {
    const look = value.slice(0, value.indexOf('|'))
    const words = value.slice(value.indexOf('|') + 1)
    const width = Math.max(0.8, timeline.x(to) - timeline.x(from))
    return html`<rect
      class="unit ${look}"
      x="${timeline.x(from)}"
      y="${y}"
      width="${width}"
      height="${LANE.height}"
      ><title>${id}, ${elapsed(timeline, from)}–${elapsed(timeline, to)}: ${words}</title></rect
    >`
  })
  return html`<rect
      class="lane"
      x="${FRAME.left}"
      y="${y}"
      width="${FRAME.width - FRAME.left - FRAME.right}"
      height="${LANE.height}"
      rx="2"
    />${rects}`
}

type RecordedZone = RecordedSample['zones'][number]

/** Added by a surge: outlined; in a zone without traffic: faded. */
const classesOf = (
  unit: RecordedUnit,
  zone: RecordedZone | undefined,
  timeline: Timeline,
): string =>
  [
    looks(unit, timeline),
    ...(unit.surplus === true ? ['surplus'] : []),
    ...(zone?.shifted === true ? ['away'] : []),
  ].join(' ')

const about = (unit: RecordedUnit, zone: RecordedZone | undefined, timeline: Timeline): string =>
  [
    unit.health,
    ...(unit.version ? [timeline.name(unit.version)] : []),
    ...(unit.surplus === true ? ['added by a surge'] : []),
    ...(zone?.shifted === true ? ['zone shifted away, no traffic'] : []),
  ].join(', ')

/** One zone as shares: builds from below, what changes and what is down on top. */
function drawBand(timeline: Timeline, name: string, top: number): Markup[] {
  const order = [
    ...timeline.versions.map((version) => timeline.colour(version)),
    'changing',
    'down',
  ]
  const runs = runsOf(timeline, (sample) => {
    const zone = zoneNamed(sample.zones, name)
    if (!zone) return undefined
    const counts = new Map<string, number>()
    for (const unit of zone.units) {
      const look = looks(unit, timeline)
      counts.set(look, (counts.get(look) ?? 0) + (unit.count ?? 1))
    }
    return [...new Set(order)]
      .map((look) => `${look}:${(counts.get(look) ?? 0) / Math.max(1, zone.total)}`)
      .join(' ')
  })
  return runs.flatMap(({ from, to, value }) => {
    let y = top + BAND
    return value.split(' ').map((part) => {
      const [look = '', share = '0'] = part.split(':')
      const height = Number(share) * BAND
      y -= height
      return html`<rect
        class="unit ${look}"
        x="${timeline.x(from)}"
        y="${y}"
        width="${Math.max(0.8, timeline.x(to) - timeline.x(from))}"
        height="${height}"
      />`
    })
  })
}
