import type { ActionAnswer, SummaryTable } from '@bulkhead/action-kit'
import { spanText } from '@bulkhead/hotfix'
import type { Agreement, Cared, HotfixStatus, ShipRequest } from '@bulkhead/release'
import type { Finding } from '@bulkhead/vocabulary'
import type { action } from './action.ts'

export type Answer = ActionAnswer<typeof action.outputs>
type Progress = Parameters<ShipRequest['onProgress']>[0]
export type Decision = Extract<Progress, { kind: 'decision' }>['decision']

export const NOTHING = {
  result: '',
  hotfix: '',
  commit: '',
  'waits-for': '',
  plan: '',
  agreement: '',
  issue: '',
} as const

/** What one command came to. */
export interface Done {
  readonly outcome: Answer['outcome']
  readonly result: string
  readonly headline: string
  readonly findings: readonly Finding[]
  /** The hotfix that it was about; undefined for the one that is open. */
  readonly hotfix?: number | undefined
  /** What people or GitHub were not told, and what is not done yet after a fix. It changes nothing else. */
  readonly beside?: readonly Finding[]
  readonly cared?: Cared['done']
  readonly decisions?: readonly Decision[]
}

/** How the hotfix stands after it, as far as that could be found out. */
export interface Standing {
  readonly status: HotfixStatus | undefined
  readonly agreement: Agreement | undefined
  readonly issue: string | undefined
}

/** What the action says: first who must do what now, then the clock, then everything else. */
export function answerOf(done: Done, { status, agreement, issue }: Standing): Answer {
  const { outcome, result, headline, findings, beside = [], cared = [], decisions = [] } = done
  return {
    outcome,
    headline,
    findings,
    outputs: {
      result,
      hotfix: status === undefined ? '' : String(status.hotfix.id),
      commit: status?.hotfix.commit ?? '',
      'waits-for': status?.hotfix.everywhere === null ? (status.clock.waitsFor ?? '') : '',
      plan: agreement?.plan ?? '',
      agreement: agreement?.line ?? '',
      issue: issue ?? '',
    },
    tables: [
      ...(status === undefined ? [] : nowTables(status, agreement)),
      ...(agreement === undefined ? [] : [agreementTable(agreement)]),
      ...(status === undefined ? [] : [clockTable(status), ...peopleTables(status)]),
      ...(decisions.length === 0 ? [] : [timelineTable(decisions)]),
      ...(cared.length === 0 ? [] : [doneTable(cared)]),
      ...(status === undefined ? [] : debtTables(status)),
      ...(beside.length === 0 ? [] : [besideTable(beside)]),
      ...(issue === undefined
        ? []
        : [{ header: ['Incident issue'], rows: [[{ untrusted: issue }]] }]),
    ],
  }
}

const nowTables = (
  { next }: HotfixStatus,
  agreement: Agreement | undefined,
): readonly SummaryTable[] =>
  next.length === 0
    ? []
    : [
        {
          header: ['Now', 'What', 'Command'],
          rows: next.map(({ who, what, command }) => [
            who,
            agreement === undefined ? what : what.replace(/; its digest is PLAN$/, ''),
            { untrusted: command.replace(/\bPLAN\b/, agreement?.plan ?? 'PLAN') },
          ]),
        },
      ]

const agreementTable = ({ line, plan }: Agreement): SummaryTable => ({
  header: ['To agree on GitHub', ''],
  rows: [
    [
      'approve the pull request, or the environment of this run, with this line',
      { untrusted: line },
    ],
    ['to agree by key: plan', { untrusted: plan }],
  ],
})

const clockTable = ({ clock }: HotfixStatus): SummaryTable => ({
  header: ['Clock', `${spanText(clock.elapsed)} since declared`, 'Budget'],
  rows: clock.steps.map(({ step, after, budget, late }) => [
    `${after === undefined ? (late ? '🔴' : '⏳') : late ? '🟠' : '✅'} ${step}`,
    `${after === undefined ? 'not yet' : spanText(after)}${late ? ', LATE' : ''}`,
    spanText(budget),
  ]),
})

function peopleTables({ approvals }: HotfixStatus): readonly SummaryTable[] {
  const { by = [], notCounted = [] } = approvals ?? {}
  return [
    ...(by.length === 0
      ? []
      : [
          {
            header: ['Agrees', 'Until'],
            rows: by.map(({ name, until }) => [{ untrusted: name }, new Date(until).toISOString()]),
          },
        ]),
    ...(notCounted.length === 0
      ? []
      : [
          {
            header: ['Does not count', 'Why', 'Way out'],
            rows: notCounted.map(({ subject, message, remedy }) => [
              { untrusted: subject },
              { untrusted: message },
              { untrusted: remedy },
            ]),
          },
        ]),
  ]
}

const TONES: Readonly<Record<Decision['tone'], string>> = { good: '✅', bad: '⛔', plain: '·' }

const timelineTable = (decisions: readonly Decision[]): SummaryTable => ({
  header: ['UTC', 'Region', 'What', 'Why'],
  rows: decisions.map(({ at, region = '', kind, tone, text }) => [
    new Date(at).toISOString().slice(11, 19),
    { untrusted: region },
    `${TONES[tone]} ${kind}`,
    { untrusted: text },
  ]),
})

const doneTable = (cared: Cared['done']): SummaryTable => ({
  header: ['Done afterwards', 'Where'],
  rows: cared.map(({ what, where }) => [{ untrusted: what }, { untrusted: where }]),
})

const debtTables = ({ debts }: HotfixStatus): readonly SummaryTable[] =>
  debts.length === 0
    ? []
    : [
        {
          header: ['Owed', 'Until'],
          rows: debts.map(({ debt, due, overdue }) => [
            { untrusted: debt.name },
            `${new Date(due).toISOString()}${overdue ? ', OVERDUE' : ''}`,
          ]),
        },
      ]

const besideTable = (findings: readonly Finding[]): SummaryTable => ({
  header: ['Not done', 'Why', 'Way out'],
  rows: findings.map(({ subject, message, remedy }) => [
    { untrusted: subject },
    { untrusted: message },
    { untrusted: remedy },
  ]),
})
