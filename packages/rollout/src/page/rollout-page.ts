import { keyFigures } from './key-figures.ts'
import { Markup, html, nothing } from './markup.ts'
import { pageStyle } from './page-style.ts'
import type { RolloutRecord } from './record.ts'
import { bakeTable, chapterTable, decisionTable, findingTable } from './tables.ts'
import { type Timeline, layTimeline } from './timeline.ts'
import { drawTimeline, legend } from './timeline-drawing.ts'

/**
 * One rollout, or several on one timeline, as a self-contained page: nothing is loaded from
 * elsewhere, no script runs, every text of the record is escaped.
 */
export function renderRolloutPage(record: RolloutRecord): string {
  const timeline = layTimeline(record)
  const { title, chapters = [], bakes = [], findings = [] } = record
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
          ${heading(record)} ${findings.length > 0 ? findingTable(findings) : nothing}
          ${record.samples.length > 0 ? drawing(record, timeline) : nothing}
          ${chapters.length > 0 ? chapterTable(chapters, timeline) : nothing}
          ${bakes.length > 0 ? bakeTable(bakes, timeline) : nothing}
          ${record.decisions.length > 0 ? decisionTable(record, timeline) : nothing}
          ${timeline.from > 0 ? footer(timeline) : nothing}
        </main>
      </body>
    </html> `
  return page.text
}

function heading({ title, subtitle = '', verdict, lane, facts = [] }: RolloutRecord): Markup {
  const mark = { good: '✓', bad: '✗', plain: '●' }[verdict.tone]
  const rows = facts.map(
    ({ name, value }) =>
      html`<div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>`,
  )
  return html`<header>
    <h1>
      ${title}${lane === 'hotfix' ? html` <span class="lane-chip">hotfix lane</span>` : nothing}
    </h1>
    ${subtitle ? html`<p class="subtitle">${subtitle}</p>` : nothing}
    <p class="verdict ${verdict.tone}"><span>${mark}</span><span>${verdict.text}</span></p>
    ${facts.length > 0 ? html`<dl class="facts">${rows}</dl>` : nothing}
  </header>`
}

const drawing = (record: RolloutRecord, timeline: Timeline): Markup =>
  html`<section class="card">${keyFigures(record, timeline)}</section>
    <section class="card">
      <h2>Timeline</h2>
      ${legend(timeline)}
      <div class="scroll">${drawTimeline(record, timeline)}</div>
    </section>`

const footer = (timeline: Timeline): Markup =>
  html`<footer>
    Times are minutes and seconds since
    ${new Date(timeline.from).toISOString().slice(0, 19).replace('T', ' ')} UTC.
  </footer>`
