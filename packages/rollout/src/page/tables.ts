import type { RolloutDecision } from '../progress.ts'
import { span } from '../refusals.ts'
import { type Markup, html, nothing } from './markup.ts'
import type { RolloutChapter } from './record.ts'
import { type Timeline, elapsed } from './timeline.ts'

export function chapterTable(chapters: readonly RolloutChapter[], timeline: Timeline): Markup {
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
  verdict: 'verdict',
  refused: 'refused',
  started: 'started',
  batch: 'batch',
  wave: 'wave judged',
  frozen: 'frozen',
  rollback: 'rolling back',
  paused: 'paused',
  finished: 'finished',
}

export function decisionTable(decisions: readonly RolloutDecision[], timeline: Timeline): Markup {
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
