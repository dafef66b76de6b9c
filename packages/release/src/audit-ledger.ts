import type { LedgerVerification } from '@bulkhead/ledger'
import { loadPolicy } from '@bulkhead/policy'
import { verifyWholeLedger } from './ledger-access.ts'
import { pinnedGenesis, requireEnvironment } from './trusted-ref.ts'
import type { Workspace } from './workspace.ts'

/** Verifies the whole ledger of an environment, with a verdict and reasons for each entry. */
export async function auditLedger(
  workspace: Workspace,
  environment: string,
  genesisNamed?: string,
): Promise<LedgerVerification> {
  const genesis = await pinnedGenesis(workspace, genesisNamed)
  const policy = await loadPolicy(workspace.repository, genesis)
  requireEnvironment(policy, environment)
  return verifyWholeLedger(workspace, { genesis, policy, environment })
}
