import { randomUUID } from 'node:crypto'
import {
  type Checkout,
  type RunIdentity,
  type RunRecord,
  type RunSummary,
  partLabel,
  partOptions,
  requestVouchedRun,
  runVouchedSuite,
} from '@bulkhead/test-reports'
import type { CommitId, Digest, Finding } from '@bulkhead/vocabulary'
import { cleanHead } from './clean-head.ts'
import { type Keyring, signerFor } from './keyring.ts'
import { type ChosenPart, type PartsRequest, chooseParts, freshRun } from './suite-parts.ts'
import { toolVersions } from './tool-versions.ts'
import { type Workspace, suitesDirectory } from './workspace.ts'

/**
 * Who vouches: a process of its own whose key the tests cannot read, the caller's own key, or afterwards
 * the forge that runs this job.
 */
export type Vouching =
  | { readonly kind: 'forge' }
  | { readonly kind: 'voucher'; readonly socket: string }
  | { readonly kind: 'local'; readonly keyring: Keyring }

export interface RunSuitesRequest extends PartsRequest {
  /** The run that these parts belong to; a fresh one when not given. */
  readonly run?: RunIdentity
  /** The version of Bulkhead that runs them, for the record. */
  readonly version?: string
  /** Instead of the policy's command. The gate compares it with the trusted ref's. */
  readonly command?: readonly [string, ...string[]]
  readonly vouching: Vouching
  readonly onOutput: (chunk: Uint8Array) => void
  readonly signal: AbortSignal
}

/** One run, and why it proves nothing good, if so: the gate will say the same of it. */
export interface SuiteRun {
  /** The suite, and its leg and shard where it has them. */
  readonly label: string
  readonly record: RunRecord
  readonly findings: readonly Finding[]
  /** SHA-256 of the file that keeps the record, where it was written here. */
  readonly kept: Digest | undefined
}

/**
 * Runs suites at the commit that is checked out, part by part, and keeps vouched-for records. All
 * parts of one call are of one run.
 */
export async function runSuites(
  workspace: Workspace,
  request: RunSuitesRequest,
): Promise<readonly SuiteRun[]> {
  const commit = await cleanHead(workspace)
  const run = request.run ?? freshRun()
  const runs: SuiteRun[] = []
  for (const chosen of chooseParts(request)) {
    const { record, findings, kept } = await runOne(workspace, request, { commit, run, ...chosen })
    runs.push({
      label: partLabel(chosen.name, chosen.part),
      record,
      kept,
      findings: [...findings, ...endFindings(record)],
    })
  }
  return runs
}

interface PartOfRun extends ChosenPart {
  readonly commit: CommitId
  readonly run: RunIdentity
}

function runOne(
  workspace: Workspace,
  request: RunSuitesRequest,
  { commit, run, name, suite, part }: PartOfRun,
): Promise<RunSummary> {
  const { repository, clock, run: runProcess } = workspace
  const { vouching, onOutput, signal, command } = request
  const common = { suite: name, part, commit, run, clock, onOutput, signal }
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
    signer:
      vouching.kind === 'forge'
        ? undefined
        : signerFor('voucher', vouching.keyring, request.policy),
    evidence: suitesDirectory(repository, commit),
    tools: toolVersions(request.version),
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

function endFindings({ suite, leg, shard, command, end }: RunRecord): readonly Finding[] {
  if (end.kind === 'exited' && end.code === 0) return []
  return [
    {
      code: 'gate/exit-code',
      subject: partLabel(suite, { leg, shard }),
      message: `\`${command.join(' ')}\` ${end.kind === 'exited' ? `exited with ${end.code}` : `ended: ${end.kind}`}`,
      remedy: `read its output above, mend what failed, run \`bulkhead test ${partOptions(suite, { leg, shard })}\``,
    },
  ]
}
