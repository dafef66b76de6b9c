import type { Signer, TrustedKey } from '@bulkhead/envelope'
import type { LogKeys } from './log-keys.ts'
import {
  type CheckpointReading,
  openCheckpoint,
  readCheckpointText,
  sealCheckpoint,
} from './tlog/checkpoint.ts'
import type { TreeHead } from './tlog/proofs.ts'
import { readNote } from './tlog/signed-note.ts'
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

/** `ended`: signed, but by a key that the log had ended before. */
export type StoredCheckpoint = CheckpointReading | { readonly kind: 'absent' | 'ended' }

/** Opens the checkpoint of a log by the keys that its entries leave it. */
export function openStoredCheckpoint(
  bytes: Buffer | undefined,
  origin: string,
  keys: Pick<LogKeys, 'all' | 'validAt'>,
): StoredCheckpoint {
  if (bytes === undefined) return { kind: 'absent' }
  const open = (trusted: readonly TrustedKey[]) =>
    openCheckpoint(bytes, origin, logNoteKeys(origin, trusted))
  const opened = open(keys.all)
  if (opened.kind === 'refused') return opened
  const valid = open(keys.validAt(opened.checkpoint.size))
  return valid.kind === 'read' ? valid : { kind: 'ended' }
}

/** What a checkpoint claims, before anybody has looked at who signed it. */
export function claimedHead(bytes: Buffer | undefined): TreeHead | undefined {
  const note = bytes === undefined ? undefined : readNote(bytes)
  return note === undefined ? undefined : readCheckpointText(note.text)
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
