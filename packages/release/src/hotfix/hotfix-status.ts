import {
  type ApprovalJudgement,
  type HotfixClock,
  type NextStep,
  type OpenDebt,
  clockOf,
  customerNotice,
  nextSteps,
  openDebts,
  postMortem,
} from '@bulkhead/hotfix'
import type { HotfixOnRecord } from '@bulkhead/ledger'
import type { Digest } from '@bulkhead/vocabulary'
import { gatherApprovals } from '../approvals.ts'
import { verifyWholeLedger } from '../ledger-access.ts'
import { type TrustedBase, findBegunBase } from '../trusted-ref.ts'
import type { Workspace } from '../workspace.ts'
import { subjectOf } from './approve-hotfix.ts'
import { chosenHotfix, nowFor } from './hotfix-access.ts'
import { agreedSince, judgeHotfixApprovals } from './judge-hotfix.ts'
import { recallFacts } from './sealed-facts.ts'

export interface StatusQuestion {
  readonly environment: string
  readonly genesis?: string
  /** Default: every one that is open. */
  readonly hotfix?: number
}

/** One hotfix on one screen. */
export interface HotfixStatus {
  readonly hotfix: HotfixOnRecord
  readonly clock: HotfixClock
  /** Who agrees to which plan; undefined while nobody has, or there is nothing to agree to. */
  readonly approvals: ApprovalJudgement | undefined
  readonly debts: readonly OpenDebt[]
  readonly next: readonly NextStep[]
}

/** How the hotfixes of an environment stand; looks at the ledger and this clone, changes nothing. */
export async function hotfixStatus(
  workspace: Workspace,
  { environment, genesis, hotfix: named }: StatusQuestion,
): Promise<readonly HotfixStatus[]> {
  const base = await findBegunBase(workspace, environment, genesis)
  const { hotfixes } = base.ledger.state
  const chosen =
    named === undefined
      ? hotfixes.filter(({ closed }) => closed === null)
      : [chosenHotfix(hotfixes, named)]
  return Promise.all(chosen.map((hotfix) => statusOf(workspace, base, environment, hotfix)))
}

async function statusOf(
  workspace: Workspace,
  base: TrustedBase,
  environment: string,
  hotfix: HotfixOnRecord,
): Promise<HotfixStatus> {
  const policy = base.policy.policy.hotfix
  const now = nowFor(workspace, hotfix)
  const approvals = await approvalsOf(workspace, base, { environment, hotfix })
  const approvedAt = approvals && agreedSince(approvals, policy)
  return {
    hotfix,
    clock: clockOf(hotfix, policy, { now, approvedAt }),
    approvals,
    debts: openDebts([hotfix], policy, now),
    next: nextSteps(hotfix, approvals),
  }
}

interface Judged {
  readonly environment: string
  readonly hotfix: HotfixOnRecord
}

async function approvalsOf(
  workspace: Workspace,
  base: TrustedBase,
  { environment, hotfix }: Judged,
): Promise<ApprovalJudgement | undefined> {
  if (hotfix.gated === null || hotfix.reached !== null) return undefined
  const plan = await planAgreedTo(workspace, base, hotfix)
  return plan === undefined
    ? undefined
    : judgeHotfixApprovals(workspace, base, subjectOf(base, environment, hotfix, plan))
}

/** Since when enough people agree, by what is on record; undefined when too few do. */
export async function agreedSinceOnRecord(
  workspace: Workspace,
  base: TrustedBase,
  judged: Judged,
): Promise<number | undefined> {
  const approvals = await approvalsOf(workspace, base, judged)
  return approvals && agreedSince(approvals, base.policy.policy.hotfix)
}

/**
 * The plan of the newest approval, on record or as a file in this clone: an older one is of what nobody
 * would ship any more.
 */
async function planAgreedTo(
  workspace: Workspace,
  { policy, genesis }: TrustedBase,
  { id, approvals, commit }: HotfixOnRecord,
): Promise<Digest | undefined> {
  const { hotfixes } = await gatherApprovals(workspace, policy, genesis)
  const given = [
    ...approvals.map(({ plan, at, commit: of }) => ({ plan, of, time: Date.parse(at) })),
    ...hotfixes
      .filter(({ subject }) => subject.hotfix === id)
      .map(({ subject, created }) => ({ plan: subject.plan, of: subject.commit, time: created })),
  ]
  return given
    .filter(({ of }) => of === commit)
    .toSorted((one, other) => one.time - other.time)
    .at(-1)?.plan
}

/** Texts about a hotfix for people: the post-mortem and the draft of the notice to customers. */
export async function hotfixTexts(
  workspace: Workspace,
  { environment, genesis, hotfix: named }: StatusQuestion,
): Promise<{ readonly postMortem: string; readonly customerNotice: string }> {
  const base = await findBegunBase(workspace, environment, genesis)
  const hotfix = chosenHotfix(base.ledger.state.hotfixes, named)
  const address = { ...base, environment, policy: base.ledgerPolicy }
  const { entries } = await verifyWholeLedger(workspace, address)
  const told = !hotfix.embargo || hotfix.everywhere !== null
  const facts = told ? await recallFacts(workspace, hotfix) : undefined
  const source = {
    environment,
    hotfix,
    entries,
    facts,
    policy: base.policy.policy.hotfix,
    now: nowFor(workspace, hotfix),
  }
  return { postMortem: postMortem(source), customerNotice: customerNotice(source) }
}
