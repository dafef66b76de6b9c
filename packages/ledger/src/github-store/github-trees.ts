import type { GitData } from '@bulkhead/github'
import { type CommitId, treeId } from '@bulkhead/vocabulary'
import type { TreeReader } from '../git-store/tree-growth.ts'
import { FOLDER_MODE, type TreeItem, parseTree, treeBytes } from '../git-store/git-objects.ts'

/** Reads trees and blobs of a repository at GitHub as if they lay here. What was read is kept: ids never change. */
export class GitHubTrees implements TreeReader {
  readonly objectFormat = 'sha1'
  readonly #data: GitData
  readonly #trees = new Map<string, Promise<Buffer>>()
  readonly #folders = new Set<string>()

  constructor(data: GitData) {
    this.#data = data
  }

  async treeOf(commit: CommitId) {
    const id = await this.#data.treeOf(commit)
    this.#folders.add(id)
    return treeId(id)
  }

  async readObject(id: string) {
    if (!this.#folders.has(id))
      return { type: 'blob', bytes: await this.#data.readBlob(id) } as const
    const kept = this.#trees.get(id) ?? this.#readTree(id)
    this.#trees.set(id, kept)
    return { type: 'tree', bytes: await kept } as const
  }

  /** Trees are kept as it is. */
  readAgain(id: string) {
    return this.readObject(id)
  }

  async readFile(commit: CommitId, path: string): Promise<Buffer | undefined> {
    const found = await this.#find(commit, path)
    return found === undefined || found.mode === FOLDER_MODE
      ? undefined
      : this.#data.readBlob(found.id)
  }

  /** Paths of the files right in a folder. */
  async filesIn(commit: CommitId, folder: string): Promise<readonly string[]> {
    const found = await this.#find(commit, folder)
    if (found?.mode !== FOLDER_MODE) return []
    return (await this.#items(found.id))
      .filter(({ mode }) => mode !== FOLDER_MODE)
      .map(({ name }) => `${folder}/${name}`)
  }

  async #find(commit: CommitId, path: string): Promise<TreeItem | undefined> {
    let found: TreeItem = { mode: FOLDER_MODE, name: '', id: await this.treeOf(commit) }
    for (const name of path.split('/')) {
      if (found.mode !== FOLDER_MODE) return undefined
      const next = (await this.#items(found.id)).find((item) => item.name === name)
      if (next === undefined) return undefined
      found = next
    }
    return found
  }

  #items = async (id: string): Promise<readonly TreeItem[]> =>
    parseTree((await this.readObject(id)).bytes, this.objectFormat)

  async #readTree(id: string): Promise<Buffer> {
    const items = await this.#data.readTree(id)
    for (const { type, sha } of items) if (type === 'tree') this.#folders.add(sha)
    // The API pads the mode of a folder; git does not.
    return treeBytes(
      items.map(({ mode, path, sha }) => ({ mode: mode.replace(/^0/, ''), name: path, id: sha })),
    )
  }
}
