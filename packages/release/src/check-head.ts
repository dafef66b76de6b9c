import {
  type SuiteEvidence,
  type WaivedFinding,
  judgePolicyChange,
  judgeSuite,
  judgeWaivers,
  suitesInForce,
  waive,
} from '@bulkhead/gate'
import { type LoadedPolicy, type Mode, type SuitePolicy, loadPolicy } from '@bulkhead/policy'
import type { RangeJudgement } from '@bulkhead/signatures'
import type { Inventory, TestId } from '@bulkhead/test-reports'
import { type CommitId, type Finding, sortFindings } from '@bulkhead/vocabulary'
import { type GatheredApprovals, NO_APPROVALS, gatherApprovals } from './approvals.ts'
import { cleanHead } from './clean-head.ts'
import { gatherDemands, policyCarriedBy } from './gather-suite.ts'
import { observeSuite } from './observe-suite.ts'
import { judgeNextPolicy } from './next-policy.ts'
import { gatherPolicyChange } from './policy-change.ts'
import { authorsOfRange } from './range-authors.ts'
import { judgeReleaseRange } from './release-range.ts'
import { legOf } from './suite-parts.ts'
import { pinnedGenesis } from './trusted-ref.ts'
import type { Workspace } from './workspace.ts'

export interface CheckRequest {
  /** The trusted ref; default: the remote's default branch, else the pinned genesis. */
  readonly base?: string
  /** The leg that this machine stands for, in suites that declare legs. */
  readonly leg?: string
  /** Heads of pull requests that the forge may have squashed; each is judged too. */
  readonly pullRequestHeads?: readonly string[]
  readonly onOutput: (chunk: Uint8Array) => void
  readonly onStep: (step: string) => void
  readonly signal: AbortSignal
}

export interface CheckResult {
  readonly base: CommitId
  readonly head: CommitId
  readonly mode: Mode
  readonly commits: number
  readonly suites: readonly {
    readonly name: string
    readonly tests: number
    readonly passed: number
  }[]
  readonly findings: readonly Finding[]
  /** Findings that do not block, since somebody waived them. */
  readonly waived: readonly WaivedFinding[]
  /** Approvals and waivers that count for nothing, with why. */
  readonly notCounted: readonly Finding[]
}

/** All that a pull request would meet, here and now. Nothing is signed, attested or put on record. */
export async function checkHead(workspace: Workspace, request: CheckRequest): Promise<CheckResult> {
  const { repository } = workspace
  const head = await cleanHead(workspace)
  const base = await trustedCommit(workspace, request.base)
  const policy = await loadPolicy(repository, base)
  request.onStep(`commits ${base.slice(0, 12)}..${head.slice(0, 12)}`)
  const heads = (request.pullRequestHeads ?? []).map((name) => repository.resolveCommit(name))
  const range = await judgeReleaseRange(workspace, policy, head, await Promise.all(heads))
  const next = await policyCarriedBy(workspace, head)
  const approvals = await approvalsHere(workspace, policy)
  const policyChange = await gatherPolicyChange(workspace, {
    policy,
    next,
    commit: head,
    range,
    approvals: approvals.policyChanges,
  })
  const findings = [
    ...range.findings,
    ...range.commits.flatMap((commit) => commit.findings),
    ...(await judgeNextPolicy(workspace, head)),
    ...judgePolicyChange({ policy, policyChange, commit: head }),
  ]
  const { counting, objections } = judgeWaivers({
    policy,
    own: next?.policy,
    commit: head,
    waivers: approvals.waivers,
    authors:
      approvals.waivers.length > 0
        ? await authorsOfRange(repository, { policy, commit: head, range })
        : [],
    now: workspace.clock.now(),
  })
  const waived: WaivedFinding[] = []
  const suites: CheckResult['suites'][number][] = []
  const inForce = suitesInForce(policy.policy, next?.policy)
  for (const [name, suite] of Object.entries(inForce)) {
    request.onStep(`suite ${name}`)
    const { counts, found } = await checkSuite(workspace, {
      ...request,
      policy,
      next,
      range,
      amendments: approvals.amendments,
      name,
      suite,
      head,
    })
    const divided = waive(name, found, counting)
    suites.push({ name, ...counts })
    findings.push(...divided.kept)
    waived.push(...divided.waived)
  }
  return {
    base,
    head,
    mode: policy.policy.mode,
    commits: range.counts.commits,
    suites,
    findings: sortFindings(findings),
    waived,
    notCounted: [...approvals.refused, ...objections],
  }
}

/** Approvals hold for one genesis; a clone that pins none has none. */
async function approvalsHere(
  workspace: Workspace,
  policy: LoadedPolicy,
): Promise<GatheredApprovals> {
  const pinned = await workspace.repository.configValue('bulkhead.genesis')
  if (pinned === undefined) return NO_APPROVALS
  const genesis = await workspace.repository.resolveCommit(pinned)
  return gatherApprovals(workspace, policy, genesis)
}

interface SuiteCheck extends CheckRequest {
  readonly policy: LoadedPolicy
  readonly next: LoadedPolicy | undefined
  readonly range: RangeJudgement
  readonly amendments: GatheredApprovals['amendments']
  readonly name: string
  readonly suite: SuitePolicy
  readonly head: CommitId
}

async function checkSuite(
  workspace: Workspace,
  { policy, next, range, amendments, name, suite, head, leg, onOutput, signal }: SuiteCheck,
) {
  const here = legOf({ suites: [], ...(leg === undefined ? {} : { leg }) }, name, suite)
  const { runs } = await observeSuite(workspace, {
    name,
    suite,
    commit: head,
    leg: here,
    onOutput,
    signal,
  })
  const demands = await gatherDemands(workspace, {
    commit: head,
    policy,
    next,
    range,
    name,
    suite,
    amendments,
  })
  const found = judgeSuite({
    name,
    // Other legs run on other machines: here this one is judged alone.
    policy: { ...suite, legs: here === '' ? [] : [here] },
    commit: head,
    evidence: { ...onlyLeg(demands, here), runs },
  })
  const reports = runs.flatMap((run) => run.reports)
  const sum = (count: 'tests' | 'passed') =>
    reports.reduce((total, report) => total + report.counts[count], 0)
  return { counts: { tests: sum('tests'), passed: sum('passed') }, found }
}

/** What is demanded of one leg alone. */
function onlyLeg(demands: Omit<SuiteEvidence, 'runs'>, leg: string): Omit<SuiteEvidence, 'runs'> {
  const isHere = (id: TestId) => id.leg === undefined || id.leg === leg
  const restrict = (list: Inventory | undefined) =>
    list === undefined ? undefined : { ...list, tests: list.tests.filter(isHere) }
  const { trusted, head } = demands.inventory
  return {
    ...demands,
    headLegs: leg === '' ? [] : [leg],
    inventory: { trusted: restrict(trusted), head: restrict(head) },
  }
}

const REMOTE_DEFAULTS = [
  'refs/remotes/origin/HEAD',
  'refs/remotes/origin/main',
  'refs/remotes/origin/master',
]

async function trustedCommit(workspace: Workspace, named: string | undefined): Promise<CommitId> {
  if (named !== undefined) return workspace.repository.resolveCommit(named)
  for (const ref of REMOTE_DEFAULTS) {
    const commit = await workspace.repository.readRef(ref)
    if (commit !== undefined) return commit
  }
  return pinnedGenesis(workspace)
}
