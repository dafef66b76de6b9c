import { randomUUID } from 'node:crypto'
import type { LoadedPolicy, SuitePolicy } from '@bulkhead/policy'
import {
  type Checkout,
  type RunRecord,
  type RunSummary,
  requestVouchedRun,
  runVouchedSuite,
} from '@bulkhead/test-reports'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import { cleanHead } from './clean-head.ts'
import { type Keyring, signerFor } from './keyring.ts'
import { suiteOf } from './working-policy.ts'
import { type Workspace, suitesDirectory } from './workspace.ts'

/** Who vouches: a process of its own whose key the tests cannot read, or the caller's own key. */
export type Vouching =
  | { readonly kind: 'voucher'; readonly socket: string }
  | { readonly kind: 'local'; readonly keyring: Keyring }

export interface RunSuitesRequest {
  readonly policy: LoadedPolicy
  /** Names; every suite of the policy when empty. */
  readonly suites: readonly string[]
  /** Instead of the policy's command. The gate compares it with the trusted ref's. */
  readonly command?: readonly [string, ...string[]]
  readonly vouching: Vouching
  readonly onOutput: (chunk: Uint8Array) => void
  readonly signal: AbortSignal
}

/** One run, and why it proves nothing good, if so: the gate will say the same of it. */
export interface SuiteRun {
  readonly record: RunRecord
  readonly findings: readonly Finding[]
}

/** Runs suites at the commit that is checked out, one after the other, and keeps vouched-for records. */
export async function runSuites(
  workspace: Workspace,
  request: RunSuitesRequest,
): Promise<readonly SuiteRun[]> {
  const commit = await cleanHead(workspace)
  const names =
    request.suites.length > 0 ? request.suites : Object.keys(request.policy.policy.suites)
  const chosen = names.map((name) => ({ name, suite: suiteOf(request.policy, name) }))
  const runs: SuiteRun[] = []
  for (const { name, suite } of chosen) {
    const { record, findings } = await runOne(workspace, request, { commit, name, suite })
    runs.push({ record, findings: [...findings, ...endFindings(record)] })
  }
  return runs
}

interface ChosenSuite {
  readonly commit: CommitId
  readonly name: string
  readonly suite: SuitePolicy
}

function runOne(
  workspace: Workspace,
  request: RunSuitesRequest,
  { commit, name, suite }: ChosenSuite,
): Promise<RunSummary> {
  const { repository, clock, run: runProcess } = workspace
  const { vouching, onOutput, signal, command } = request
  const common = { suite: name, commit, clock, onOutput, signal }
  if (vouching.kind === 'voucher') {
    const order = {
      ...common,
      socketPath: vouching.socket,
      repository: repository.root,
      timeout: suite.timeout,
    }
    return requestVouchedRun(command === undefined ? order : { ...order, command })
  }
  return runVouchedSuite({
    ...common,
    checkout: checkoutOf(workspace),
    plan: { ...suite, command: command ?? suite.command },
    signer: signerFor('voucher', vouching.keyring, request.policy),
    evidence: suitesDirectory(repository, commit),
    run: { id: randomUUID(), attempt: 1 },
    shard: { index: 1, total: 1 },
    nonce: randomUUID,
    runProcess,
  })
}

/** The work tree as a voucher looks at it. */
export const checkoutOf = ({ repository }: Workspace): Checkout => ({
  root: repository.root,
  head: () => repository.resolveCommit('HEAD'),
  dirtyPaths: () => repository.dirtyPaths(),
})

function endFindings({ suite, command, end }: RunRecord): readonly Finding[] {
  if (end.kind === 'exited' && end.code === 0) return []
  return [
    {
      code: 'gate/exit-code',
      subject: suite,
      message: `\`${command.join(' ')}\` ${end.kind === 'exited' ? `exited with ${end.code}` : `ended: ${end.kind}`}`,
      remedy: `read its output above, mend what failed, run \`bulkhead test --suite ${suite}\``,
    },
  ]
}
