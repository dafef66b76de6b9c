import {
  type Actor,
  type EnvironmentState,
  type Ledger,
  type LedgerEntry,
  type LedgerVerification,
  type OpenLedgerOptions,
  MAX_ENTRY_BYTES,
  openLedger,
  verifyLedger,
} from '@bulkhead/ledger'
import type { Signer } from '@bulkhead/envelope'
import type { LoadedPolicy } from '@bulkhead/policy'
import { type CommitId, DeniedError, InputError } from '@bulkhead/vocabulary'
import { type Keyring, ledgerSigners } from './keyring.ts'
import { ledgerStoreOf } from './ledger-store-of.ts'
import { recallHead, rememberHead } from './remembered-head.ts'
import { trustedKeys } from './trusted-keys.ts'
import type { Workspace } from './workspace.ts'

/** Which ledger: one per environment, and its keys by the policy that the caller pinned. */
export interface LedgerAddress {
  readonly genesis: CommitId
  readonly policy: LoadedPolicy
  readonly environment: string
}

/** What a ledger says now, after every entry was verified. */
export interface LedgerState {
  readonly state: EnvironmentState
  readonly size: number
  /** All of it, in order. */
  readonly entries: readonly LedgerEntry[]
}

/**
 * Names one log among all logs (C2SP tlog-checkpoint, origin line). The pinned genesis commit is part
 * of it, so that a log of another repository or another beginning can never stand in.
 */
export const ledgerOrigin = ({
  genesis,
  environment,
}: Pick<LedgerAddress, 'genesis' | 'environment'>): string =>
  `bulkhead.dev/ledger/${genesis}/${environment}`

/** Reads and verifies a whole ledger. @throws DeniedError when it does not verify */
export async function readLedger(
  workspace: Workspace,
  address: LedgerAddress,
): Promise<LedgerState> {
  const verification = await verifyWholeLedger(workspace, address)
  if (verification.findings.length > 0) throw new DeniedError(verification.findings)
  const { state, entries } = verification
  return { state, size: entries.length, entries }
}

/** Verifies a whole ledger, also against what this clone has seen of it before. */
export async function verifyWholeLedger(
  workspace: Workspace,
  address: LedgerAddress,
): Promise<LedgerVerification> {
  const { environment, policy } = address
  const head = await recallHead(workspace, address)
  const verification = await verifyLedger({
    entries: ledgerStoreOf(workspace, policy, environment).read(0),
    trust: { keys: trustedKeys(policy, 'ledger'), ...(head === undefined ? {} : { head }) },
    origin: ledgerOrigin(address),
    environment,
  })
  if (verification.findings.length === 0)
    await rememberHead(workspace, address, verification.entries.at(-1))
  return verification
}

/**
 * Opens a ledger for entries of any kind. A deploy writes long ones, and must not find out in the middle
 * that its key cannot sign them.
 * @throws InputError `usage/wrong-key`, `signer/too-long`
 */
export async function writeLedger(
  workspace: Workspace,
  address: LedgerAddress,
  keyring: Keyring,
  actors: readonly Actor[],
): Promise<Ledger> {
  const { ledger, signer } = await openForAppending(workspace, address, keyring, actors)
  const { mostBytes = Number.MAX_SAFE_INTEGER } = signer
  if (mostBytes > MAX_ENTRY_BYTES) return ledger
  throw new InputError({
    code: 'signer/too-long',
    subject: ledgerOrigin(address),
    message: `its key lies in a service that signs at most ${mostBytes} bytes with it, and entries have up to ${MAX_ENTRY_BYTES}`,
    remedy:
      'begin the ledger with a key of the spec ECC_NIST_P256, which signs entries of any length; or let `bulkhead ledger keys rotate` put a key in a file in its place',
  })
}

/**
 * Opens a ledger for appending; the first append writes its genesis entry. The caller's key is one of
 * the policy, or one that the ledger itself put in the place of such a key.
 * @throws InputError `usage/wrong-key`
 */
export async function openForAppending(
  workspace: Workspace,
  address: LedgerAddress,
  keyring: Keyring,
  actors: readonly Actor[],
  how: Pick<OpenLedgerOptions, 'takesDatesAhead'> = {},
): Promise<{ readonly ledger: Ledger; readonly signer: Signer }> {
  let refused: InputError | undefined
  for (const signer of ledgerSigners(keyring, address.policy)) {
    try {
      return { ledger: await openWith(signer, workspace, address, actors, how), signer }
    } catch (error) {
      if (!(error instanceof InputError) || error.findings[0]?.code !== 'usage/wrong-key')
        throw error
      refused ??= error
    }
  }
  throw refused ?? new TypeError('no key was tried')
}

/** Nothing is appended to a log that lacks what this clone has seen of it. */
async function openWith(
  signer: Signer,
  workspace: Workspace,
  address: LedgerAddress,
  actors: readonly Actor[],
  how: Pick<OpenLedgerOptions, 'takesDatesAhead'>,
): Promise<Ledger> {
  const head = await recallHead(workspace, address)
  const ledger = await openLedger({
    store: ledgerStoreOf(workspace, address.policy, address.environment),
    signer,
    trustedKeys: trustedKeys(address.policy, 'ledger'),
    origin: ledgerOrigin(address),
    environment: address.environment,
    clock: workspace.clock,
    actors,
    ...how,
    ...(head !== undefined && { head }),
    ...(workspace.tell && { onJunk: workspace.tell }),
  })
  return {
    ...ledger,
    async append(drafts) {
      const entries = await ledger.append(drafts)
      await rememberHead(workspace, address, entries.at(-1))
      return entries
    },
  }
}
