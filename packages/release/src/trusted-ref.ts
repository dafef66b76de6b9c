import { missingLedger } from '@bulkhead/ledger'
import { type LedgerState, readLedger } from './ledger-access.ts'
import { type EnvironmentPolicy, type LoadedPolicy, loadPolicy } from '@bulkhead/policy'
import { type CommitId, DeniedError, InputError } from '@bulkhead/vocabulary'
import type { Workspace } from './workspace.ts'

/**
 * Where judging starts for one environment (DESIGN §10): the commit last released there, by its
 * ledger, or the pinned genesis while nothing has been released.
 */
export interface TrustedBase {
  readonly policy: LoadedPolicy
  readonly genesis: CommitId
  /** The genesis policy, from which the ledger's own keys are read. */
  readonly ledgerPolicy: LoadedPolicy
  readonly ledger: LedgerState
}

/**
 * The commit that the caller pinned as genesis: named in the call, or in the clone's own git
 * configuration. Never read from what is judged.
 * @throws InputError `policy/no-genesis`
 */
export async function pinnedGenesis({ repository }: Workspace, named?: string): Promise<CommitId> {
  const pinned = named ?? (await repository.configValue('bulkhead.genesis'))
  if (pinned !== undefined) return repository.resolveCommit(pinned)
  throw new InputError({
    code: 'policy/no-genesis',
    subject: repository.root,
    message: 'nobody has pinned the commit from which judging starts',
    remedy:
      'pin the commit that you trust: `git config bulkhead.genesis $(git rev-parse COMMIT)`, or pass --genesis COMMIT',
  })
}

/**
 * Finds the trusted ref of an environment. The ledger's own keys come from the genesis policy, which
 * the caller pinned; everything else from the policy of the commit that the ledger says is released.
 */
export async function findTrustedBase(
  workspace: Workspace,
  environment: string,
  genesisNamed?: string,
): Promise<TrustedBase> {
  const genesis = await pinnedGenesis(workspace, genesisNamed)
  const first = await loadPolicy(workspace.repository, genesis)
  requireEnvironment(first, environment)
  const ledger = await readLedger(workspace, { genesis, policy: first, environment })
  const released = ledger.state.released
  const policy = released === null ? first : await loadPolicy(workspace.repository, released.commit)
  requireEnvironment(policy, environment)
  return { policy, genesis, ledgerPolicy: first, ledger }
}

/**
 * The same for who reads or steers what is on record, or leans on it: of a ledger that is not there
 * nothing is known, and a lease taken on a new one keeps nobody away.
 * @throws DeniedError `ledger/missing`
 */
export async function findBegunBase(
  workspace: Workspace,
  environment: string,
  genesisNamed?: string,
): Promise<TrustedBase> {
  const base = await findTrustedBase(workspace, environment, genesisNamed)
  if (base.ledger.size === 0) throw new DeniedError([missingLedger(environment)])
  return base
}

/** An environment that was checked to be there, see {@link requireEnvironment}. */
export function environmentPolicy(
  { policy }: LoadedPolicy,
  environment: string,
): EnvironmentPolicy {
  const found = policy.environments[environment]
  if (found === undefined) throw new TypeError('the environment was checked before')
  return found
}

/** @throws InputError `usage/invalid-option` naming the environments that there are */
export function requireEnvironment(policy: LoadedPolicy, environment: string): void {
  const known = Object.keys(policy.policy.environments)
  if (known.includes(environment)) return
  throw new InputError({
    code: 'usage/invalid-option',
    subject: `--environment ${environment}`,
    message: `the policy of ${policy.trustedRef} has no such environment`,
    remedy: `name one of: ${known.join(', ')}`,
  })
}
