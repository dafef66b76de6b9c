import { DeniedError, InputError } from '@bulkhead/vocabulary'
import type { LedgerStore } from '../ledger-store.ts'
import { CHECKPOINT, claimedHead, logNoteKeys } from '../stored-tree.ts'
import { type SignedCheckpoint, openCheckpoint, readCheckpointText } from '../tlog/checkpoint.ts'
import { readNote } from '../tlog/signed-note.ts'
import { missingLedger } from '../ledger-findings.ts'
import { type LogSource, entryAt } from './audit-log.ts'
import { keysFor } from './known-keys.ts'
import type { VerifierPolicy } from './verifier-policy.ts'

/** A log as a store has it now; what others append meanwhile is not seen. */
export async function logAt(store: LedgerStore): Promise<LogSource> {
  const position = await store.head()
  return {
    read: (from) => store.read(from, position),
    readFile: (path) => store.readFile(path, position),
  }
}

/**
 * Opens a checkpoint that the caller brings.
 * @param file names it in messages
 * @throws InputError `usage/unreadable-file` when it is none of this log
 */
export function openKnownCheckpoint(
  bytes: Uint8Array,
  policy: VerifierPolicy,
  file: string,
): SignedCheckpoint {
  const opened = openCheckpoint(bytes, policy.origin, noteKeysFor(policy, bytes))
  if (opened.kind === 'read') return opened.checkpoint
  throw noCheckpoint(file, policy.origin, opened.reason)
}

/** Whether a key of the policy itself signed this checkpoint. */
export const isSignedByPolicy = (policy: VerifierPolicy, bytes: Uint8Array): boolean =>
  openCheckpoint(bytes, policy.origin, noteKeysFor(policy, bytes)).kind === 'read'

/**
 * A checkpoint that the caller brings to an audit, which judges its signature by the keys of the log.
 * @param file names it in messages
 * @throws InputError `usage/unreadable-file` when it is none, or of another log
 */
export function claimedCheckpoint(
  bytes: Uint8Array,
  { origin }: Pick<VerifierPolicy, 'origin'>,
  file: string,
): SignedCheckpoint {
  const note = readNote(bytes)
  const checkpoint = note && readCheckpointText(note.text)
  if (note === undefined || checkpoint === undefined)
    throw noCheckpoint(file, origin, 'it is not a signed checkpoint')
  if (checkpoint.origin === origin) return { ...checkpoint, note }
  throw noCheckpoint(file, origin, `it is of ${JSON.stringify(checkpoint.origin)}`)
}

const noCheckpoint = (file: string, origin: string, reason: string): InputError =>
  new InputError({
    code: 'usage/unreadable-file',
    subject: file,
    message: `is no checkpoint of ${origin}: ${reason}`,
    remedy:
      'name a file as `bulkhead ledger verify --save FILE` or `ledger witness --out FILE` writes it',
  })

/** The keys that a policy believes for a checkpoint of the size that these bytes claim. */
export const noteKeysFor = (policy: VerifierPolicy, bytes: Uint8Array | string) =>
  logNoteKeys(policy.origin, keysFor(policy, claimedHead(Buffer.from(bytes))?.size ?? 0))

/**
 * The newest checkpoint of a log, as it lies there.
 * @throws DeniedError `ledger/missing` when there is no log
 * @throws InputError `ledger/no-checkpoint` when there is one without a checkpoint
 */
export async function newestCheckpoint(
  log: LogSource,
  { environment }: Pick<VerifierPolicy, 'environment'>,
): Promise<Buffer> {
  const bytes = await log.readFile(CHECKPOINT)
  if (bytes !== undefined) return bytes
  if ((await entryAt(log, 0)) === undefined) throw new DeniedError([missingLedger(environment)])
  throw new InputError({
    code: 'ledger/no-checkpoint',
    subject: 'checkpoint',
    message: 'the log has none',
    remedy: '`bulkhead ledger heartbeat` writes one',
  })
}
