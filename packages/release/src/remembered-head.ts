import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LedgerEntry } from '@bulkhead/ledger'
import { type CommitId, InputError, isDigest } from '@bulkhead/vocabulary'
import { writeWhole } from './build-release.ts'
import { type Workspace, ownDirectory } from './workspace.ts'

/** The newest entry that this clone has seen of a ledger. */
export type RememberedHead = Pick<LedgerEntry, 'index' | 'digest'>

interface Log {
  readonly genesis: CommitId
  readonly environment: string
}

const fileOf = ({ repository }: Workspace, { genesis, environment }: Log): string =>
  join(ownDirectory(repository), 'ledger-heads', `${environment}-${genesis}.json`)

/**
 * What this clone has seen of a log, undefined when nothing. A log that was cut short verifies by
 * itself; only who remembers an entry of it can tell (annex ledger.md §5, truncation).
 * @throws InputError when the memory is there and cannot be read: forgetting must be somebody's decision
 */
export async function recallHead(
  workspace: Workspace,
  log: Log,
): Promise<RememberedHead | undefined> {
  const file = fileOf(workspace, log)
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw unreadable(file, error)
  })
  return text === undefined ? undefined : parseHead(text, file)
}

/** Remembers the newest entry of a log that verified. */
export async function rememberHead(
  workspace: Workspace,
  log: Log,
  newest: RememberedHead | undefined,
): Promise<void> {
  if (newest === undefined) return
  const { index, digest } = newest
  await writeWhole(fileOf(workspace, log), Buffer.from(`${JSON.stringify({ index, digest })}\n`))
}

function parseHead(text: string, file: string): RememberedHead {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && 'index' in value && 'digest' in value) {
      const { index, digest } = value
      const sound = typeof index === 'number' && Number.isSafeInteger(index) && index >= 0
      if (sound && typeof digest === 'string' && isDigest(digest)) return { index, digest }
    }
  } catch (error) {
    throw unreadable(file, error)
  }
  throw unreadable(file, undefined)
}

const unreadable = (file: string, cause: unknown): InputError =>
  new InputError(
    {
      code: 'usage/unreadable-file',
      subject: file,
      message: 'what this clone remembers of the ledger cannot be read',
      remedy: 'compare the ledger with another clone, then remove the file',
    },
    { cause },
  )
