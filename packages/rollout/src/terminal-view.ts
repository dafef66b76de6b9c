import { styleText } from 'node:util'
import type { TrafficCount } from './fleet.ts'
import { fit, lengthOf, plainLine } from './plain-text.ts'
import type { BakeView, FleetSample, RolloutProgress, ZoneSample } from './progress.ts'
import { percent, shortCommit } from './refusals.ts'

export interface ViewOptions {
  /** Columns of the terminal. */
  readonly width: number
  readonly colour: boolean
}

type Colour = 'green' | 'cyan' | 'red' | 'yellow' | 'dim' | 'bold'
interface Piece {
  readonly text: string
  readonly colour?: Colour
}

type UnitSample = ZoneSample['units'][number]

/** One region now, and what it is compared with. */
export interface RegionView {
  readonly sample: FleetSample
  /** When the rollout was first seen: requests are counted from there. */
  readonly first: FleetSample
  /** Some seconds ago: rates are of the time since. */
  readonly before: FleetSample
  /** What is said of the wave that bakes; undefined where none does. */
  readonly bake: BakeView | undefined
}

/**
 * Regions as lines for a live view: zones and their units, capacity against what is required, requests
 * and errors of both releases, and what the bake waits for. No line is wider than `width`.
 */
export function viewRegions(regions: readonly RegionView[], options: ViewOptions): string[] {
  const places = regions.flatMap(({ sample }) => sample.zones)
  const name = Math.min(
    24,
    Math.max(...places.map((zone) => zone.region.length + zone.zone.length + 1), 16),
  )
  const lines: Piece[][] = [
    ...regions.flatMap((region) => regionLines(region, name, options.width)),
    [{ text: '█ new  ░ old  ◌ changing  × down', colour: 'dim' }],
  ]
  return lines.map((line) => render(line, options))
}

function regionLines(view: RegionView, name: number, width: number): Piece[][] {
  const { sample, bake } = view
  return [
    [{ text: `${shortCommit(sample.release)}  `, colour: 'bold' }, { text: sample.phase }],
    ...sample.zones.map((zone) => zoneLine(zone, sample, name, width)),
    capacityLine(sample, name),
    ...sample.traffic.map((count) => trafficLine(count, view, name)),
    ...(bake === undefined ? [] : bakeLines(bake, name)),
  ]
}

const SAID = {
  good: { word: 'good', colour: 'green' },
  bad: { word: 'bad', colour: 'red' },
  'not-yet': { word: 'not yet', colour: 'yellow' },
  inconclusive: { word: 'inconclusive', colour: 'red' },
} as const satisfies Record<BakeView['kind'], { readonly word: string; readonly colour: Colour }>

/** More metrics than this would push the zones off the screen. */
const MOST_METRICS = 6

function bakeLines({ kind, why, metrics }: BakeView, name: number): Piece[][] {
  const line = (title: string, said: BakeView['kind'], text: string): Piece[] => [
    { text: `${fit(title, name).padEnd(name)}  ` },
    { text: SAID[said].word, colour: SAID[said].colour },
    { text: `: ${text}` },
  ]
  return [
    line('bake', kind, why),
    ...metrics.slice(0, MOST_METRICS).map((one) => line(one.metric, one.kind, one.why)),
  ]
}

function zoneLine(zone: ZoneSample, sample: FleetSample, name: number, width: number): Piece[] {
  const label = fit(`${zone.region}/${zone.zone}`, name).padEnd(name)
  const fresh = zone.units.filter(({ version }) => version === sample.release).length
  const count = `${stateOf(zone)}, ${fresh} new${beyond(zone)}`
  const room = Math.max(4, width - name - count.length - 4)
  const step = Math.max(1, zone.total / room)
  const shown = Array.from(
    { length: Math.min(zone.total, room) },
    (_, at) => zone.units[Math.floor(at * step)],
  )
  const blocks = shown.flatMap((unit) => (unit ? [block(unit, sample)] : []))
  const colour = zone.healthy < zone.total ? { colour: 'yellow' as const } : {}
  return [{ text: `${label}  ` }, ...blocks, { text: `  ${count}`, ...colour }]
}

/** What is shifted away carries nothing, however healthy it is. */
const stateOf = ({ shifted, healthy, total }: ZoneSample): string =>
  shifted === true ? 'shifted away: no traffic' : `${healthy}/${total} healthy`

function beyond({ units }: ZoneSample): string {
  const surplus = units.filter((unit) => unit.surplus === true).length
  return surplus === 0 ? '' : `, ${surplus} by surge`
}

