import { type HotfixClock, clockOf } from '@bulkhead/hotfix'
import type { HotfixOnRecord } from '@bulkhead/ledger'
import { type CommitId, type Finding, InputError, type Milliseconds } from '@bulkhead/vocabulary'
import { buildRelease } from '../build-release.ts'
import { cleanHead } from '../clean-head.ts'
import { gateRelease } from '../gate-release.ts'
import { type Vouching, runSuites } from '../run-suites.ts'
import { type TrustedBase, findTrustedBase } from '../trusted-ref.ts'
import { workingPolicy } from '../working-policy.ts'
import type { Workspace } from '../workspace.ts'
import type { ShipHotfixRequest } from './before-hotfix.ts'
import { declareHotfix } from './declare-hotfix.ts'
import { runGit } from './git-command.ts'
import { chosenHotfix, nowFor } from './hotfix-access.ts'
import { type HotfixStatus, hotfixStatus } from './hotfix-status.ts'
import { closeHotfix, repayDebt } from './repay-debt.ts'
import { type ShipHotfixResult, shipHotfix } from './ship-hotfix.ts'

export interface DrillRequest extends Omit<ShipHotfixRequest, 'suspectRunning'> {
  /** 64 random hex digits. */
  readonly salt: string
  readonly vouching: Vouching
  readonly onOutput: (chunk: Uint8Array) => void
  /** How long people may take to take it and to agree; after that it is called again. */
  readonly patience: Milliseconds
  /** Hears who must do what, whenever that has changed. */
  readonly onWait: (status: HotfixStatus) => void
}

/** How a drill went. `waiting`: people have not done their part yet; called again, it goes on. */
export interface DrillResult {
  readonly result: 'drilled' | 'waiting' | 'blocked'
  readonly commit: CommitId
  readonly hotfix: number | null
  readonly clock: HotfixClock | undefined
  readonly findings: readonly Finding[]
}

/**
 * Runs the whole lane on a release that changes nothing: commit, suites, build, gate, declaration, pages,
 * people, three waves, way back. Its times stay on record like those of a fix; it owes nothing but that
 * main contains it, counts for no quota, and binds no later release. Killed, it is called again.
 */
export async function drillHotfix(
  workspace: Workspace,
  request: DrillRequest,
): Promise<DrillResult> {
  const base = await findTrustedBase(workspace, request.environment, request.genesis)
  const commit = await noOpCommit(workspace, base, request.environment)
  const judged = await prove(workspace, request, commit)
  if (judged.length > 0) return { ...NOTHING, commit, result: 'blocked', findings: judged }
  const { salt } = request
  const advisory = `DRILL-${commit.slice(0, 12)}`
  const declared = await declareHotfix(workspace, {
    ...request,
    commit,
    severity: 'low',
    facts: { salt, advisory, reason: 'a drill of the hotfix lane' },
    embargo: false,
    drill: true,
  })
  if (declared.kind === 'refused')
    return { ...NOTHING, commit, result: 'blocked', findings: declared.findings }
  const { id } = declared.hotfix
  const ready = await waitForPeople(workspace, request, id)
  if (!ready) return endOf(workspace, request, { id, commit, result: 'waiting', findings: [] })
  const shipped = await shipHotfix(workspace, { ...request, hotfix: id, suspectRunning: false })
  const findings = [...shipped.findings, ...(await closeDrill(workspace, request, shipped))]
  const result = findings.length === 0 ? 'drilled' : 'blocked'
  return endOf(workspace, request, { id, commit, result, findings })
}

const NOTHING = { hotfix: null, clock: undefined } as const

