import { type HotfixClock, spanText } from '@bulkhead/hotfix'
import type { HotfixOnRecord } from '@bulkhead/ledger'
import type { Agreement, HotfixStatus } from '@bulkhead/release'
import { printable } from '@bulkhead/vocabulary'

/** One hotfix as a reader under stress takes it in: how late it is, what is missing, what to type. */
export function statusLines(
  { hotfix, clock, approvals, debts, next }: HotfixStatus,
  agreement?: Agreement,
): readonly string[] {
  const { id, severity, commit, facts, embargo, drill } = hotfix
  const what = drill ? 'DRILL' : facts === null ? (embargo ? 'under embargo' : '') : facts.advisory
  return [
    printable(`hotfix ${id}  ${severity}  ${commit.slice(0, 12)}  ${what}`, 200).trimEnd(),
    `  clock ${spanText(clock.elapsed)}${headline(hotfix, clock)}`,
    ...clock.steps.map(stepLine),
    ...(approvals?.by ?? []).map(
      ({ name, until }) =>
        `  agrees: ${printable(name, 100)}, until ${new Date(until).toISOString()}`,
    ),
    ...(approvals?.notCounted ?? []).map(
      ({ code, subject, message }) =>
        `  does not count: ${code}  ${printable(subject, 100)}: ${printable(message, 200)}`,
    ),
    ...(debts.length === 0 ? [] : ['  owes (late, it stops the standard lane):']),
    ...debts.map((one) => debtLine(one, next)),
    ...nowLines(
      next.filter(({ debt }) => debt === undefined),
      agreement,
    ),
    ...(agreement === undefined
      ? []
      : ['  or, in a review or an approval on GitHub, this line:', `    ${agreement.line}`]),
  ]
}

/** The digest of the plan stands in the command where it is known. */
const nowLines = (
  next: HotfixStatus['next'],
  agreement: Agreement | undefined,
): readonly string[] =>
  next.length === 0
    ? []
    : [
        '  now:',
        ...next.map(
          ({ who, what, command }) =>
            `    ${who}: ${what}\n      ${command.replace(/\bPLAN\b/, agreement?.plan ?? 'PLAN')}`,
        ),
      ]

/** When, what, and the command for it: one line each, so that all of it stays on one screen. */
function debtLine(
  { debt, due, overdue }: HotfixStatus['debts'][number],
  next: HotfixStatus['next'],
): string {
  const command = next.find((one) => one.debt === debt.name)?.command ?? ''
  const time = new Date(due).toISOString().slice(0, 16).replace('T', ' ')
  const name = printable(debt.name, 100)
  return `    ${overdue ? 'OVERDUE' : 'until'.padEnd(7)} ${time}  ${command === '' ? name : command}`
}

const headline = ({ closed }: HotfixOnRecord, { waitsFor, steps }: HotfixClock): string => {
  if (closed !== null) return `, closed: ${closed.result}`
  const late = steps.some((step) => step.late) ? ', LATE' : ''
  return waitsFor === undefined ? `, everywhere${late}` : `, waits to be ${waitsFor}${late}`
}

export const stepLine = ({ step, after, budget, late }: HotfixClock['steps'][number]): string =>
  `    ${after === undefined ? ' ' : '✓'} ${step.padEnd(12)} ${(after === undefined ? '' : spanText(after)).padStart(12)}  of ${spanText(budget)}${late ? '  LATE' : ''}`

/** What is still owed. */
export function debtLines({ id, debts }: HotfixOnRecord): readonly string[] {
  const open = debts.filter(({ repaid }) => repaid === null).map(({ name }) => name)
  return [
    open.length === 0
      ? `  it owes nothing more: bulkhead hotfix close --hotfix ${id}`
      : `  it still owes: ${printable(open.join(', '), 500)}`,
  ]
}
