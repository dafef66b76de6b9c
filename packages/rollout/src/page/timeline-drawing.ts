import { fit } from '../plain-text.ts'
import type { RolloutDecision } from '../progress.ts'
import { drawCapacity, drawRates } from './curves.ts'
import { type Markup, html, nothing } from './markup.ts'
import { drawMetric } from './metric-drawing.ts'
import type { MetricCurve, RolloutChapter, RolloutRecord } from './record.ts'
import { FRAME, type Timeline, byRegion, elapsed, ticks } from './timeline.ts'
import { type Panel, drawUnitLanes } from './unit-lanes.ts'

/** What the colours and lines of the drawing mean. */
export function legend(timeline: Timeline): Markup {
  const swatch = (look: string) =>
    html`<svg width="14" height="11" aria-hidden="true">
      <rect class="unit ${look}" width="14" height="11" rx="2" />
    </svg>`
  const stroke = (look: string) =>
    html`<svg width="20" height="11" aria-hidden="true">
      <path class="line ${look}" d="M0 5.5H20" />
    </svg>`
  const items = [
    ...timeline.versions.map((version) => {
      const side = timeline.side(version)
      return html`<li>
        ${swatch(timeline.colour(version))}${timeline.name(version)}${side && ` (${side})`}
      </li>`
    }),
    html`<li>${swatch('changing')}changing</li>`,
    html`<li>${swatch('down')}down</li>`,
    ...rareMarks(timeline).map(({ look, name }) => html`<li>${swatch(look)}${name}</li>`),
    html`<li>${stroke('healthy')}healthy, or a metric of the control</li>`,
    html`<li>${stroke('left')}with the fullest zone gone</li>`,
    html`<li>${stroke('required')}required, or the limit of a metric</li>`,
  ]
  return html`<ul class="legend">
    ${items}
  </ul>`
}

/** What is rare is explained only where it is seen. */
function rareMarks({ samples, versions, colour }: Timeline): { look: string; name: string }[] {
  const zones = samples.flatMap((sample) => sample.zones)
  const any = colour(versions[0] ?? null)
  return [
    ...(zones.some((zone) => zone.units.some((unit) => unit.surplus === true))
      ? [{ look: `${any} surplus`, name: 'added by a surge' }]
      : []),
    ...(zones.some((zone) => zone.shifted === true)
      ? [{ look: `${any} away`, name: 'zone shifted away, no traffic' }]
      : []),
  ]
}

const PANEL_GAP = 16

/** All panels over one time axis, with chapters as bands and decisions as marks. */
export function drawTimeline(record: RolloutRecord, timeline: Timeline): Markup {
  const panels = panelsOf(timeline, record.curves ?? [])
  const { chapters = [], decisions } = record
  const top = (chapters.length > 0 ? 22 : 0) + (decisions.length > 0 ? 18 : 4)
  const bottom = panels.reduce((y, panel) => y + panel.height + PANEL_GAP, top)
  const bands = chapters.map((chapter, at) => drawChapter(chapter, at, timeline, bottom))
  const marks = decisions
    .filter((decision) => decision.kind !== 'batch')
    .map((decision) => drawMark(decision, timeline, top, bottom))
  return html`<svg
    class="timeline"
    viewBox="0 0 ${FRAME.width} ${bottom + 18}"
    role="img"
    aria-label="Units, capacity, requests, errors and metrics over time"
  >
    <defs>
      <pattern
        id="hatch"
        width="6"
        height="6"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect class="hatch-ground" width="6" height="6" />
        <line class="hatch-line" x1="0" y1="0" x2="0" y2="6" />
      </pattern>
    </defs>
    ${bands}${drawAxis(timeline, top, bottom)}${stack(panels, top)}${marks}
  </svg>`
}

/** Every region by itself, its name above it. */
function panelsOf(timeline: Timeline, curves: readonly MetricCurve[]): readonly Panel[] {
  return byRegion(timeline).flatMap(([region, own], at) => [
    regionTitle(region, at > 0),
    drawUnitLanes(own),
    drawCapacity(own),
    drawRates(own, 'requests', 'no traffic on record'),
    drawRates(own, 'errors', 'no request failed'),
    ...curves
      .filter((curve) => region.split(' + ').includes(curve.region))
      .map((curve) => drawMetric(curve, own)),
  ])
}

const regionTitle = (region: string, rule: boolean): Panel => ({
  height: 14,
  body: html`${
      rule
        ? html`<line class="region" x1="0" x2="${FRAME.width - FRAME.right}" y1="-6" y2="-6" />`
        : nothing
    }<text class="region" x="0" y="12">${fit(region, 120)}</text>`,
})

function stack(panels: readonly Panel[], top: number): Markup[] {
  let y = top
  return panels.map((panel) => {
    const drawn = html`<g transform="translate(0 ${y})">${panel.body}</g>`
    y += panel.height + PANEL_GAP
    return drawn
  })
}

function drawAxis(timeline: Timeline, top: number, bottom: number): Markup[] {
  return ticks(timeline).map((at) => {
    const x = timeline.x(at)
    return html`<line class="time" x1="${x}" x2="${x}" y1="${top}" y2="${bottom - 4}" /><text
        class="tick"
        x="${x}"
        y="${bottom + 10}"
        text-anchor="middle"
        >${elapsed(timeline, at)}</text
      >`
  })
}

function drawChapter(
  { name, from, to, holds }: RolloutChapter,
  index: number,
  timeline: Timeline,
  bottom: number,
): Markup {
  const x = timeline.x(from)
  const width = Math.max(2, timeline.x(to) - x)
  const sign = holds ? '✓' : '✗'
  const room = Math.floor(width / 6.6)
  const whole = `${sign} ${index + 1} ${name}`
  const short = room >= 3 ? `${sign} ${index + 1}` : `${index + 1}`
  const label = whole.length <= room || room >= 12 ? fit(whole, room) : short
  const band =
    index % 2 === 0 || !holds
      ? html`<rect
          class="band ${holds ? '' : 'bad'}"
          x="${x}"
          y="0"
          width="${width}"
          height="${bottom - 4}"
        />`
      : nothing
  return html`${band}<text class="chapter ${holds ? 'good' : 'bad'}" x="${x + 4}" y="14"
      >${label}<title>${name}</title></text
    >`
}

function drawMark(
  { at, tone, text }: RolloutDecision,
  timeline: Timeline,
  top: number,
  bottom: number,
): Markup {
  const x = timeline.x(at)
  const line =
    tone === 'bad'
      ? html`<line
          class="mark bad"
          x1="${x}"
          x2="${x}"
          y1="${top - 6}"
          y2="${bottom - 4}"
          opacity=".45"
        />`
      : nothing
  return html`<g
    >${line}<path class="mark ${tone}" d="M${x - 4} ${top - 13}h8l-4 7z"
      ><title>${elapsed(timeline, at)} ${text}</title></path
    ></g
  >`
}
