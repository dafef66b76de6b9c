import type { Actor, LedgerEntry } from '@bulkhead/ledger'
import { loadPolicy } from '@bulkhead/policy'
import type { Keyring } from './keyring.ts'
import { writeLedger } from './ledger-access.ts'
import { pinnedGenesis, requireEnvironment } from './trusted-ref.ts'
import type { Workspace } from './workspace.ts'

export interface HeartbeatRequest {
  readonly environment: string
  readonly genesis?: string
  readonly keyring: Keyring
  readonly actors: readonly Actor[]
}

/**
 * Records that nothing else happened. Who expects a heartbeat on time can tell an old view of the log
 * from a quiet day; and a log from before there were tiles gets them with it.
 */
export async function beatLedger(
  workspace: Workspace,
  { environment, genesis: named, keyring, actors }: HeartbeatRequest,
): Promise<LedgerEntry | undefined> {
  const genesis = await pinnedGenesis(workspace, named)
  const policy = await loadPolicy(workspace.repository, genesis)
  requireEnvironment(policy, environment)
  const ledger = await writeLedger(workspace, { genesis, policy, environment }, keyring, actors)
  const [entry] = await ledger.append([{ kind: 'heartbeat', actors, data: {} }])
  return entry
}
