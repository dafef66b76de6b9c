import { judgeSuite } from '@bulkhead/gate'
import { type LoadedPolicy, type Mode, loadPolicy } from '@bulkhead/policy'
import { type CommitId, type Finding, sortFindings } from '@bulkhead/vocabulary'
import { cleanHead } from './clean-head.ts'
import { inventoryAt } from './gather-evidence.ts'
import { observeSuite } from './observe-suite.ts'
import { judgeNextPolicy } from './next-policy.ts'
import { judgeReleaseRange } from './release-range.ts'
import { pinnedGenesis } from './trusted-ref.ts'
import type { Workspace } from './workspace.ts'

export interface CheckRequest {
  /** The trusted ref; default: the remote's default branch, else the pinned genesis. */
  readonly base?: string
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
}

/** All that a pull request would meet, here and now. Nothing is signed, attested or put on record. */
export async function checkHead(workspace: Workspace, request: CheckRequest): Promise<CheckResult> {
  const { repository } = workspace
  const head = await cleanHead(workspace)
  const base = await trustedCommit(workspace, request.base)
  const policy = await loadPolicy(repository, base)
  request.onStep(`commits ${base.slice(0, 12)}..${head.slice(0, 12)}`)
  const range = await judgeReleaseRange(workspace, policy, head)
  const findings = [
    ...range.findings,
    ...range.commits.flatMap((commit) => commit.findings),
    ...(await judgeNextPolicy(workspace, head)),
  ]
  const suites: CheckResult['suites'][number][] = []
  for (const name of Object.keys(policy.policy.suites)) {
    request.onStep(`suite ${name}`)
    const { counts, found } = await checkSuite(workspace, { ...request, policy, name, head })
    suites.push({ name, ...counts })
    findings.push(...found)
  }
  return {
    base,
    head,
    mode: policy.policy.mode,
    commits: range.counts.commits,
    suites,
    findings: sortFindings(findings),
  }
}

interface SuiteCheck extends CheckRequest {
  readonly policy: LoadedPolicy
  readonly name: string
  readonly head: CommitId
}

async function checkSuite(
  workspace: Workspace,
  { policy, name, head, onOutput, signal }: SuiteCheck,
) {
  const suite = policy.policy.suites[name]
  if (suite === undefined) throw new TypeError('the names come from the policy itself')
  const { run, reports } = await observeSuite(workspace, {
    name,
    suite,
    commit: head,
    onOutput,
    signal,
  })
  const inventory = await inventoryAt(workspace, { policy, commit: head, suite, name })
  const found = judgeSuite({
    name,
    policy: suite,
    commit: head,
    evidence: { run, reports, inventory: inventory.lists, findings: inventory.findings },
  })
  const sum = (count: 'tests' | 'passed') =>
    reports.reduce((total, report) => total + report.counts[count], 0)
  return { counts: { tests: sum('tests'), passed: sum('passed') }, found }
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
