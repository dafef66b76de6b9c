import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { LoadedPolicy } from '@bulkhead/policy'
import { type RunRecord, type RunSummary, requestVouchedRun, runVouchedSuite } from '@bulkhead/test-reports'
import type { Finding } from '@bulkhead/vocabulary'
import { cleanHead } from './clean-head.ts'
import { type Keyring, signerFor } from './keyring.ts'
import { type Workspace, evidenceDirectory } from './workspace.ts'
import { suiteOf } from './working-policy.ts'

/** Who vouches: a process of its own whose key the tests cannot read, or the caller's own key. */
export type Vouching = { readonly kind: 'voucher'; readonly socket: string } | { readonly kind: 'local'; readonly keyring: Keyring }

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

export interface SuiteRun {
  readonly record: RunRecord
  readonly findings: readonly Finding[]
}

/** Runs suites at the commit that is checked out, one after the other, and keeps vouched-for records. */
export async function runSuites(workspace: Workspace, request: RunSuitesRequest): Promise<readonly SuiteRun[]> {
  const names = request.suites.length > 0 ? request.suites : Object.keys(request.policy.policy.suites)
  const runs: SuiteRun[] = []
  for (const name of names) {
    const { record } = await runOne(workspace, request, name)
    runs.push({ record, findings: endFindings(record) })
  }
  return runs
}
