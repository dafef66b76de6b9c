import type { Repository } from '@bulkhead/git'
import type { CommitId } from '@bulkhead/vocabulary'
import type { AppendRequest, StoredEntry, StoredFile } from '../ledger-store.ts'
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
  readonly removed: Set<string>
}

export type TreeReader = Pick<Repository, 'objectFormat' | 'readAgain' | 'readObject' | 'treeOf'>

const nothing = (): Growth => ({ files: new Map(), folders: new Map(), removed: new Set() })

type Additions = Pick<AppendRequest, 'entries' | 'files' | 'removed'>

/** The new objects of the commit's tree with the additions; the last one is the root tree. */
export async function growTree(
  repository: TreeReader,
  commit: CommitId | null,
  { entries, files = [], removed = [] }: Additions,
): Promise<readonly NewObject[]> {
  const growth = nothing()
  for (const path of removed) {
    const { folder, name } = placeIn(growth, path)
    folder.removed.add(name)
  }
  const blobs = [...entries.map(fileOfEntry), ...files].map(({ path, bytes }) => {
    const blob = newObject('blob', bytes, repository.objectFormat)
    const { folder, name } = placeIn(growth, path)
    folder.files.set(name, blob.id)
    return blob
  })
  const root = commit === null ? null : await repository.treeOf(commit)
  return [...blobs, ...(await grow(repository, root, growth))]
}

const fileOfEntry = ({ index, bytes }: StoredEntry): StoredFile => ({
  path: [ENTRIES, ...placeOf(index)].join('/'),
  bytes,
})

function placeIn(growth: Growth, path: string): { readonly folder: Growth; readonly name: string } {
  const folders = path.split('/')
  const name = folders.pop() ?? ''
  return { folder: folders.reduce(folderIn, growth), name }
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
    tree === null ? [] : parseTree((await repository.readAgain(tree)).bytes, objectFormat)
  const items = new Map<string, TreeItem>(before.map((item) => [item.name, item]))
  for (const name of growth.removed) items.delete(name)
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
