import { once } from 'node:events'
import { type IncomingMessage, createServer } from 'node:http'
import { type NewCommit, type TreeChange, gitDatabase } from './git-database.ts'

/**
 * GitHub's Git database in front of a real bare repository: `git` does what the API is told. Written
 * from GitHub's OpenAPI description; only what a ledger asks for.
 */
export async function githubStandIn(bare: string) {
  await using stack = new AsyncDisposableStack()
  const git = stack.use(await gitDatabase(bare))
  const kept = new Map<string, Answer>()
  const get = async (path: string): Promise<Answer> => {
    const [, what, rest = ''] = /^\/git\/(ref\/heads|commits|trees|blobs)\/(.+)$/.exec(path) ?? []
    if (what === 'ref/heads') {
      const sha = await git.tip(rest)
      return sha === null
        ? [404, { message: 'Not Found' }]
        : [200, { ref: `refs/heads/${rest}`, object: { sha, type: 'commit' } }]
    }
    if (what === 'commits') return [200, { sha: rest, tree: { sha: await git.treeOf(rest) } }]
    if (what === 'trees')
      return [200, { sha: rest, tree: await git.itemsOf(rest), truncated: false }]
    if (what === 'blobs') {
      const content = (await git.readBlob(rest)).toString('base64')
      return [200, { sha: rest, content, encoding: 'base64' }]
    }
    const [, held = '', newer = ''] = /^\/compare\/([0-9a-f]+)\.\.\.([0-9a-f]+)$/.exec(path) ?? []
    if (held === '') return [404, { message: 'Not Found' }]
    if (held === newer) return [200, { status: 'identical' }]
    return [200, { status: (await git.isAncestor(held, newer)) ? 'ahead' : 'diverged' }]
  }

  const move = async (branch: string, sha: string, create: boolean): Promise<Answer> => {
    const before = await git.tip(branch)
    if (create && before !== null) return [422, { message: 'Reference already exists' }]
    if (!create && (before === null || !(await git.isAncestor(before, sha)))) {
      return [422, { message: 'Update is not a fast forward' }]
    }
    return (await git.moveBranch(branch, sha, before))
      ? [create ? 201 : 200, { object: { sha, type: 'commit' } }]
      : [409, { message: 'Conflict' }]
  }
  const answer = async (method: string, path: string, body: Body): Promise<Answer> => {
    if (method === 'GET') {
      // What an id names never changes.
      const found = kept.get(path) ?? (await get(path))
      if (found[0] === 200 && /^\/git\/(commits|trees|blobs)\//.test(path)) kept.set(path, found)
      return found
    }
    if (path === '/git/blobs') {
      return [201, { sha: await git.writeBlob(Buffer.from(body.content ?? '', 'base64')) }]
    }
    if (path === '/git/trees') {
      return [
        201,
        { sha: await git.writeTree(body.base_tree ?? null, body.tree as readonly TreeChange[]) },
      ]
    }
    if (path === '/git/commits') return [201, { sha: await git.writeCommit(body as NewCommit) }]
    if (path === '/git/refs')
      return move((body.ref ?? '').slice('refs/heads/'.length), body.sha ?? '', true)
    if (body.force !== false) return [422, { message: 'a ledger never forces' }]
    return move(path.slice('/git/refs/heads/'.length), body.sha ?? '', false)
  }

  const server = createServer((request, response) => {
    const respond = async () => {
      const body = await bodyOf(request)
      const path = (request.url ?? '').replace(/^\/repos\/[^/]+\/[^/]+/, '')
      const [status, json] = await safely(answer(request.method ?? '', path, body))
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(json))
    }
    // A request that broke off has nobody to answer.
    respond().catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  stack.defer(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const all = stack.move()
  return { port: address.port, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

type Answer = readonly [number, object]

interface Body {
  readonly content?: string
  readonly base_tree?: string
  readonly tree?: unknown
  readonly ref?: string
  readonly sha?: string
  readonly force?: boolean
}

const safely = (work: Promise<Answer>): Promise<Answer> =>
  work.catch((error: unknown) => [422, { message: String(error) }])

async function bodyOf(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  return text === '' ? {} : (JSON.parse(text) as Body)
}
