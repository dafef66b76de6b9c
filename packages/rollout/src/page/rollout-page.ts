import { keyFigures } from './key-figures.ts'
import { Markup, html, nothing } from './markup.ts'
import { pageStyle } from './page-style.ts'
import type { RolloutRecord } from './record.ts'
import { chapterTable, decisionTable } from './tables.ts'
import { layTimeline } from './timeline.ts'
import { drawTimeline, legend } from './timeline-drawing.ts'

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
          <section class="card">${keyFigures(record, timeline)}</section>
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
