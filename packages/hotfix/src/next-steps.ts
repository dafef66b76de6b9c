import type { HotfixOnRecord } from '@bulkhead/ledger'
import type { ApprovalJudgement } from './judge-approvals.ts'
import { repayCommand } from './debts.ts'

/** What somebody must do now, and the command for it. */
export interface NextStep {
  readonly who: string
  readonly what: string
  readonly command: string
  /** The debt that it repays. */
  readonly debt?: string
}

/**
 * Who must do what now: everything that may be done at once, most urgent first. Every command may be
 * typed as it stands, but for words in capitals.
 * @param approvals undefined while nobody knows the plan, or there is nothing to agree to
 */
export function nextSteps(
  hotfix: HotfixOnRecord,
  approvals: Pick<ApprovalJudgement, 'findings' | 'by'> | undefined,
): readonly NextStep[] {
  const { closed, everywhere } = hotfix
  if (closed !== null) return []
  return everywhere === null ? shipSteps(hotfix, approvals) : repaySteps(hotfix)
}

function shipSteps(
  { id, commit, acknowledged, gated }: HotfixOnRecord,
  approvals: Pick<ApprovalJudgement, 'findings' | 'by'> | undefined,
): readonly NextStep[] {
  const steps: NextStep[] = []
  if (acknowledged === null)
    steps.push({
      who: 'whoever is on call',
      what: 'take it, so that nobody else is paged',
      command: `bulkhead hotfix acknowledge --hotfix ${id}`,
    })
  if (gated === null)
    steps.push({
      who: 'the engineer of the fix',
      what: 'test, build and gate the commit',
      command: `git switch --detach ${commit} && bulkhead test && bulkhead build && bulkhead gate`,
    })
  else if (approvals === undefined || approvals.findings.length > 0)
    steps.push(
      {
        who: people(approvals?.by.length ?? 0),
        what: 'read the plan; its digest is PLAN',
        command: `bulkhead plan --lane hotfix --commit ${commit}`,
      },
      {
        who: people(approvals?.by.length ?? 0),
        what: 'approve what ships',
        command: `bulkhead hotfix approve --hotfix ${id} --plan PLAN --reason TEXT`,
      },
    )
  else
    steps.push({
      who: 'the release manager',
      what: 'ship it',
      command: `bulkhead hotfix ship --hotfix ${id}`,
    })
  return steps
}

const people = (agree: number): string =>
  agree === 0 ? 'two people without a hand in it' : 'one more person without a hand in it'

function repaySteps({ id, debts, embargo, facts, shipped }: HotfixOnRecord): readonly NextStep[] {
  const owed = debts.filter(({ repaid }) => repaid === null)
  const manager = 'the release manager'
  return [
    ...(shipped === null
      ? [
          {
            who: manager,
            what: 'see that it is everywhere',
            command: `bulkhead hotfix ship --hotfix ${id}`,
          },
        ]
      : []),
    ...(embargo && facts === null
      ? [
          {
            who: 'who declared it',
            what: 'end the embargo: it is everywhere',
            command: `bulkhead hotfix open --hotfix ${id}`,
          },
        ]
      : []),
    ...owed.map(({ name }) => ({
      who: name === 'review' ? 'a reviewer' : manager,
      what: `repay ${name}`,
      command: repayCommand(id, name).replaceAll('`', ''),
      debt: name,
    })),
    ...(owed.length === 0
      ? [{ who: manager, what: 'close it', command: `bulkhead hotfix close --hotfix ${id}` }]
      : []),
  ]
}
