import type { HotfixFacts, HotfixOnRecord } from '@bulkhead/ledger'
import { Markup, html, nothing, pageStyle } from '@bulkhead/rollout'
import type { HotfixClock } from '../clock.ts'
import type { OpenDebt } from '../debts.ts'
import type { NextStep } from '../next-steps.ts'
import { spanText } from '../post-mortem.ts'
import { drawClock } from './clock-drawing.ts'
import { type IncidentEntry, incidentEvents } from './incident-events.ts'

/** What an incident page is made of: plain data, every text escaped when shown. */
export interface Incident {
  readonly environment: string
  readonly hotfix: HotfixOnRecord
  readonly clock: HotfixClock
  /** The whole log; what is about this hotfix is picked out. */
  readonly entries: readonly IncidentEntry[]
  /** What it fixes; undefined while that may not be told. */
  readonly facts: HotfixFacts | undefined
  readonly debts: readonly OpenDebt[]
  readonly next: readonly NextStep[]
  /** Who is behind `provider:id`, where the trusted ref knows. */
  readonly nameOf: (actor: string) => string
  readonly now: number
}

/** One hotfix as a self-contained page: nothing is loaded, no script runs, every text is escaped. */
export function renderIncidentPage(incident: Incident): string {
  const { environment, hotfix, clock, next, debts } = incident
  const title = `Hotfix ${hotfix.id}: ${environment}`
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
          ${new Markup(pageStyle + OWN_STYLE)}
        </style>
      </head>
      <body>
        <main>
          ${heading(incident, title)}
          <section class="card">${figures(incident)}</section>
          <section class="card">
            <h2>Clock</h2>
            <div class="scroll">${drawClock(clock)}</div>
          </section>
          ${nowTable(next.filter(({ debt }) => debt === undefined))} ${debtTable(debts, next)}
          ${timeline(incident)}
          <footer>Times are UTC, and since the declaration.</footer>
        </main>
      </body>
    </html> `
  return page.text
}

const OWN_STYLE = `
.bar.done{fill:var(--good)}.bar.late{fill:var(--bad)}.bar.open{fill:var(--v1)}
line.budget{stroke:var(--ink);stroke-width:2;stroke-dasharray:3 3}
td.since{white-space:nowrap;color:var(--soft);font-variant-numeric:tabular-nums;width:1%}
td.dot{width:1%;padding-right:10px}
td code{overflow-wrap:anywhere}
`

function heading({ hotfix, clock, facts }: Incident, title: string): Markup {
  const late = clock.steps.some((step) => step.late)
  const [tone, mark, text] = verdict(hotfix, clock, late)
  const rows = [
    ['severity', hotfix.severity],
    ['commit', hotfix.commit],
    ['on top of', hotfix.base ?? 'nothing'],
    ['fixes', facts === undefined ? 'sealed until it is everywhere' : facts.advisory],
    ...(facts === undefined ? [] : [['because', facts.reason]]),
  ].map(
    ([name = '', value = '']) =>
      html`<div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>`,
  )
  return html`<header>
    <h1>${title} <span class="lane-chip">${hotfix.drill ? 'drill' : 'hotfix lane'}</span></h1>
    <p class="verdict ${tone}"><span>${mark}</span><span>${text}</span></p>
    <dl class="facts">${rows}</dl>
  </header>`
}

function verdict(
  { closed, everywhere }: HotfixOnRecord,
  { elapsed, waitsFor }: HotfixClock,
  late: boolean,
): readonly [string, string, string] {
  const span = spanText(elapsed)
  if (closed?.result === 'withdrawn') return ['plain', '●', `withdrawn after ${span}`]
  if (everywhere === null)
    return [
      late ? 'bad' : 'plain',
      '●',
      `${span}, waits to be ${waitsFor ?? ''}${late ? ', LATE' : ''}`,
    ]
  const rest = closed === null ? '' : '; every debt is repaid'
  return late
    ? ['bad', '✗', `everywhere after ${span}, later than the budget${rest}`]
    : ['good', '✓', `everywhere after ${span}, within the budget${rest}`]
}

/** The numbers that a reader wants first. */
function figures({ hotfix, clock, debts }: Incident): Markup {
  const last = clock.steps.at(-1)
  const approved = clock.steps.find(({ step }) => step === 'approved')?.after
  const shipping =
    last?.after === undefined || approved === undefined ? undefined : last.after - approved
  const left = last === undefined ? 0 : last.budget - (last.after ?? clock.elapsed)
  const overdue = debts.filter((debt) => debt.overdue).length
  const items = [
    figure('Clock', spanText(clock.elapsed), 'since it was declared'),
    figure(
      'Budget left',
      left < 0 ? `−${spanText(-left)}` : spanText(left),
      'until everywhere',
      left < 0 ? 'bad' : 'good',
    ),
    figure(
      'Approved to everywhere',
      shipping === undefined ? '–' : spanText(Math.max(0, shipping)),
      'rollout and bakes',
    ),
    figure('Approvals', String(hotfix.approvals.length), 'on record'),
    figure(
      'Debts open',
      String(debts.length),
      overdue === 0 ? 'none overdue' : `${overdue} overdue`,
      overdue === 0 ? '' : 'bad',
    ),
  ]
  return html`<dl class="figures">${items}</dl>`
}

const figure = (name: string, value: string, note: string, tone = ''): Markup =>
  html`<div>
    <dt>${name}</dt>
    <dd class="${tone}">${value}<small>${note}</small></dd>
  </div>`

const card = (title: string, rows: readonly Markup[]): Markup =>
  rows.length === 0
    ? nothing
    : html`<section class="card">
        <h2>${title}</h2>
        <table>
          ${rows}
        </table>
      </section>`

const nowTable = (next: readonly NextStep[]): Markup =>
  card(
    'Now',
    next.map(
      ({ who, what, command }) =>
        html`<tr>
          <td>
            <strong>${who}</strong>: ${what}
            <div class="why"><code>${command}</code></div>
          </td>
        </tr>`,
    ),
  )

const debtTable = (debts: readonly OpenDebt[], next: readonly NextStep[]): Markup =>
  card(
    'Owed',
    debts.map(
      ({ debt, due, overdue }) =>
        html`<tr>
          <td class="tone ${overdue ? 'bad' : 'plain'}">${overdue ? '✗ overdue' : '●'}</td>
          <td>
            ${debt.name}
            <div class="why">
              <code>${next.find((step) => step.debt === debt.name)?.command ?? ''}</code>
            </div>
          </td>
          <td class="time-cell">${overdue ? 'since' : 'until'} ${minute(due)}</td>
        </tr>`,
    ),
  )

function timeline({ hotfix, entries, nameOf }: Incident): Markup {
  const begin = Date.parse(hotfix.declared.at)
  return card(
    'Timeline',
    incidentEvents(hotfix, entries).map(
      ({ at, index, tone, what, who }) =>
        html`<tr>
          <td class="since">+${spanText(Math.max(0, at - begin))}</td>
          <td class="tone dot ${tone}">${MARKS[tone]}</td>
          <td>
            ${what}
            <div class="why">${who.map(nameOf).join(', ')}</div>
          </td>
          <td class="time-cell">${second(at)} · ${index}</td>
        </tr>`,
    ),
  )
}

const MARKS = { good: '✓', bad: '✗', plain: '●' } as const

const second = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')
const minute = (at: number): string => second(at).slice(0, 16)
