import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readRegularFileNow } from '@bulkhead/world'
import type { LogSource } from '../audit/audit-log.ts'
import { type EntryBatch, entriesOf, partOf } from '../audit/entry-batch.ts'
import { CHECKPOINT, claimedHead } from '../stored-tree.ts'
import { placesInBundle } from '../tlog/entry-bundle.ts'
import { TILE_WIDTH, bundlePath, tileIn } from '../tlog/tiles.ts'

/** 256 entries of the largest size with their lengths. */
const MAX_FILE_BYTES = TILE_WIDTH * (0xffff + 2)

/** Whether a directory holds a mirror: a checkpoint beside bundles of entries. */
export const isMirror = (directory: string): Promise<boolean> =>
  stat(join(directory, 'tile', 'entries')).then(
    (found) => found.isDirectory(),
    () => false,
  )

/**
 * A log in a directory, as a static tlog-tiles log serves it: `checkpoint`, `tile/…`, `tile/entries/…`
 * (C2SP tlog-tiles). Written by `bulkhead ledger export --mirror`; nothing in it is trusted.
 */
export function mirrorLog(directory: string): LogSource {
  const readNow = (path: string) => readRegularFileNow(join(directory, path), MAX_FILE_BYTES)
  const readFile = (path: string) => Promise.resolve(readNow(path))
  async function* readBatches(from: number): AsyncGenerator<EntryBatch> {
    // Believed by nobody: it only tells which files to look for.
    const size = claimedHead(readNow(CHECKPOINT))?.size ?? 0
    for (let n = Math.floor(from / TILE_WIDTH); n * TILE_WIDTH < size; n += 1) {
      const width = tileIn(size, 0, n)?.width ?? 0
      const bundle = readNow(bundlePath({ n, width })) ?? Buffer.from(new ArrayBuffer(0))
      const places = placesInBundle(bundle) ?? new Uint32Array()
      const indexes = Array.from({ length: places.length / 2 }, (_, at) => n * TILE_WIDTH + at)
      const batch = { indexes, places, bytes: new Uint8Array(bundle.buffer) }
      yield n * TILE_WIDTH < from ? partOf(batch, from - n * TILE_WIDTH, indexes.length) : batch
      // What lies behind a gap cannot follow what is before it: the checks say what is missing.
      if (indexes.length !== width) return
    }
  }
  return {
    readFile,
    readBatches,
    async *read(from) {
      for await (const batch of readBatches(from)) yield* entriesOf(batch)
    },
  }
}
