import type { CommitId } from '@bulkhead/vocabulary'
import { FILE_MODE, FOLDER_MODE, type TreeItem, parseTree } from './git-objects.ts'
import { CHECKPOINT } from '../stored-tree.ts'
import { ENTRIES, ENTRY_NAME, FOLDER_NAME, TILES, indexOf, placeOf } from './layout.ts'
import type { TreeReader } from './tree-growth.ts'

/** The entries of one folder by index and blob, and what else was met on the way. */
export interface WalkedFolder {
  readonly entries: readonly { readonly index: number; readonly blob: string }[]
  readonly foreign: readonly string[]
}

/** Walks the layout in order of the indexes, from the folder that holds entry `from`. */
export async function* walkEntries(
  repository: TreeReader,
  commit: CommitId,
  from: number,
): AsyncGenerator<WalkedFolder> {
  const [firstUpper, firstLower] = placeOf(from)
  const root = await readTree(repository, await repository.treeOf(commit))
  const top = split(root, '', isOfLedger)
  yield { entries: [], foreign: top.foreign }
  for (const entries of top.known.filter(({ name }) => name === ENTRIES)) {
    const uppers = split(await readTree(repository, entries.id), `${ENTRIES}/`, isFolder)
    yield { entries: [], foreign: uppers.foreign }
    for (const upper of uppers.known.filter(({ name }) => name >= firstUpper)) {
      const floor = upper.name === firstUpper ? firstLower : '000'
      yield* walkLower(repository, upper, floor)
    }
  }
}

async function* walkLower(
  repository: TreeReader,
  upper: TreeItem,
  floor: string,
): AsyncGenerator<WalkedFolder> {
  const path = `${ENTRIES}/${upper.name}/`
  const lowers = split(await readTree(repository, upper.id), path, isFolder)
  yield { entries: [], foreign: lowers.foreign }
  for (const lower of lowers.known.filter(({ name }) => name >= floor)) {
    const items = await readTree(repository, lower.id)
    const { known, foreign } = split(items, `${path}${lower.name}/`, isEntry)
    const entries = known.map(({ name, id }) => ({
      index: indexOf(upper.name, lower.name, name),
      blob: id,
    }))
    yield { entries, foreign }
  }
}

const isOfLedger = ({ mode, name }: TreeItem): boolean =>
  mode === FOLDER_MODE ? [ENTRIES, TILES].includes(name) : mode === FILE_MODE && name === CHECKPOINT
const isFolder = ({ mode, name }: TreeItem): boolean =>
  mode === FOLDER_MODE && FOLDER_NAME.test(name)
const isEntry = ({ mode, name }: TreeItem): boolean => mode === FILE_MODE && ENTRY_NAME.test(name)

const readTree = async (repository: TreeReader, id: string): Promise<readonly TreeItem[]> =>
  parseTree((await repository.readAgain(id)).bytes, repository.objectFormat)

function split(
  items: readonly TreeItem[],
  path: string,
  isKnown: (item: TreeItem) => boolean,
): { readonly known: readonly TreeItem[]; readonly foreign: readonly string[] } {
  const known = items.filter(isKnown)
  const foreign = items.filter((item) => !isKnown(item)).map(({ name }) => `${path}${name}`)
  return { known, foreign }
}