const STATE_BLOCKS = {
  starting: { text: '◌', colour: 'yellow' },
  draining: { text: '◌', colour: 'yellow' },
  unhealthy: { text: '×', colour: 'red' },
  stopped: { text: '×', colour: 'red' },
} as const satisfies Record<Exclude<UnitSample['health'], 'healthy'>, Piece>

function block(unit: UnitSample, { release }: FleetSample): Piece {
  if (unit.health !== 'healthy') return STATE_BLOCKS[unit.health]
  return unit.version === release ? { text: '█', colour: 'green' } : { text: '░', colour: 'cyan' }
}

function capacityLine(sample: FleetSample, name: number): Piece[] {
  const holds = sample.afterWorstLoss >= sample.required
  const sums = `${sample.afterWorstLoss} ${holds ? '≥' : '<'} ${sample.required} required`
  const loss = sample.worstZone === 'none' ? '' : ` with ${sample.worstZone} gone`
  return [
    { text: `${'capacity'.padEnd(name)}  ` },
    { text: `${sums}${loss}`, colour: holds ? 'green' : 'red' },
  ]
}

function trafficLine(count: TrafficCount, view: RegionView, name: number): Piece[] {
  const { sample, first, before } = view
  const side = count.version === sample.release ? 'new' : 'old'
  const lately = growth(count, before)
  const whole = growth(count, first)
  const seconds = (sample.at - before.at) / 1000
  const rate = seconds > 0 ? `${grouped(Math.round(lately.requests / seconds))}/s` : ''
  const share = lately.requests > 0 ? `${percent(lately.errors / lately.requests)} errors` : ''
  const bad = { colour: 'red' as const }
  return [
    { text: `${side} ${shortCommit(count.version)}`.padEnd(name + 2) },
    { text: rate === '' ? '' : `${rate}, ` },
    { text: share === '' ? '' : share, ...(lately.errors > 0 ? bad : {}) },
    { text: share === '' ? '' : '; ' },
    { text: `${grouped(whole.requests)} requests since the start, ` },
    { text: `${grouped(whole.errors)} failed`, ...(whole.errors > 0 ? bad : {}) },
  ]
}

/** What a counter has grown by; one that fell was reset and counts from nothing. */
function growth(
  { version, requests, errors }: TrafficCount,
  since: FleetSample,
): Pick<TrafficCount, 'requests' | 'errors'> {
  const was = since.traffic.find((count) => count.version === version)
  const from = was === undefined || was.requests > requests ? { requests: 0, errors: 0 } : was
  return { requests: requests - from.requests, errors: Math.max(0, errors - from.errors) }
}

const grouped = (count: number): string => count.toString().replace(/\B(?=(?:\d{3})+$)/g, ',')

function render(pieces: readonly Piece[], { width, colour }: ViewOptions): string {
  let left = width
  return pieces
    .map((piece) => {
      const text = fit(plainLine(piece.text), left)
      left -= lengthOf(text)
      return colour && piece.colour && text !== ''
        ? styleText(piece.colour, text, { validateStream: false })
        : text
    })
    .join('')
    .trimEnd()
}

/** A progress event as one line, for a pipe or a log: time in UTC, what, why. */
export function viewLine(progress: RolloutProgress): string {
  if (progress.kind === 'decision') {
    const { at, kind, text, findings } = progress.decision
    const reasons = findings.map(
      (finding) => ` [${finding.code}] ${finding.subject}: ${finding.message}`,
    )
    return plainLine(`${clockTime(at)} ${kind.padEnd(8)} ${text}${reasons.join(';')}`)
  }
  if (progress.kind === 'step') {
    const { at, unit, note } = progress.step
    return plainLine(
      `${clockTime(at)} ${'step'.padEnd(8)} ${unit === null ? '' : `${unit}: `}${note}`,
    )
  }
  if (progress.kind === 'bake') {
    const { at, region, wave, kind, why } = progress.bake
    return plainLine(`${clockTime(at)} ${'bake'.padEnd(8)} ${region} ${wave}: ${kind}: ${why}`)
  }
  const { at, phase, healthy, afterWorstLoss, required, traffic } = progress.sample
  const requests = traffic.reduce((sum, count) => sum + count.requests, 0)
  const errors = traffic.reduce((sum, count) => sum + count.errors, 0)
  return plainLine(
    `${clockTime(at)} ${'sample'.padEnd(8)} ${phase}: ${healthy} healthy, ${afterWorstLoss} with the worst zone gone, ${required} required; ${requests} requests, ${errors} failed`,
  )
}

const clockTime = (at: number): string => new Date(at).toISOString().slice(11, 19)
