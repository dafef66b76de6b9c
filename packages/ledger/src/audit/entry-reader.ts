import type { TrustedKey } from '@bulkhead/envelope'
import { type ReadEntry, readBytes } from '../log-chain.ts'
import type { StoredEntry } from '../ledger-store.ts'

/** Reads the bytes of entries: form, signature and hashes, each entry by itself. */
export interface EntryReader {
  /** How many batches it can work on at a time. */
  readonly lanes: number
  /** To be gone through once: each entry is made when it is asked for, and kept by nobody. */
  read(batch: readonly StoredEntry[], keys: readonly TrustedKey[]): Promise<Iterable<ReadEntry>>
}

/** In this very thread: for short logs, and where nothing else is at hand. */
export const readHere: EntryReader = {
  lanes: 1,
  read: (batch, keys) =>
    Promise.resolve(batch.map(({ index, bytes }) => readBytes(index, bytes, keys))),
}

/** Few enough to bound memory, many enough that passing them on costs little. */
const BATCH_ENTRIES = 256
const BATCH_BYTES = 1024 * 1024
/** Batches per lane that wait or are worked on: a lane never waits for the store. */
const AHEAD = 2

/** Batches of a log's entries in order, read ahead in all lanes. Memory is bounded by both. */
export async function* readInOrder(
  batches: AsyncIterable<readonly StoredEntry[]>,
  reader: EntryReader,
  keys: () => readonly TrustedKey[],
): AsyncGenerator<ReadBatch> {
  const ahead: Begun[] = []
  for await (const stored of batches) {
    const reading = reader.read(stored, keys())
    // Awaited below, unless the consumer stops before.
    reading.catch(() => undefined)
    ahead.push({ stored, reading })
    if (ahead.length > reader.lanes * AHEAD) yield* settled(ahead.shift())
  }
  while (ahead.length > 0) yield* settled(ahead.shift())
}

export interface ReadBatch {
  readonly stored: readonly StoredEntry[]
  readonly read: Iterable<ReadEntry>
}

interface Begun {
  readonly stored: readonly StoredEntry[]
  readonly reading: Promise<Iterable<ReadEntry>>
}

async function* settled(begun: Begun | undefined): AsyncGenerator<ReadBatch> {
  if (begun !== undefined) yield { stored: begun.stored, read: await begun.reading }
}

/** Gathers single entries: passing them on one by one would cost more than reading them. */
export async function* inBatches(
  entries: AsyncIterable<StoredEntry>,
): AsyncGenerator<readonly StoredEntry[]> {
  let batch: StoredEntry[] = []
  let size = 0
  for await (const entry of entries) {
    batch.push(entry)
    size += entry.bytes.byteLength
    if (batch.length < BATCH_ENTRIES && size < BATCH_BYTES) continue
    yield batch
    batch = []
    size = 0
  }
  if (batch.length > 0) yield batch
}
