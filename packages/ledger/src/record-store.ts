import { DeniedError, WorldError, counted } from '@bulkhead/vocabulary'
import type { AppendOutcome, AppendRequest, StorePosition, StoredEntry } from './ledger-store.ts'
import { type AppendName, newAppend, readName, writeName } from './append-name.ts'
import { CHECKPOINT } from './stored-tree.ts'
import { storeFailed } from './store-findings.ts'
import { growingTiles } from './stored-tile.ts'
import type { StoredFile } from './ledger-store.ts'

/** One append as a table keeps it: everything in one transaction, if the head is still `expected`. */
export interface RecordAppend {
  readonly expected: string | null
  readonly name: AppendName
  readonly tip: string
  readonly entries: readonly StoredEntry[]
  readonly checkpoint: Buffer | undefined
  readonly tiles: readonly StoredFile[]
  /** Whether something that is no entry lies where the first of these will lie. */
  readonly replaces: boolean
}

export function recordAppend(request: AppendRequest): RecordAppend {
  const { expected, entries, files = [] } = request
  const first = entries[0]?.index ?? 0
  const name = newAppend(first + entries.length)
  return {
    expected: expected.tip,
    name,
    tip: writeName(name),
    entries,
    checkpoint: files.find(({ path }) => path === CHECKPOINT)?.bytes,
    tiles: growingTiles(files),
    replaces: sizeAt(expected) > first,
  }
}

/** How many entries there are at a position. */
export const sizeAt = ({ tip }: StorePosition): number =>
  tip === null ? 0 : (readName(tip)?.size ?? 0)

/** What is known of an append whose answer may have been lost. */
export interface Settled {
  /** Whether an entry of this very append is there. */
  readonly ours: boolean
  readonly tip: string | null
}

/**
 * Runs an append, and looks for it where the answer is an error: it may have been done all the same.
 * Where the head has moved and nothing of ours is there, it can never be done any more: a lost race.
 */
export async function settle(
  subject: string,
  record: RecordAppend,
  run: () => Promise<'done' | 'lost-race'>,
  look: () => Promise<Settled>,
): Promise<AppendOutcome> {
  const appended = { kind: 'appended', position: { tip: record.tip } } as const
  try {
    return (await run()) === 'done' ? appended : { kind: 'lost-race' }
  } catch (error) {
    const { ours, tip } = await look().catch((cause: unknown) => {
      throw storeFailed(subject, `${told(error)}; whether it was written cannot be seen`, cause)
    })
    if (ours) return appended
    if (tip !== record.expected) return { kind: 'lost-race' }
    throw error instanceof WorldError ? error : storeFailed(subject, told(error), error)
  }
}

/** What an error of a client says; some say nothing but their name or code. */
export function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const inner = error instanceof AggregateError ? error.errors.map(told).join('; ') : ''
  return [error.name === 'Error' ? '' : error.name, error.message, inner].filter(Boolean).join(': ')
}

/** Passes entries on, and notices when the store does not have all that it says it has. */
export async function* whole(
  entries: AsyncIterable<StoredEntry>,
  from: number,
  size: number,
): AsyncGenerator<StoredEntry> {
  let next = from
  for await (const entry of entries) {
    if (entry.index !== next) throw lost(next, size)
    next += 1
    yield entry
  }
  if (next < size) throw lost(next, size)
}

const lost = (index: number, size: number): DeniedError =>
  new DeniedError([
    {
      code: 'ledger/rewritten',
      subject: `entry ${index}`,
      message: `it is not there; the store says that it holds ${counted(size, 'entry', 'entries')}`,
      remedy: 'find out who removed it, and restore it from a backup or a copy that you trust',
    },
  ])
