import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { objectReader, standingGit } from './standing-git.ts'

const run = promisify(execFile)

/** The objects and branches of a bare repository, by a few gits that stay. */
export async function gitDatabase(bare: string) {
  await using stack = new AsyncDisposableStack()
  const objects = stack.use(objectReader(bare))
  const trees = stack.use(standingGit(bare, ['mktree', '--batch']))
  const drafts = await mkdtemp(join(tmpdir(), 'bulkhead-drafts-'))
  stack.defer(() => rm(drafts, { recursive: true }))
  const writer = (type: string) => {
    const git = stack.use(standingGit(bare, ['hash-object', '-w', '-t', type, '--stdin-paths']))
    return async (bytes: string | Buffer): Promise<string> => {
      const path = join(drafts, randomUUID())
      await writeFile(path, bytes)
      const id = (await git.ask(`${path}\n`)).toString().trim()
      await rm(path)
      return id
    }
  }
  const [writeBlob, writeCommitBytes] = [writer('blob'), writer('commit')]
  const read = async (name: string) => {
    const found = await objects.find(name)
    if (found === null) throw new Error(`there is no ${name}`)
    return found
  }
  const tip = async (branch: string) => (await objects.find(`refs/heads/${branch}`))?.id ?? null

  const commits = new Map<string, { readonly tree: string; readonly parents: readonly string[] }>()
  const readCommit = async (id: string) => {
    const known = commits.get(id)
    if (known !== undefined) return known
    const text = (await read(id)).bytes.toString()
    const lines = text.slice(0, text.indexOf('\n\n')).split('\n')
    const named = (what: string) =>
      lines.filter((line) => line.startsWith(`${what} `)).map((line) => line.slice(what.length + 1))
    const commit = { tree: named('tree')[0] ?? '', parents: named('parent') }
    commits.set(id, commit)
    return commit
  }
  const isAncestor = async (one: string, other: string): Promise<boolean> => {
    const open = [other]
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (id === one) return true
      open.push(...(await readCommit(id)).parents)
    }
    return false
  }
  const itemsOf = async (tree: string): Promise<readonly Item[]> => {
    const { bytes } = await read(tree)
    const items: Item[] = []
    for (let at = 0; at < bytes.byteLength;) {
      const end = bytes.indexOf(0, at)
      const [mode = '', path = ''] = bytes.toString('utf8', at, end).split(/ (.*)/s)
      const sha = bytes.toString('hex', end + 1, end + 21)
      items.push({
        path,
        mode: mode.padStart(6, '0'),
        type: mode === '40000' ? 'tree' : 'blob',
        sha,
      })
      at = end + 21
    }
    return items
  }

  /** Writes a tree with changes in it and below it; null when nothing is left in it. */
  const writeTree = async (
    base: string | null,
    changes: readonly TreeChange[],
  ): Promise<string | null> => {
    const items = new Map(
      (base === null ? [] : await itemsOf(base)).map((item) => [item.path, item]),
    )
    const below = Map.groupBy(changes, ({ path }) => path.split('/')[0] ?? '')
    for (const [name, inside] of below) {
      const [whole] = inside.filter(({ path }) => path === name)
      const rest = inside.map(({ path, sha }) => ({ path: path.slice(name.length + 1), sha }))
      const folder = items.get(name)?.type === 'tree' ? (items.get(name)?.sha ?? null) : null
      const sha = whole === undefined ? await writeTree(folder, rest) : whole.sha
      const kind = whole === undefined ? DIRECTORY : FILE
      if (sha === null) items.delete(name)
      else items.set(name, { ...kind, path: name, sha })
    }
    if (items.size === 0 && base !== null) return null
    const lines = [...items.values()].map(
      ({ mode, type, sha, path }) => `${mode} ${type} ${sha}\t${path}\n`,
    )
    return (await trees.ask(`${lines.join('')}\n`)).toString().trim()
  }
  const writeCommit = ({ author, tree, parents, message }: NewCommit): Promise<string> => {
    const seconds = Math.floor(Date.parse(author.date) / 1_000)
    const who = `${author.name} <${author.email}> ${seconds} +0000`
    const above = parents.map((parent) => `parent ${parent}\n`).join('')
    return writeCommitBytes(`tree ${tree}\n${above}author ${who}\ncommitter ${who}\n\n${message}\n`)
  }
  /** Moves a branch from where it was seen; false when it is elsewhere, or locked. */
  const moveBranch = (branch: string, to: string, from: string | null): Promise<boolean> => {
    const args = ['update-ref', `refs/heads/${branch}`, to, from ?? '0'.repeat(to.length)]
    return run('git', ['--git-dir', bare, ...args]).then(
      () => true,
      () => false,
    )
  }
  const all = stack.move()
  return {
    tip,
    treeOf: async (commit: string) => (await readCommit(commit)).tree,
    isAncestor,
    itemsOf,
    readBlob: async (id: string) => (await read(id)).bytes,
    writeBlob,
    writeTree: async (base: string | null, changes: readonly TreeChange[]) =>
      (await writeTree(base, changes)) ?? EMPTY_TREE,
    writeCommit,
    moveBranch,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

export interface NewCommit {
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
  readonly author: { readonly name: string; readonly email: string; readonly date: string }
}

interface Item {
  readonly path: string
  readonly mode: string
  readonly type: string
  readonly sha: string
}
/** A path of a new tree: a blob, or nothing any more. */
export type TreeChange = Pick<Item, 'path'> & { readonly sha: string | null }

const DIRECTORY = { mode: '040000', type: 'tree' }
const FILE = { mode: '100644', type: 'blob' }
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
