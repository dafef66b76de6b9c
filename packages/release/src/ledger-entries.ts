import { readFile } from 'node:fs/promises'
import {
  type Actor,
  type EntryDraft,
  type LedgerEntry,
  newestCheckpoint,
  logAt,
  missingLedger,
  parseLogKey,
  writeMirror,
} from '@bulkhead/ledger'
import { loadPolicy } from '@bulkhead/policy'
import { DeniedError, type FencingToken, InputError, WorldError } from '@bulkhead/vocabulary'
import type { Keyring } from './keyring.ts'
import { ledgerStoreOf } from './ledger-store-of.ts'
import { openForAppending } from './ledger-access.ts'
import { pinnedGenesis, requireEnvironment } from './trusted-ref.ts'
import type { Workspace } from './workspace.ts'

/** Who puts something on record, where, and with which key. */
export interface RecordRequest {
  readonly environment: string
  readonly genesis?: string
  readonly keyring: Keyring
  readonly actors: readonly Actor[]
}

/**
 * Appends one entry that needs no lease. A heartbeat may begin a ledger; whatever else is said here is
 * said about a ledger, and would be lost on one that nobody reads.
 * @throws DeniedError `ledger/missing`
 * @throws InputError `ledger/illegal-step` when it may not follow what is on record
 */
async function record(
  workspace: Workspace,
  { environment, genesis: named, keyring, actors }: RecordRequest,
  draft: Pick<EntryDraft, 'data'> & { readonly kind: keyof typeof MENDS },
): Promise<LedgerEntry> {
  const genesis = await pinnedGenesis(workspace, named)
  const policy = await loadPolicy(workspace.repository, genesis)
  requireEnvironment(policy, environment)
  const address = { genesis, policy, environment }
  const how = { takesDatesAhead: draft.kind === 'clock.corrected' }
  const { ledger } = await openForAppending(workspace, address, keyring, actors, how)
  if (draft.kind !== 'heartbeat' && ledger.known().head === null)
    throw new DeniedError([missingLedger(environment)])
  const [entry] = await ledger.append([{ ...draft, actors }]).catch((error: unknown) => {
    throw wrongRequest(error, draft.kind)
  })
  if (entry === undefined) throw new TypeError('an append of one entry gave none')
  return entry
}

/** What to name instead, when what a person asked for may not follow what is on record. */
const MENDS = {
  heartbeat: 'see what is on record with `bulkhead ledger verify`',
  annotation: 'name an entry that is on record: `bulkhead ledger log` lists them',
  'lease.broken': 'name the token of a live lease: `bulkhead ledger lease` shows them',
  'clock.corrected': 'name the first entry that was dated ahead, as `bulkhead ledger verify` does',
  'key.rotated': 'compare the keys with `bulkhead ledger policy`: it names those that the log has',
  'key.revoked': 'compare the key with `bulkhead ledger policy`: it names those that the log has',
  'key.acknowledged': 'name the revocation that `bulkhead ledger verify` names, and only once',
} as const

/** The chain judges an entry, the person has named a thing: the finding speaks of what they asked for. */
function wrongRequest(error: unknown, kind: keyof typeof MENDS): unknown {
  const [finding] = error instanceof WorldError ? error.findings : []
  if (finding?.code !== 'ledger/illegal-step') return error
  const { code, message } = finding
  return new InputError({ code, subject: kind, message, remedy: MENDS[kind] }, { cause: error })
}

/**
 * Records that nothing else happened. Who expects a heartbeat on time can tell an old view of the log
 * from a quiet day; and a log from before there were tiles gets them with it.
 */
export const beatLedger = (workspace: Workspace, request: RecordRequest): Promise<LedgerEntry> =>
  record(workspace, request, { kind: 'heartbeat', data: {} })

/** Ends a lease whose holder is gone: a person's decision, for a reason, on record. */
export const breakLease = (
  workspace: Workspace,
  request: RecordRequest,
  { token, reason }: { readonly token: FencingToken; readonly reason: string },
): Promise<LedgerEntry> =>
  record(workspace, request, { kind: 'lease.broken', data: { token, reason } })

/** Says something about an entry, which stays as it is. */
export const annotateEntry = (
  workspace: Workspace,
  request: RecordRequest,
  data: { readonly about: number; readonly text: string },
): Promise<LedgerEntry> => record(workspace, request, { kind: 'annotation', data })

/**
 * Puts a new key in the place of an old one. The old one signs this, unless the verifiers' policies let
 * others ask for it together.
 * @param change files of both public keys, and the name of the new one
 */
export async function rotateKey(
  workspace: Workspace,
  request: RecordRequest,
  change: { readonly old: string; readonly next: string; readonly name: string },
): Promise<LedgerEntry> {
  const [old, next] = await Promise.all([readPublicKey(change.old), readPublicKey(change.next)])
  const publicKey = next.publicKey.export({ format: 'pem', type: 'spki' }).toString()
  const data = { old: old.id, name: change.name, publicKey }
  return record(workspace, request, { kind: 'key.rotated', data })
}

/** Ends a key, from the next entry on or from an index in the past on. */
export async function revokeKey(
  workspace: Workspace,
  request: RecordRequest,
  change: { readonly key: string; readonly from?: number; readonly reason: string },
): Promise<LedgerEntry> {
  const { id } = await readPublicKey(change.key)
  const { from, reason } = change
  const data = { key: id, reason, ...(from === undefined ? {} : { from }) }
  return record(workspace, request, { kind: 'key.revoked', data })
}

/** Says that somebody has looked at what a revocation in the past took back; `verify` passes again then. */
export const acknowledgeVoided = (
  workspace: Workspace,
  request: RecordRequest,
  data: { readonly revocation: number; readonly reason: string },
): Promise<LedgerEntry> => record(workspace, request, { kind: 'key.acknowledged', data })

/** Says that dates ran ahead from an entry on, by a wrong clock; they go on from ours. */
export const correctClock = (
  workspace: Workspace,
  request: RecordRequest,
  data: { readonly from: number; readonly reason: string },
): Promise<LedgerEntry> => record(workspace, request, { kind: 'clock.corrected', data })

async function readPublicKey(file: string) {
  const pem = await readFile(file).catch((cause: unknown) => {
    throw new InputError(
      {
        code: 'usage/unreadable-file',
        subject: file,
        message: 'cannot be read',
        remedy: 'name the file of an Ed25519 or ECDSA P-256 public key in PEM',
      },
      { cause },
    )
  })
  return parseLogKey(pem, file)
}

/** Writes a verified ledger as files for people without the repository. */
export async function mirrorLedger(
  workspace: Workspace,
  environment: string,
  directory: string,
  genesis?: string,
): Promise<number> {
  const pinned = await pinnedGenesis(workspace, genesis)
  const policy = await loadPolicy(workspace.repository, pinned)
  const log = await logAt(ledgerStoreOf(workspace, policy, environment))
  return writeMirror(directory, log.read(0), () => newestCheckpoint(log, { environment }))
}
