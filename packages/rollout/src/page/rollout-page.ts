import type { RolloutDecision } from '../progress.ts'
import { fit } from '../plain-text.ts'
import { percent, span } from '../refusals.ts'
import { drawCapacity, drawRates } from './curves.ts'
import { Markup, html, nothing } from './markup.ts'
import { pageStyle } from './page-style.ts'
import type { RolloutChapter, RolloutRecord } from './record.ts'
import { FRAME, type Timeline, elapsed, layTimeline, ticks } from './timeline.ts'
import { type Panel, drawUnitLanes } from './unit-lanes.ts'

/**
 * One rollout, or several on one timeline, as a self-contained page: nothing is loaded from
 * elsewhere, no script runs, every text of the record is escaped.
 */
export function renderRolloutPage(record: RolloutRecord): string {
  const timeline = layTimeline(record)
  const { title, subtitle = '', verdict, chapters = [], decisions } = record
  const mark = { good: '✓', bad: '✗', plain: '●' }[verdict.tone]
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <title>${title}</title>
        <style>
          ${new Markup(pageStyle)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <h1>${title}</h1>
            ${subtitle ? html`<p class="subtitle">${subtitle}</p>` : nothing}
            <p class="verdict ${verdict.tone}"><span>${mark}</span><span>${verdict.text}</span></p>
          </header>
          <section class="card">${figures(record, timeline)}</section>
          <section class="card">
            <h2>Timeline</h2>
            ${legend(timeline)}
            <div class="scroll">${drawTimeline(record, timeline)}</div>
          </section>
          ${chapters.length > 0 ? chapterTable(chapters, timeline) : nothing}
          ${decisions.length > 0 ? decisionTable(decisions, timeline) : nothing}
          <footer>
            Times are minutes and seconds since
            ${new Date(timeline.from).toISOString().slice(0, 19).replace('T', ' ')} UTC.
          </footer>
        </main>
      </body>
    </html> `
  return page.text
}

function figures({ samples, decisions }: RolloutRecord, timeline: Timeline): Markup {
  const traffic = totals(timeline)
  const lowest = samples.reduce<(typeof samples)[number] | undefined>(
    (low, sample) =>
      !low || sample.afterWorstLoss - sample.required < low.afterWorstLoss - low.required
        ? sample
        : low,
    undefined,
  )
  const rate = traffic.requests > 0 ? percent(traffic.errors / traffic.requests) : 'no requests'
  const items = [
    figure('Duration', span(timeline.to - timeline.from), `${samples.length} samples`),
    figure('Requests', traffic.requests.toLocaleString('en'), 'answered while watched'),
    figure(
      'Failed',
      traffic.errors.toLocaleString('en'),
      rate,
      traffic.errors > 0 ? 'bad' : 'good',
    ),
    ...(lowest
      ? [
          figure(
            'Least capacity',
            `${lowest.afterWorstLoss} ${lowest.afterWorstLoss >= lowest.required ? '≥' : '<'} ${lowest.required}`,
            'healthy with any one zone gone, and required',
            lowest.afterWorstLoss >= lowest.required ? 'good' : 'bad',
          ),
        ]
      : []),
    figure(
      'Batches',
      `${decisions.filter((decision) => decision.kind === 'batch').length}`,
      'placed or restored',
    ),
  ]
  return html`<dl class="figures">${items}</dl>`
}

const figure = (name: string, value: string, note: string, tone = ''): Markup =>
  html`<div>
    <dt>${name}</dt>
    <dd class="${tone}">${value}<small>${note}</small></dd>
  </div>`

/** Growth of all counters over the record, resets left out. */
function totals({ samples, versions }: Timeline): { requests: number; errors: number } {
  const sum = { requests: 0, errors: 0 }
  for (const counter of ['requests', 'errors'] as const) {
    for (const version of versions) {
      const counts = samples.map(
        (sample) => sample.traffic.find((count) => count.version === version)?.[counter] ?? 0,
      )
      for (const [at, count] of counts.slice(1).entries())
        sum[counter] += Math.max(0, count - (counts[at] ?? 0))
    }
  }
  return sum
}

function legend(timeline: Timeline): Markup {
  const swatch = (look: string) =>
    html`<svg width="14" height="11" aria-hidden="true">
      <rect class="unit ${look}" width="14" height="11" rx="2" />
    </svg>`
  const stroke = (look: string) =>
    html`<svg width="20" height="11" aria-hidden="true">
      <path class="line ${look}" d="M0 5.5H20" />
    </svg>`
  const items = [
    ...timeline.versions.map(
      (version) => html`<li>${swatch(timeline.colour(version))}${timeline.name(version)}</li>`,
    ),
    html`<li>${swatch('changing')}changing</li>`,
    html`<li>${swatch('down')}down</li>`,
    html`<li>${stroke('healthy')}healthy</li>`,
    html`<li>${stroke('left')}with the fullest zone gone</li>`,
    html`<li>${stroke('required')}required</li>`,
  ]
  return html`<ul class="legend">
    ${items}
  </ul>`
}

const PANEL_GAP = 16

function drawTimeline(record: RolloutRecord, timeline: Timeline): Markup {
  const panels = [
    drawUnitLanes(timeline),
    drawCapacity(timeline),
    drawRates(timeline, 'requests', 'no traffic on record'),
    drawRates(timeline, 'errors', 'no request failed'),
  ]
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
    aria-label="Units, capacity, requests and errors over time"
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
  const label =
    room >= 12 || whole.length <= room ? fit(whole, room) : fit(`${sign} ${index + 1}`, room)
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

function chapterTable(chapters: readonly RolloutChapter[], timeline: Timeline): Markup {
  const rows = chapters.map(
    ({ name, from, to, holds, note = '' }, at) =>
      html`<tr>
        <td class="tone ${holds ? 'good' : 'bad'}">${holds ? '✓' : '✗'} ${at + 1}</td>
        <td>${name}${note ? html`<div class="why">${note}</div>` : nothing}</td>
        <td class="time-cell">${elapsed(timeline, from)} · ${span(to - from)}</td>
      </tr>`,
  )
  return html`<section class="card">
    <h2>Chapters</h2>
    <table>
      ${rows}
    </table>
  </section>`
}

const KIND_WORDS: Readonly<Record<RolloutDecision['kind'], string>> = {
  started: 'started',
  batch: 'batch',
  wave: 'wave judged',
  frozen: 'frozen',
  rollback: 'rolling back',
  finished: 'finished',
}

function decisionTable(decisions: readonly RolloutDecision[], timeline: Timeline): Markup {
  const rows = decisions.map(({ at, kind, tone, text, findings }) => {
    const why = findings.map(
      (finding) =>
        html`<div class="why">
          <code>${finding.code}</code> ${finding.subject}: ${finding.message}
        </div>`,
    )
    return html`<tr>
      <td class="time-cell">${elapsed(timeline, at)}</td>
      <td class="tone kind ${tone}">${KIND_WORDS[kind]}</td>
      <td>${text}${why}</td>
    </tr>`
  })
  return html`<section class="card">
    <h2>Decisions</h2>
    <table>
      ${rows}
    </table>
  </section>`
}
