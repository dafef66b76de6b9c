import type { HotfixFacts, HotfixOnRecord } from '@bulkhead/ledger'
import type { ApprovalJudgement } from './judge-approvals.ts'
import type { ClockStep, HotfixClock } from './clock.ts'
import type { OpenDebt } from './debts.ts'
import { code, plain } from './markdown.ts'
import type { NextStep } from './next-steps.ts'
import { spanText } from './post-mortem.ts'

/** All that an issue about a hotfix shows. */
export interface IncidentSource {
  readonly environment: string
  readonly hotfix: HotfixOnRecord
  readonly clock: HotfixClock
  readonly approvals: Pick<ApprovalJudgement, 'by'> | undefined
  readonly debts: readonly OpenDebt[]
  readonly next: readonly NextStep[]
  /** What people are asked to agree to, and by which line; undefined while there is nothing, or no more. */
  readonly agreement: { readonly line: string; readonly plan: string } | undefined
  /** What it fixes; undefined while that may not be told. */
  readonly facts: Pick<HotfixFacts, 'advisory' | 'reason'> | undefined
  /** Pages where something of it happens. */
  readonly links: readonly { readonly what: string; readonly url: string }[]
}

/** The title of the issue: under an embargo it tells nothing but that there is one. */
export const incidentTitle = ({ environment, hotfix, clock }: IncidentSource): string =>
  `${hotfix.drill ? 'DRILL, nothing is wrong: hotfix' : 'Hotfix'} ${hotfix.id} in ${environment}: ${headline(hotfix, clock)}`

/**
 * The issue of a hotfix in Markdown, for a reader who has ten seconds: how it stands, who must do what
 * now, then the clock. It never has more than the ledger has: what is sealed there is not in it.
 */
export function incidentText(source: IncidentSource): string {
  const { environment, hotfix, clock, facts, debts, links } = source
  const late = clock.steps.some((step) => step.late)
  const isOut = hotfix.everywhere !== null || hotfix.closed !== null
  const what =
    facts === undefined
      ? 'What it fixes is under embargo until it is everywhere.'
      : `**${plain(facts.advisory)}**: ${plain(facts.reason)}`
  return [
    `## ${isOut ? '🟢' : late ? '🔴' : '🟠'} ${capital(headline(hotfix, clock))}${late && !isOut ? ', and is late' : ''}`,
    `**${spanText(clock.elapsed)}** since it was declared · severity **${hotfix.severity}** · ${plain(environment)}`,
    hotfix.drill ? 'This is a **drill**: nothing is wrong.' : what,
    ...section('Now', withPlan(source).map(nextLine)),
    ...agreementLines(source),
    ...section('Clock', [
      ['| | Step | After | Budget |', '|---|---|---|---|', ...clock.steps.map(stepRow)].join('\n'),
    ]),
    ...section('Agree', [bullets((source.approvals?.by ?? []).map(({ name }) => plain(name)))]),
    ...section('Owed', debtTable(debts, source.next)),
    ...section('See', [bullets(links.map(({ what: name, url }) => `[${plain(name)}](${url})`))]),
    `<sub>Commit ${code(hotfix.commit)}. This text is written by the lane and is replaced at every step; talk in comments.</sub>`,
  ].join('\n\n')
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

function headline({ closed, everywhere }: HotfixOnRecord, { waitsFor }: HotfixClock): string {
  if (closed !== null) return closed.result === 'withdrawn' ? 'withdrawn' : 'closed'
  if (everywhere !== null) return 'the fix is everywhere'
  return waitsFor === undefined ? 'the fix is everywhere' : `waits to be ${waitsFor}`
}

/** A heading and what is below it; nothing where there is nothing below it. */
const section = (heading: string, body: readonly string[]): readonly string[] => {
  const said = body.filter((text) => text !== '')
  return said.length === 0 ? [] : [`### ${heading}`, ...said]
}

const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n')

/** The digest of the plan, where the command leaves it to be filled in. */
const withPlan = ({ next, agreement }: IncidentSource): readonly NextStep[] =>
  next
    .filter(({ debt }) => debt === undefined)
    .map((step) =>
      agreement === undefined
        ? step
        : {
            ...step,
            what: step.what.replace(/; its digest is PLAN$/, ''),
            command: step.command.replace(/\bPLAN\b/, agreement.plan),
          },
    )

const nextLine = ({ who, what, command }: NextStep): string =>
  `**${capital(plain(who))}**: ${plain(what)}\n\`\`\`sh\n${command.replaceAll('`', "'")}\n\`\`\``

/** Reviews and approvals of a run count when they say exactly what they agree to. */
const agreementLines = ({ agreement }: IncidentSource): readonly string[] =>
  agreement === undefined
    ? []
    : [
        '**Or agree on GitHub**: approve the pull request, or the environment of the run, with this line as the review or comment:',
        `\`\`\`\n${agreement.line}\n\`\`\``,
      ]

const stepRow = ({ step, after, budget, late }: ClockStep): string =>
  `| ${after === undefined ? (late ? '🔴' : '⏳') : late ? '🟠' : '✅'} | ${step} | ${after === undefined ? 'not yet' : spanText(after)} | ${spanText(budget)}${late ? ', **late**' : ''} |`

/** Each debt with its time and what repays it. */
function debtTable(debts: readonly OpenDebt[], next: readonly NextStep[]): readonly string[] {
  if (debts.length === 0) return []
  const rows = debts.map(({ debt: { name }, due, overdue }) => {
    const time = new Date(due).toISOString().slice(0, 16).replace('T', ' ')
    const command = next.find(({ debt }) => debt === name)?.command
    const repaidBy = command === undefined ? '' : code(command.replaceAll('|', ''))
    return `| ${plain(name)} | ${overdue ? '**overdue** since ' : ''}${time} | ${repaidBy} |`
  })
  return [['| Debt | Until (UTC) | Repaid by |', '|---|---|---|', ...rows].join('\n')]
}
