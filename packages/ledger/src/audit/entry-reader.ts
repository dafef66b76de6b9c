import type { TrustedKey } from '@bulkhead/envelope'
import { type ReadEntry, readBytes } from '../log-chain.ts'
import { type EntryBatch, entriesOf, entryIn } from './entry-batch.ts'

/** Reads the bytes of entries: form, signature and hashes, each entry by itself. */
export interface EntryReader {
  /** How many batches it can work on at a time. */
  readonly lanes: number
  /** The memory of the batch changes hands: only what comes back may be looked at. */
  read(batch: EntryBatch, keys: readonly TrustedKey[]): Promise<ReadBatch>
}

export interface ReadBatch {
  /** To be gone through once: each entry is made when it is asked for, and kept by nobody. */
  readonly entries: Iterable<ReadEntry>
  readonly bytesOf: (nth: number) => Buffer
  /** Gives its memory back at once: the collector, which sees how much there is of it, would run often. */
  readonly free: () => void
}

/** In this very thread: for short logs, and where nothing else is at hand. */
export const readHere: EntryReader = {
  lanes: 1,
  read: (batch, keys) =>
    Promise.resolve({
      entries: entriesOf(batch).map(({ index, bytes }) => readBytes(index, bytes, keys)),
      bytesOf: (nth) => entryIn(batch, nth),
      // The entries that were read here are parts of it.
      free: () => undefined,
    }),
}

/** Batches per lane that wait or are worked on: a lane never waits for the store. */
const AHEAD = 2

/** Batches of a log's entries in order, read ahead in all lanes. Memory is bounded by both. */
export async function* readInOrder(
  batches: AsyncIterable<EntryBatch>,
  reader: EntryReader,
  keys: () => readonly TrustedKey[],
): AsyncGenerator<ReadBatch> {
  const ahead: Promise<ReadBatch>[] = []
  for await (const batch of batches) {
    const reading = reader.read(batch, keys())
    // Awaited below, unless the consumer stops before.
    reading.catch(() => undefined)
    ahead.push(reading)
    if (ahead.length > reader.lanes * AHEAD) yield* lent(ahead.shift())
  }
  for (const reading of ahead) yield* lent(reading)
}

/** Only until the next one is asked for. */
async function* lent(reading: Promise<ReadBatch> | undefined): AsyncGenerator<ReadBatch> {
  const batch = await reading
  if (batch === undefined) return
  yield batch
  batch.free()
}
