import type { DebtOnRecord, HotfixOnRecord } from '@bulkhead/ledger'
import type { HotfixPolicy } from '@bulkhead/policy'
import { type Finding, type Milliseconds, formatDuration } from '@bulkhead/vocabulary'

export interface OpenDebt {
  readonly hotfix: HotfixOnRecord
  readonly debt: DebtOnRecord
  /** Milliseconds since the epoch: from then on the standard lane waits. */
  readonly due: number
  readonly overdue: boolean
}

type Grace = Pick<HotfixPolicy, 'grace' | 'reviewGrace'>

/** Everything that hotfixes owe, whatever was closed meanwhile. */
export const openDebts = (
  hotfixes: readonly HotfixOnRecord[],
  policy: Grace,
  now: number,
): readonly OpenDebt[] =>
  hotfixes.flatMap((hotfix) =>
    hotfix.debts
      .filter(({ repaid }) => repaid === null)
      .map((debt) => {
        const due = Date.parse(debt.since.at) + graceOf(debt, policy)
        return { hotfix, debt, due, overdue: now >= due }
      }),
  )

/** A reviewer who stays away freezes the lane sooner than a text that is late. */
const graceOf = ({ name }: DebtOnRecord, { grace, reviewGrace }: Grace): number =>
  name === 'review' ? Math.min(grace, reviewGrace) : grace

/** Why the standard lane waits: a hotfix borrowed, and has not paid back in time. */
export const refuseOverdue = (
  hotfixes: readonly HotfixOnRecord[],
  policy: Grace,
  now: number,
): readonly Finding[] =>
  openDebts(hotfixes, policy, now)
    .filter(({ overdue }) => overdue)
    .map(({ hotfix, debt, due }) => ({
      code: 'hotfix/overdue-debt',
      subject: `hotfix ${hotfix.id}: ${debt.name}`,
      message: `is owed for ${spanOf(now - due)} longer than the policy allows`,
      remedy: repayCommand(hotfix.id, debt.name),
    }))

/**
 * Why the hotfix lane waits too: nobody has looked at an earlier hotfix in time. Two people hurried it
 * out and a third was to read it in peace; a lane that goes on without is a way around review. One
 * command opens it again.
 */
export const refuseUnreviewed = (
  hotfixes: readonly HotfixOnRecord[],
  policy: Grace,
  now: number,
): readonly Finding[] =>
  refuseOverdue(
    hotfixes.map((hotfix) => ({
      ...hotfix,
      debts: hotfix.debts.filter(({ name }) => name === 'review'),
    })),
    policy,
    now,
  )

const spanOf = (ms: number): string =>
  ms < 60_000
    ? formatDuration((Math.ceil(ms / 1_000) * 1_000) as Milliseconds)
    : formatDuration((Math.round(ms / 60_000) * 60_000) as Milliseconds)

/** The command that repays a debt. */
export const repayCommand = (hotfix: number, debt: string): string =>
  debt === 'action-items'
    ? `\`bulkhead hotfix repay ${debt} --hotfix ${hotfix} --detect TEXT --prevent TEXT --evidence LINK\``
    : `\`bulkhead hotfix repay ${asWord(debt)} --hotfix ${hotfix}${NEEDS_EVIDENCE.has(debt) || asWord(debt) !== debt ? ' --evidence LINK' : ''}\``

/** `channel slack` is one argument to a shell. */
const asWord = (debt: string): string =>
  /^[\w-]+$/.test(debt) ? debt : `'${debt.replaceAll("'", '')}'`

/** What only people can do, so that they must say where it was done. */
const NEEDS_EVIDENCE: ReadonlySet<string> = new Set(['review', 'post-mortem', 'customer-notice'])
