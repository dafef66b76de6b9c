import { type EnvironmentState, missingLedger } from '@bulkhead/ledger'
import type { Observation } from '@bulkhead/rollout'
import { type Finding, WorldError } from '@bulkhead/vocabulary'
import { openTarget } from './environment-target.ts'
import { findTrustedBase } from './trusted-ref.ts'
import type { Workspace } from './workspace.ts'

export interface EnvironmentStatus {
  /** Null when there is no ledger: then nothing is known, which is not that nothing was done. */
  readonly ledger: EnvironmentState | null
  /** What the fleet itself says, null when it does not answer. */
  readonly fleet: Observation | null
  readonly findings: readonly Finding[]
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
  if (base.ledger.size === 0) return { ledger: null, fleet, findings: [missingLedger(environment)] }
  return { ledger: base.ledger.state, fleet, findings: [] }
}
