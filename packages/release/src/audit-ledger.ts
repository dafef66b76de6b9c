import { type LedgerVerification, gitLedgerStore, verifyLedger } from '@bulkhead/ledger'
import { loadPolicy } from '@bulkhead/policy'
import { ledgerOrigin } from './ledger-access.ts'
import { trustedKeys } from './trusted-keys.ts'
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
  return verifyLedger({
    entries: gitLedgerStore({ repository: workspace.repository, environment }).read(0),
    trust: { keys: trustedKeys(policy, 'ledger') },
    origin: ledgerOrigin({ genesis, environment }),
    environment,
  })
}
