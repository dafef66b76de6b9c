import {
  type SuiteEvidence,
  type WaivedFinding,
  findingsOfRange,
  judgeOwnSigners,
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
import { judgeByOwnSigners } from './own-signers.ts'
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
  const head = await cleanHead(workspace)
  const base = await trustedCommit(workspace, request.base)
  request.onStep(`commits ${base.slice(0, 12)}..${head.slice(0, 12)}`)
  const check = await gatherCheck(workspace, request, { head, base })
  const { policy, next, range, approvals } = check
  const findings = [...(await judgeChanges(workspace, check))]
  const { counting, objections } = judgeWaivers({
    policy,
    own: next?.policy,
    commit: head,
    waivers: approvals.waivers,
    authors: check.authors,
    now: workspace.clock.now(),
  })
  const waived: WaivedFinding[] = []
  const suites: CheckResult['suites'][number][] = []
  for (const [name, suite] of Object.entries(suitesInForce(policy.policy, next?.policy))) {
    request.onStep(`suite ${name}`)
    const { counts, found } = await checkSuite(workspace, { ...request, ...check, name, suite })
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

/** What every part of a check is judged by. */
interface Check {
  readonly head: CommitId
  /** The policy of the trusted ref. */
  readonly policy: LoadedPolicy
  /** The policy that the head carries. */
  readonly next: LoadedPolicy | undefined
  readonly range: RangeJudgement
  readonly heads: readonly CommitId[]
  readonly approvals: GatheredApprovals
  /** Whoever had a hand in the range; nobody where no waiver asks. */
  readonly authors: readonly string[]
}

async function gatherCheck(
  workspace: Workspace,
  { pullRequestHeads = [] }: CheckRequest,
  { head, base }: Pick<CheckResult, 'head' | 'base'>,
): Promise<Check> {
  const { repository } = workspace
  const policy = await loadPolicy(repository, base)
  const heads = await Promise.all(pullRequestHeads.map((name) => repository.resolveCommit(name)))
  const range = await judgeReleaseRange(workspace, policy, head, heads)
  const approvals = await approvalsHere(workspace, policy)
  const authors =
    approvals.waivers.length > 0
      ? await authorsOfRange(repository, { policy, commit: head, range })
      : []
  const next = await policyCarriedBy(workspace, head)
  return { head, policy, next, range, heads, approvals, authors }
}

/** What is said of the commits, and of the policy that they bring. */
async function judgeChanges(
  workspace: Workspace,
  { head, policy, next, range, heads, approvals }: Check,
): Promise<readonly Finding[]> {
  const change = { policy, next, commit: head }
  const ownRange = await judgeByOwnSigners(workspace, { ...change, pullRequestHeads: heads })
  const policyChange = await gatherPolicyChange(workspace, {
    ...change,
    range,
    approvals: approvals.policyChanges,
  })
  return [
    ...findingsOfRange(range),
    ...judgeOwnSigners(range, ownRange),
    ...(await judgeNextPolicy(workspace, head)),
    ...judgePolicyChange({ policy, policyChange, commit: head }),
  ]
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

interface SuiteCheck extends CheckRequest, Omit<Check, 'heads' | 'authors'> {
  readonly name: string
  readonly suite: SuitePolicy
}

async function checkSuite(
  workspace: Workspace,
  { policy, next, range, approvals, name, suite, head, leg, onOutput, signal }: SuiteCheck,
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
    amendments: approvals.amendments,
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