/** An empty commit on what is deployed: the one that is checked out already, or a new one. */
async function noOpCommit(
  workspace: Workspace,
  { ledger, genesis }: TrustedBase,
  environment: string,
): Promise<CommitId> {
  const { repository } = workspace
  const { released, rollouts, unfinished, hotfixes } = ledger.state
  const deployed = released?.commit ?? genesis
  const head = await cleanHead(workspace)
  const other = hotfixes.find((one) => one.closed === null && !(one.drill && one.commit === head))
  if (other !== undefined || rollouts.length > 0 || unfinished.some((one) => one.commit !== head))
    throw new InputError(disturbs(environment, other))
  if (head === deployed) {
    const message = 'Drill of the hotfix lane\n\nIt changes nothing.'
    await runGit(workspace, ['commit', '--allow-empty', '--gpg-sign', '--message', message])
    return repository.resolveCommit('HEAD')
  }
  const same = (await repository.treeOf(head)) === (await repository.treeOf(deployed))
  if (same && (await repository.isAncestor(deployed, head))) return head
  throw new InputError({
    code: 'hotfix/not-a-drill',
    subject: head,
    message: `is checked out; ${deployed} is deployed, and a drill changes nothing of that`,
    remedy: `git switch --detach ${deployed}, and drill again`,
  })
}

const disturbs = (environment: string, other: HotfixOnRecord | undefined): Finding => ({
  code: 'hotfix/drill-disturbs',
  subject: environment,
  message:
    other === undefined ? 'a rollout is under way or unfinished' : `hotfix ${other.id} is open`,
  remedy: 'drill when nothing else is on its way: `bulkhead status`',
})

/** Suites, build and gate, unless there is a PASS already. @returns why there is none */
async function prove(
  workspace: Workspace,
  { environment, genesis, keyring, actors, vouching, onOutput, signal }: DrillRequest,
  commit: CommitId,
): Promise<readonly Finding[]> {
  const { ledger } = await findTrustedBase(workspace, environment, genesis)
  if (ledger.state.verdicts[commit]?.outcome === 'PASS') return []
  const policy = await workingPolicy(workspace)
  await runSuites(workspace, { policy, suites: [], vouching, onOutput, signal })
  await buildRelease(workspace, { policy, keyring, onOutput, signal })
  const { verdict } = await gateRelease(workspace, {
    environment,
    commit,
    keyring,
    actors,
    ...(genesis === undefined ? {} : { genesis }),
  })
  return verdict.outcome === 'PASS' ? [] : verdict.findings
}

const LOOK_MS = 1_000

/** Looks until somebody has it and enough people agree. @returns false when patience is at its end */
async function waitForPeople(
  { clock, ...world }: Workspace,
  { environment, genesis, patience, signal, onWait }: DrillRequest,
  hotfix: number,
): Promise<boolean> {
  const workspace = { clock, ...world }
  const question = { environment, hotfix, ...(genesis === undefined ? {} : { genesis }) }
  const until = clock.monotonic() + patience
  let told = ''
  for (;;) {
    const [status] = await hotfixStatus(workspace, question)
    if (status === undefined) throw new TypeError('it was declared')
    const { acknowledged, reached } = status.hotfix
    const agreed = reached !== null || status.approvals?.findings.length === 0
    if (acknowledged !== null && agreed) return true
    if (signal.aborted || clock.monotonic() >= until) return false
    const news = JSON.stringify(status.next)
    if (news !== told) onWait(status)
    told = news
    await clock.sleep(LOOK_MS, signal).catch(() => undefined)
  }
}

/** What is checked out contains the drill, so the way back is proved at once. */
async function closeDrill(
  workspace: Workspace,
  request: DrillRequest,
  { result, hotfix }: ShipHotfixResult,
): Promise<readonly Finding[]> {
  if (result !== 'released') return []
  const about = { ...request, hotfix }
  await repayDebt(workspace, {
    ...about,
    debt: 'back-merge',
    evidence: undefined,
    items: [],
    into: 'HEAD',
  })
  const { findings } = await closeHotfix(workspace, { ...about, withdraw: undefined })
  return findings
}

async function endOf(
  workspace: Workspace,
  { environment, genesis }: DrillRequest,
  { id, ...ended }: Pick<DrillResult, 'result' | 'commit' | 'findings'> & { readonly id: number },
): Promise<DrillResult> {
  const base = await findTrustedBase(workspace, environment, genesis)
  const hotfix = chosenHotfix(base.ledger.state.hotfixes, id)
  const now = nowFor(workspace, hotfix)
  const clock = clockOf(hotfix, base.policy.policy.hotfix, { now, approvedAt: undefined })
  return { ...ended, hotfix: id, clock }
}
