import type { Signer, TrustedKey } from '@bulkhead/envelope'
import { type CheckpointReading, openCheckpoint, sealCheckpoint } from './tlog/checkpoint.ts'
import type { GrowingTree, Tile } from './tlog/growing-tree.ts'
import { type NoteKey, noteKey } from './tlog/note-key.ts'
import type { ReadFile } from './tlog/tiled-tree.ts'
import { TILE_WIDTH, partialTiles, tilePath } from './tlog/tiles.ts'
import type { StoredFile } from './ledger-store.ts'

/** Where the newest checkpoint lies (C2SP tlog-tiles, Checkpoints). */
export const CHECKPOINT = 'checkpoint'

/** The ledger's keys as notes know them: all under the name of the log, which is its origin. */
export const logNoteKeys = (origin: string, keys: readonly TrustedKey[]): readonly NoteKey[] =>
  keys.map(({ publicKey }) => noteKey(origin, publicKey))

export type StoredCheckpoint = CheckpointReading | { readonly kind: 'absent' }

export async function readStoredCheckpoint(
  readFile: ReadFile,
  origin: string,
  keys: readonly TrustedKey[],
): Promise<StoredCheckpoint> {
  const bytes = await readFile(CHECKPOINT)
  if (bytes === undefined) return { kind: 'absent' }
  return openCheckpoint(bytes, origin, logNoteKeys(origin, keys))
}

/** Those of these tiles that the store does not hold exactly so. */
export async function differingTiles(
  readFile: ReadFile,
  tiles: readonly Tile[],
): Promise<readonly Tile[]> {
  const differing: Tile[] = []
  for (const tile of tiles) {
    const stored = await readFile(tilePath(tile.name))
    if (stored?.equals(tile.bytes) !== true) differing.push(tile)
  }
  return differing
}

export const fileOfTile = ({ name, bytes }: Tile): StoredFile => ({ path: tilePath(name), bytes })

/** The tiles at the edge that a tree of `size` did not have yet. */
export function newEdge(tree: GrowingTree, size: number): readonly Tile[] {
  const before = new Set(partialTiles(size).map(tilePath))
  return tree.edge().filter(({ name }) => !before.has(tilePath(name)))
}

/** Folders of partial tiles that are full now: nobody needs them (C2SP tlog-tiles, Partial Tiles). */
export const outgrown = (tiles: readonly Tile[]): readonly string[] =>
  tiles.filter(({ name }) => name.width === TILE_WIDTH).map(({ name }) => `${tilePath(name)}.p`)

/** The checkpoint of a tree, signed by one of the ledger's keys. */
export async function checkpointFile(
  tree: GrowingTree,
  origin: string,
  keys: readonly TrustedKey[],
  signer: Signer,
): Promise<StoredFile> {
  const key = keys.find(({ id }) => id === signer.id)
  if (key === undefined) throw new TypeError('a checkpoint by a key that the ledger does not trust')
  return { path: CHECKPOINT, bytes: await sealLogCheckpoint(tree, origin, key, signer) }
}

/** The note of a tree's checkpoint. */
export async function sealLogCheckpoint(
  { size, root }: Pick<GrowingTree, 'size' | 'root'>,
  origin: string,
  key: TrustedKey,
  signer: Signer,
): Promise<Buffer> {
  const note = await sealCheckpoint({ origin, size, root }, noteKey(origin, key.publicKey), signer)
  return Buffer.from(note)
}
