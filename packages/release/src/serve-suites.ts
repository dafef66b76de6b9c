import { randomUUID } from 'node:crypto'
import { serveVoucher } from '@bulkhead/test-reports'
import { type Keyring, signerFor } from './keyring.ts'
import { checkoutOf } from './run-suites.ts'
import { toolVersions } from './tool-versions.ts'
import { suiteOf, workingPolicy } from './working-policy.ts'
import { type Workspace, suitesDirectory } from './workspace.ts'

export interface ServeSuitesRequest {
  readonly socket: string
  readonly keyring: Keyring
  /** The version of Bulkhead that serves, for its records. */
  readonly version?: string
  readonly signal: AbortSignal
  readonly onReady: () => void
}

/**
 * Is the voucher of this work tree until it is stopped: runs suites for others and signs what it saw.
 * The key must be one that the policy checked out at the start names; what counts is the trusted ref.
 */
export async function serveSuites(
  workspace: Workspace,
  request: ServeSuitesRequest,
): Promise<void> {
  const { repository, clock, run: runProcess } = workspace
  await serveVoucher({
    socketPath: request.socket,
    signer: signerFor('voucher', request.keyring, await workingPolicy(workspace)),
    checkout: checkoutOf(workspace),
    clock,
    runProcess,
    nonce: randomUUID,
    tools: toolVersions(request.version),
    planOf: async (name) => suiteOf(await workingPolicy(workspace), name),
    evidenceOf: (commit) => suitesDirectory(repository, commit),
    signal: request.signal,
    onReady: request.onReady,
  })
}
