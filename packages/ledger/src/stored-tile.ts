import type { StoredFile } from './ledger-store.ts'
import { HASH_BYTES } from './tlog/merkle-hash.ts'

/** Where a store of records keeps a tile, and how many bytes of it are meant. */
interface TilePlace {
  readonly path: string
  /** Undefined for all of a full tile. */
  readonly bytes: number | undefined
}

const TILE = /^(tile\/[0-9]{1,2}\/(?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/

/** Undefined for a path that is not a tile's (C2SP tlog-tiles, Merkle Tree). */
function tilePlace(path: string): TilePlace | undefined {
  const [, base, width] = TILE.exec(path) ?? []
  if (base === undefined) return undefined
  return { path: base, bytes: width === undefined ? undefined : Number(width) * HASH_BYTES }
}

/** Whether this is the path of a tile, full or not. */
export const isTilePath = (path: string): boolean => TILE.test(path)

/** Whether a record of this path can hold a tile. */
export const isTile = (path: string): boolean => tilePlace(path)?.path === path

/**
 * Tiles only grow: a partial tile is the beginning of every later one. So a record holds the widest
 * that there was, an older tree is read from it too, and nothing is ever removed.
 */
export function growingTiles(files: readonly StoredFile[]): readonly StoredFile[] {
  const widest = new Map<string, Buffer>()
  for (const { path, bytes } of files) {
    const place = tilePlace(path)?.path
    if (place === undefined) continue
    const before = widest.get(place)
    if (before === undefined || before.byteLength <= bytes.byteLength) widest.set(place, bytes)
  }
  return [...widest].map(([path, bytes]) => ({ path, bytes }))
}

/** Reads a tile from the record that grew. */
export async function readTile(
  path: string,
  read: (path: string) => Promise<Buffer | undefined>,
): Promise<Buffer | undefined> {
  const place = tilePlace(path)
  if (place === undefined) return undefined
  const bytes = await read(place.path)
  if (bytes === undefined || place.bytes === undefined) return bytes
  return bytes.byteLength < place.bytes ? undefined : bytes.subarray(0, place.bytes)
}
