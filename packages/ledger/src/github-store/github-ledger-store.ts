import type { GitData, TreeChange } from '@bulkhead/github'
import { type CommitId, WorldError, commitId } from '@bulkhead/vocabulary'
import { foreignIn, placesFrom, readEntries } from '../git-store/branch-reading.ts'
import { ENTRIES, checkedName, placeOf } from '../git-store/layout.ts'
import { messageOf } from '../git-store/commit-message.ts'
import type { AppendOutcome, AppendRequest, LedgerStore, StorePosition } from '../ledger-store.ts'
import { storeFailed } from '../store-findings.ts'
import { GitHubTrees } from './github-trees.ts'

export interface GitHubLedgerStoreOptions {
  readonly data: GitData
  readonly environment: string
}

/**
 * The same branch as the git store's, written through GitHub's API: no clone, no push. A commit is made
 * of objects that nothing points to yet; then the branch is moved forward, which GitHub refuses when
 * somebody else was first.
 */
export function githubLedgerStore({ data, environment }: GitHubLedgerStoreOptions): LedgerStore {
  const branch = `ledger/${checkedName(environment)}`
  const trees = new GitHubTrees(data)
  const head = async (): Promise<StorePosition> => ({ tip: await data.readBranch(branch) })
  const commitAt = async (at?: StorePosition) => commitOf(at ?? (await head()))
  return {
    head: () => told(branch, head()),
    async *read(from, at) {
      const commit = await told(branch, commitAt(at))
      if (commit !== null) yield* readEntries(trees, commit, from)
    },
    append: (request) => told(branch, append(data, trees, branch, request)),
    async readFile(path, at) {
      const commit = await told(branch, commitAt(at))
      return commit === null ? undefined : told(branch, trees.readFile(commit, path))
    },
    async inspect() {
      const commit = await told(branch, commitAt())
      return commit === null ? [] : foreignIn(trees, commit)
    },
  }
}

const commitOf = ({ tip }: StorePosition): CommitId | null => (tip === null ? null : commitId(tip))

const AUTHOR = { name: 'bulkhead-ledger', email: 'ledger@bulkhead.dev' }

async function append(
  data: GitData,
  trees: GitHubTrees,
  branch: string,
  request: AppendRequest,
): Promise<AppendOutcome> {
  const parent = commitOf(request.expected)
  const changes = await changesOf(data, trees, parent, request)
  const tree = await data.writeTree(parent === null ? null : await trees.treeOf(parent), changes)
  const commit = await data.writeCommit({
    message: messageOf(request).join('\n'),
    tree,
    parents: parent === null ? [] : [parent],
    at: request.at,
    author: AUTHOR,
  })
  const appended = { kind: 'appended', position: { tip: commit } } as const
  const refused = await move(data, branch, commit, parent)
  if (refused === undefined) return appended
  // Refused, or without an answer: what counts is whether the branch holds our commit now.
  const now = await data.readBranch(branch)
  if (now === commit || (now !== null && (await data.holds(now, commit)))) return appended
  if (now !== parent) return { kind: 'lost-race' }
  throw notMoved(branch, refused)
}

interface Refused {
  readonly why: string
  /** Of an answer that was final. */
  readonly status?: number
}

async function move(
  data: GitData,
  branch: string,
  commit: string,
  parent: string | null,
): Promise<Refused | undefined> {
  try {
    const moved = await data.moveBranch(branch, commit, parent)
    return moved.kind === 'moved' ? undefined : moved
  } catch (error) {
    if (error instanceof WorldError) return { why: error.findings[0]?.message ?? error.message }
    throw error
  }
}

const notMoved = (branch: string, refused: Refused): WorldError =>
  new WorldError({
    code: 'ledger/append-failed',
    subject: `${branch} at GitHub`,
    message: `the branch was not moved, and nothing is appended: ${refused.why}`,
    remedy: remedyOf(refused),
  })

/** Nobody else was first: so it is GitHub that does not want to, or cannot. */
function remedyOf({ status, why }: Refused): string {
  if (/rate limit|\b429\b/i.test(why))
    return 'wait until the limit is over, then run the command again'
  if (status !== undefined && NOT_ALLOWED.has(status))
    return 'let the token write this branch (`contents: write`, and past its rulesets: docs/ledger-stores.md), then run the command again'
  return 'run the command again when GitHub can be reached and is well'
}

/** No token, a token without the right, a repository that is hidden from it, a rule of the branch. */
const NOT_ALLOWED: ReadonlySet<number> = new Set([401, 403, 404, 422])

/** Blobs are stored first; a tree then names them by path, on top of the tree before. */
async function changesOf(
  data: GitData,
  trees: GitHubTrees,
  parent: CommitId | null,
  { entries, files = [], removed = [] }: AppendRequest,
): Promise<readonly TreeChange[]> {
  const written = [
    ...entries.map(({ index, bytes }) => ({ path: [ENTRIES, ...placeOf(index)].join('/'), bytes })),
    ...files,
  ]
  const put = new Set(written.map(({ path }) => path))
  const gone = await placesFrom(trees, parent, entries[0]?.index ?? 0)
  if (parent !== null) {
    for (const folder of removed) gone.push(...(await trees.filesIn(parent, folder)))
  }
  const changes: TreeChange[] = gone.filter((path) => !put.has(path)).map(nothingAt)
  for (const { path, bytes } of written) changes.push({ path, sha: await data.writeBlob(bytes) })
  return changes
}

const nothingAt = (path: string): TreeChange => ({ path, sha: null })

/** What the store says when it cannot be reached is the same for every store. */
async function told<T>(subject: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof WorldError) || error.findings[0]?.code !== 'github/failed') throw error
    throw storeFailed(`${subject} at GitHub`, error.findings[0].message, error)
  }
}
