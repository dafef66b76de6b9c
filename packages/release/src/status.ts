import type { EnvironmentState } from '@bulkhead/ledger'
import type { Observation } from '@bulkhead/rollout'
import { WorldError } from '@bulkhead/vocabulary'
import { openTarget } from './environment-target.ts'
import { findTrustedBase } from './trusted-ref.ts'
import type { Workspace } from './workspace.ts'

export interface EnvironmentStatus {
  readonly ledger: EnvironmentState
  /** What the fleet itself says, null when it does not answer. */
  readonly fleet: Observation | null
}

/** What is on record of an environment, and what its fleet says now. */
export async function statusOf(
  workspace: Workspace,
  environment: string,
  genesis?: string,
): Promise<EnvironmentStatus> {
  const base = await findTrustedBase(workspace, environment, genesis)
  const target = await openTarget(workspace, environment, base.policy)
  const fleet = await target.observe().catch((error: unknown) => {
    if (error instanceof WorldError) return null
    throw error
  })
  return { ledger: base.ledger.state, fleet }
}
