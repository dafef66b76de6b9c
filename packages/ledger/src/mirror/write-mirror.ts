import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { WorldError } from '@bulkhead/vocabulary'
import type { StoredEntry, StoredFile } from '../ledger-store.ts'
import { CHECKPOINT, fileOfTile } from '../stored-tree.ts'
import { writeBundle } from '../tlog/entry-bundle.ts'
import { GrowingTree } from '../tlog/growing-tree.ts'
import { hashLeaf } from '../tlog/merkle-hash.ts'
import { TILE_WIDTH, bundlePath } from '../tlog/tiles.ts'

/**
 * Writes a log as files that any static server can serve and any tlog-tiles reader can check. The
 * checkpoint comes last: a mirror that was not finished has none.
 * @param checkpoint asked for at the end, with the tree that the entries make
 * @returns the number of entries
 */
export async function writeMirror(
  directory: string,
  entries: AsyncIterable<StoredEntry>,
  checkpoint: (tree: GrowingTree) => Promise<Buffer>,
): Promise<number> {
  const tree = new GrowingTree()
  let bundle: Buffer[] = []
  const finishBundle = async () => {
    const n = Math.floor((tree.size - 1) / TILE_WIDTH)
    const path = bundlePath({ n, width: bundle.length })
    await writeFileAt(directory, { path, bytes: writeBundle(bundle) })
    bundle = []
  }
  for await (const { bytes } of entries) {
    const full = tree.append(hashLeaf(bytes))
    bundle.push(bytes)
    for (const tile of full) await writeFileAt(directory, fileOfTile(tile))
    if (bundle.length === TILE_WIDTH) await finishBundle()
  }
  if (bundle.length > 0) await finishBundle()
  for (const tile of tree.edge()) await writeFileAt(directory, fileOfTile(tile))
  await writeFileAt(directory, { path: CHECKPOINT, bytes: await checkpoint(tree) })
  return tree.size
}

/** One by one: made all at once, they never end below a folder that answers as `/proc` does. */
async function makeFolders(root: string, below: string): Promise<void> {
  let folder = root
  for (const part of ['.', ...below.split('/')]) {
    folder = join(folder, part)
    await mkdir(folder).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    })
  }
}

async function writeFileAt(directory: string, { path, bytes }: StoredFile): Promise<void> {
  const target = join(directory, path)
  try {
    await makeFolders(directory, dirname(path))
    await writeFile(target, bytes)
  } catch (cause) {
    throw new WorldError(
      {
        code: 'usage/unwritable-file',
        subject: target,
        message: 'could not be written; the mirror is not whole, and has no checkpoint',
        remedy: 'check the disk and the permissions of the folder, then write it again',
      },
      { cause },
    )
  }
}
