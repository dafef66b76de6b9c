import type { Repository } from '@bulkhead/git'
import type { CommitId } from '@bulkhead/vocabulary'
import type { StoredEntry } from '../ledger-store.ts'
import {
  FILE_MODE,
  FOLDER_MODE,
  type NewObject,
  type TreeItem,
  newObject,
  parseTree,
  treeBytes,
} from './git-objects.ts'
import { ENTRIES, placeOf } from './layout.ts'

/** Files and folders to be put into a tree: blob ids, or further growth. */
interface Growth {
  readonly files: Map<string, string>
  readonly folders: Map<string, Growth>
}

export type TreeReader = Pick<Repository, 'objectFormat' | 'readObject' | 'treeOf'>

const nothing = (): Growth => ({ files: new Map(), folders: new Map() })

/** The new objects of the commit's tree with the entries added; the last one is the root tree. */
export async function growTree(
  repository: TreeReader,
  commit: CommitId | null,
  entries: readonly StoredEntry[],
): Promise<readonly NewObject[]> {
  const blobs = entries.map(({ bytes }) => newObject('blob', bytes, repository.objectFormat))
  const growth = nothing()
  for (const [at, { index }] of entries.entries()) {
    const [upper, lower, name] = placeOf(index)
    const folder = [ENTRIES, upper, lower].reduce(folderIn, growth)
    folder.files.set(name, blobs[at]?.id ?? '')
  }
  const root = commit === null ? null : await repository.treeOf(commit)
  return [...blobs, ...(await grow(repository, root, growth))]
}

function folderIn(growth: Growth, name: string): Growth {
  const found = growth.folders.get(name) ?? nothing()
  growth.folders.set(name, found)
  return found
}

/** Trees from the leaves up. What lies under a name that we need is replaced; the rest stays. */
async function grow(
  repository: TreeReader,
  tree: string | null,
  growth: Growth,
): Promise<readonly NewObject[]> {
  const { objectFormat } = repository
  const before =
    tree === null ? [] : parseTree((await repository.readObject(tree)).bytes, objectFormat)
  const items = new Map<string, TreeItem>(before.map((item) => [item.name, item]))
  const objects: NewObject[] = []
  for (const [name, inner] of growth.folders) {
    const old = items.get(name)
    const grown = await grow(repository, old?.mode === FOLDER_MODE ? old.id : null, inner)
    objects.push(...grown)
    items.set(name, { mode: FOLDER_MODE, name, id: grown.at(-1)?.id ?? '' })
  }
  for (const [name, id] of growth.files) items.set(name, { mode: FILE_MODE, name, id })
  return [...objects, newObject('tree', treeBytes([...items.values()]), objectFormat)]
}
