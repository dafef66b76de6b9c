import type { Finding } from '@bulkhead/vocabulary'
import { fit } from '../plain-text.ts'
import type { BakeView, RolloutDecision } from '../progress.ts'
import { percent, span } from '../refusals.ts'
import type { ArmCounts } from '../sequential-test.ts'
import { type Markup, html, nothing } from './markup.ts'
import type { RolloutChapter, RolloutRecord } from './record.ts'
import { type Timeline, elapsed } from './timeline.ts'

const card = (title: string, rows: readonly Markup[]): Markup =>
  html`<section class="card">
    <h2>${title}</h2>
    <table>
      ${rows}
    </table>
  </section>`

export const chapterTable = (chapters: readonly RolloutChapter[], timeline: Timeline): Markup =>
  card(
    'Chapters',
    chapters.map(
      ({ name, from, to, holds, note = '' }, at) =>
        html`<tr>
          <td class="tone ${holds ? 'good' : 'bad'}">${holds ? '✓' : '✗'} ${at + 1}</td>
          <td>${name}${note ? html`<div class="why">${note}</div>` : nothing}</td>
          <td class="time-cell">${elapsed(timeline, from)} · ${span(to - from)}</td>
        </tr>`,
    ),
  )

/** Why it ended as it did, with the way out. */
export const findingTable = (findings: readonly Finding[]): Markup =>
  card(
    'Why, and the way out',
    findings.map(
      ({ code, subject, message, remedy }) =>
        html`<tr>
          <td>
            <code class="code">${code}</code> ${subject}: ${message}
            <div class="why">→ ${remedy}</div>
          </td>
        </tr>`,
    ),
  )

const BAKE_WORDS = {
  good: { tone: 'good', word: '✓ good' },
  bad: { tone: 'bad', word: '✗ bad' },
  'not-yet': { tone: 'plain', word: '● not yet' },
  inconclusive: { tone: 'bad', word: '✗ inconclusive' },
} as const satisfies Record<BakeView['kind'], { readonly tone: string; readonly word: string }>

/** What was said of every wave: by its own traffic, and by every metric. */
export function bakeTable(bakes: readonly BakeView[], timeline: Timeline): Markup {
  const several = new Set(bakes.map(({ region }) => region)).size > 1
  return card(
    'Judgements',
    bakes.map(({ at, region, wave, kind, why, traffic, metrics }) => {
      const { tone, word } = BAKE_WORDS[kind]
      return html`<tr>
        <td class="time-cell">${elapsed(timeline, at)}</td>
        <td class="tone kind ${tone}">${word}</td>
        <td>
          <b>${several ? `${region} ${wave}` : wave}</b>
          ${metrics.length === 0 || kind !== 'good' ? html`<div>${why}</div>` : nothing}
          ${
            metrics.length === 0
              ? nothing
              : html`${[
                  voice('traffic of the fleet', traffic.kind, arms(traffic)),
                  ...metrics.map((metric) => voice(metric.metric, metric.kind, metric.why)),
                ]}`
          }
        </td>
      </tr>`
    }),
  )
}

const voice = (name: string, kind: BakeView['kind'], why: string): Markup =>
  html`<div class="why">
    <span class="tone ${BAKE_WORDS[kind].tone}">${BAKE_WORDS[kind].word}</span>
    <span class="voice">${name}</span> ${why}
  </div>`

const arms = ({ canary, control }: BakeView['traffic']): string =>
  `canary ${arm(canary)}, control ${arm(control)}`

const arm = ({ requests, errors }: ArmCounts): string =>
  requests === 0
    ? 'no requests'
    : `${errors.toLocaleString('en')} of ${requests.toLocaleString('en')} failed (${percent(errors / requests)})`

const KIND_WORDS: Readonly<Record<RolloutDecision['kind'], string>> = {
  verdict: 'verdict',
  refused: 'refused',
  started: 'started',
  batch: 'batch',
  wave: 'wave judged',
  frozen: 'waits',
  surge: 'surge',
  rollback: 'rolling back',
  paused: 'paused',
  finished: 'finished',
}

/** A batch of thousands names its first units; the ledger has the others. */
const LONGEST = 400

export function decisionTable(
  { decisions, omitted = 0 }: Pick<RolloutRecord, 'decisions' | 'omitted'>,
  timeline: Timeline,
): Markup {
  const several = new Set(decisions.map(({ region }) => region)).size > 1
  const rows = decisions.map(({ at, kind, tone, text, findings, region = '' }) => {
    const why = findings.map(
      (finding) =>
        html`<div class="why">
          <code class="code">${finding.code}</code> ${finding.subject}: ${finding.message}
        </div>`,
    )
    return html`<tr>
      <td class="time-cell">${elapsed(timeline, at)}</td>
      <td class="tone kind ${tone}">${KIND_WORDS[kind]}</td>
      <td>${several && region ? html`<b>${region}</b> ` : nothing}${fit(text, LONGEST)}${why}</td>
    </tr>`
  })
  const more = html`<tr>
    <td colspan="3" class="why">and ${omitted} more batches</td>
  </tr>`
  return card('Decisions', omitted > 0 ? [...rows, more] : rows)
}
