import type { StoredEntry } from '../ledger-store.ts'

/** Entries one after another in memory of their own, which may change hands. */
export interface EntryBatch {
  readonly indexes: readonly number[]
  /** Of each entry where it begins and where it ends. */
  readonly places: Uint32Array<ArrayBuffer>
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** The bytes of one entry: no copy. */
export function entryIn({ places, bytes }: Omit<EntryBatch, 'indexes'>, nth: number): Buffer {
  const { [2 * nth]: from = 0, [2 * nth + 1]: to = 0 } = places
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from)
}

export const entriesOf = (batch: EntryBatch): readonly StoredEntry[] =>
  batch.indexes.map((index, nth) => ({ index, bytes: entryIn(batch, nth) }))

/** A part of a batch, over the same memory. */
export const partOf = (
  { indexes, places, bytes }: EntryBatch,
  from: number,
  to: number,
): EntryBatch => ({
  indexes: indexes.slice(from, to),
  places: places.slice(2 * from, 2 * to),
  bytes,
})

/** A copy of entries that lie anywhere. */
export function batchOf(entries: readonly StoredEntry[]): EntryBatch {
  const places = new Uint32Array(2 * entries.length)
  let size = 0
  for (const [nth, { bytes }] of entries.entries()) {
    places[2 * nth] = size
    size += bytes.byteLength
    places[2 * nth + 1] = size
  }
  const whole = new Uint8Array(size)
  for (const [nth, { bytes }] of entries.entries()) whole.set(bytes, places[2 * nth])
  return { indexes: entries.map(({ index }) => index), places, bytes: whole }
}

/** Few enough to bound memory, many enough that passing them on costs little. */
const BATCH_ENTRIES = 256
const BATCH_BYTES = 1024 * 1024

/** Gathers single entries: passing them on one by one would cost more than reading them. */
export async function* inBatches(entries: AsyncIterable<StoredEntry>): AsyncGenerator<EntryBatch> {
  let batch: StoredEntry[] = []
  let size = 0
  for await (const entry of entries) {
    batch.push(entry)
    size += entry.bytes.byteLength
    if (batch.length < BATCH_ENTRIES && size < BATCH_BYTES) continue
    yield batchOf(batch)
    batch = []
    size = 0
  }
  if (batch.length > 0) yield batchOf(batch)
}
