import { type LedgerStore, openStore } from '@bulkhead/ledger'
import type { LoadedPolicy } from '@bulkhead/policy'
import type { Workspace } from './workspace.ts'

/** The store of an environment's ledger, as the policy that the caller pinned names it. */
export function ledgerStoreOf(
  { repository }: Workspace,
  { policy }: Pick<LoadedPolicy, 'policy'>,
  environment: string,
): LedgerStore {
  const address = policy.environments[environment]?.ledger ?? { store: 'git' }
  return openStore(address, { repository, environment })
}
