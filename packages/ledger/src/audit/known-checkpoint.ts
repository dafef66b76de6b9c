import { InputError } from '@bulkhead/vocabulary'
import type { LedgerStore } from '../ledger-store.ts'
import { CHECKPOINT, logNoteKeys } from '../stored-tree.ts'
import { type SignedCheckpoint, openCheckpoint } from '../tlog/checkpoint.ts'
import type { LogSource } from './audit-log.ts'
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
  { origin, logKeys }: VerifierPolicy,
  file: string,
): SignedCheckpoint {
  const opened = openCheckpoint(bytes, origin, logNoteKeys(origin, logKeys))
  if (opened.kind === 'read') return opened.checkpoint
  throw new InputError({
    code: 'usage/unreadable-file',
    subject: file,
    message: `is no checkpoint of ${origin}: ${opened.reason}`,
    remedy:
      'name a file as `bulkhead ledger verify --save FILE` or `ledger witness --out FILE` writes it',
  })
}

/** The newest checkpoint of a log, as it lies there. @throws InputError `ledger/no-checkpoint` */
export async function newestCheckpoint(log: LogSource): Promise<Buffer> {
  const bytes = await log.readFile(CHECKPOINT)
  if (bytes !== undefined) return bytes
  throw new InputError({
    code: 'ledger/no-checkpoint',
    subject: 'checkpoint',
    message: 'the log has none, or there is no log here',
    remedy: 'fetch the branch ledger/ENVIRONMENT; `bulkhead ledger heartbeat` writes a checkpoint',
  })
}
