import { WorldError } from '@bulkhead/vocabulary'
import type { HttpExchange, HttpRequest } from '@bulkhead/world'
import * as v from 'valibot'

export interface GitDataOptions {
  /** `owner/name`. */
  readonly repository: string
  /** Base of the API, without a slash at its end. */
  readonly api: string
  readonly token: string | undefined
  readonly http: HttpExchange
}

export interface GitTreeItem {
  readonly path: string
  readonly mode: string
  readonly type: string
  readonly sha: string
}

/** A path of a new tree: a blob, or nothing any more. */
export interface TreeChange {
  readonly path: string
  readonly sha: string | null
}

export interface NewCommit {
  readonly message: string
  readonly tree: string
  readonly parents: readonly string[]
  /** ISO 8601 in UTC. */
  readonly at: string
  readonly author: { readonly name: string; readonly email: string }
}

/** Where a branch was asked to go. `refused` carries what GitHub said. */
export type RefMove =
  | { readonly kind: 'moved' }
  | { readonly kind: 'refused'; readonly status: number; readonly why: string }

/** The objects and branches of a repository through GitHub's REST API (Git database, 2022-11-28). */
export interface GitData {
  /** Where a branch is; null when it is not there. */
  readBranch(branch: string): Promise<string | null>
  treeOf(commit: string): Promise<string>
  readTree(tree: string): Promise<readonly GitTreeItem[]>
  readBlob(blob: string): Promise<Buffer>
  writeBlob(bytes: Buffer): Promise<string>
  writeTree(base: string | null, changes: readonly TreeChange[]): Promise<string>
  writeCommit(commit: NewCommit): Promise<string>
  /** Creates a branch, or moves it forward; never back or aside. */
  moveBranch(branch: string, commit: string, from: string | null): Promise<RefMove>
  /** Whether `held` is `tip` or an ancestor of it. */
  holds(tip: string, held: string): Promise<boolean>
}

const MAX_BYTES = 16 * 1024 * 1024
const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/))
const named = v.object({ sha: id })
const refShape = v.object({ object: v.object({ sha: id, type: v.literal('commit') }) })
const commitShape = v.object({ tree: named })
const treeShape = v.object({
  truncated: v.literal(false),
  tree: v.array(v.object({ path: v.string(), mode: v.string(), type: v.string(), sha: id })),
})
const blobShape = v.object({ content: v.string(), encoding: v.literal('base64') })
const compareShape = v.object({ status: v.picklist(['ahead', 'behind', 'identical', 'diverged']) })

/** @throws WorldError `github/failed` from every call that GitHub does not answer as documented */
export function gitData(options: GitDataOptions): GitData {
  const ask = exchangeWith(options)
  const read = async <T>(path: string, shape: v.GenericSchema<unknown, T>): Promise<T> =>
    parsed(path, shape, await ask('GET', path))
  const write = async (path: string, body: object): Promise<string> =>
    parsed(path, named, await ask('POST', path, body)).sha
  return {
    async readBranch(branch) {
      const path = `/git/ref/heads/${branch}`
      const answer = await ask('GET', path)
      return answer.status === 404 ? null : parsed(path, refShape, answer).object.sha
    },
    treeOf: async (commit) => (await read(`/git/commits/${commit}`, commitShape)).tree.sha,
    readTree: async (tree) => (await read(`/git/trees/${tree}`, treeShape)).tree,
    async readBlob(blob) {
      return Buffer.from((await read(`/git/blobs/${blob}`, blobShape)).content, 'base64')
    },
    writeBlob: (bytes) =>
      write('/git/blobs', { content: bytes.toString('base64'), encoding: 'base64' }),
    writeTree: (base, changes) =>
      write('/git/trees', {
        ...(base === null ? {} : { base_tree: base }),
        tree: changes.map((change) => ({ ...change, mode: '100644', type: 'blob' })),
      }),
    writeCommit: ({ at, author, ...commit }) =>
      write('/git/commits', {
        ...commit,
        author: { ...author, date: at },
        committer: { ...author, date: at },
      }),
    async moveBranch(branch, commit, from) {
      const answer = await (from === null
        ? ask('POST', '/git/refs', { ref: `refs/heads/${branch}`, sha: commit })
        : ask('PATCH', `/git/refs/heads/${branch}`, { sha: commit, force: false }))
      if (answer.status === 200 || answer.status === 201) return { kind: 'moved' }
      const { status, body } = answer
      return { kind: 'refused', status, why: `${status} ${messageOf(body)}` }
    },
    async holds(tip, held) {
      const { status } = await read(`/compare/${held}...${tip}`, compareShape)
      return status === 'ahead' || status === 'identical'
    },
  }
}

interface Answer {
  readonly status: number
  readonly body: string
}

function exchangeWith({ api, repository, token, http }: GitDataOptions) {
  return async (method: HttpRequest['method'], path: string, body?: object): Promise<Answer> => {
    const url = `${api}/repos/${repository}${path}`
    const outcome = await http({
      url,
      method: method ?? 'GET',
      headers: {
        accept: 'application/vnd.github+json',
        'user-agent': 'bulkhead',
        'x-github-api-version': '2022-11-28',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      maxBytes: MAX_BYTES,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (outcome.kind === 'answered') return outcome
    throw failed(path, outcome.kind === 'failed' ? outcome.why : 'the request was cancelled')
  }
}

function parsed<T>(path: string, shape: v.GenericSchema<unknown, T>, { status, body }: Answer): T {
  if (status !== 200 && status !== 201) throw failed(path, `answered ${status} ${messageOf(body)}`)
  const read = v.safeParse(shape, jsonOf(body))
  if (read.success) return read.output
  throw failed(path, 'answered in a form that is not known')
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const MAX_MESSAGE = 500

function messageOf(body: string): string {
  const read = v.safeParse(v.object({ message: v.string() }), jsonOf(body))
  return read.success ? read.output.message.slice(0, MAX_MESSAGE) : ''
}

const failed = (path: string, what: string): WorldError =>
  new WorldError({
    code: 'github/failed',
    subject: path,
    message: what,
    remedy: 'check the repository, the token and its right `contents: write`, then try again',
  })
