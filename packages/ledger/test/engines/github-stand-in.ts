import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, createServer } from 'node:http'
import { join } from 'node:path'

/**
 * GitHub's Git database in front of a real bare repository: `git` does what the API is told. Written
 * from GitHub's OpenAPI description; only what a ledger asks for.
 */
export async function githubStandIn(bare: string) {
  const git = (args: readonly string[], input?: string | Buffer, env = {}) =>
    spawnSync('git', ['--git-dir', bare, ...args], {
      input,
      env: { PATH: process.env['PATH'], ...env },
      maxBuffer: 64 * 1024 * 1024,
    })
  const out = (args: readonly string[], input?: string | Buffer, env = {}): string => {
    const { status, stdout, stderr } = git(args, input, env)
    if (status !== 0) throw new Error(stderr.toString())
    return stdout.toString()
  }
  const tip = (branch: string): string | null => {
    const { status, stdout } = git(['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`])
    return status === 0 ? stdout.toString().trim() : null
  }
  const isAncestor = (one: string, other: string) =>
    git(['merge-base', '--is-ancestor', one, other]).status === 0

  const kept = new Map<string, Answer>()
  const get = (path: string): Answer => {
    const [, what, rest = ''] = /^\/git\/(ref\/heads|commits|trees|blobs)\/(.+)$/.exec(path) ?? []
    if (what === 'ref/heads') {
      const sha = tip(rest)
      return sha === null
        ? [404, { message: 'Not Found' }]
        : [200, { ref: `refs/heads/${rest}`, object: { sha, type: 'commit' } }]
    }
    if (what === 'commits') {
      return [200, { sha: rest, tree: { sha: out(['rev-parse', `${rest}^{tree}`]).trim() } }]
    }
    if (what === 'trees') {
      const lines = out(['ls-tree', '-z', rest]).split('\0').filter(Boolean)
      const tree = lines.map((line) => {
        const [, mode, type, sha, name] = /^(\S+) (\S+) (\S+)\t(.*)$/s.exec(line) ?? []
        return { path: name, mode, type, sha }
      })
      return [200, { sha: rest, tree, truncated: false }]
    }
    if (what === 'blobs') {
      const content = git(['cat-file', 'blob', rest]).stdout.toString('base64')
      return [200, { sha: rest, content, encoding: 'base64' }]
    }
    const [, held = '', newer = ''] = /^\/compare\/([0-9a-f]+)\.\.\.([0-9a-f]+)$/.exec(path) ?? []
    if (held === '') return [404, { message: 'Not Found' }]
    const status = held === newer ? 'identical' : isAncestor(held, newer) ? 'ahead' : 'diverged'
    return [200, { status }]
  }

  const writeTree = (body: Body): string => {
    const env = { GIT_INDEX_FILE: join(bare, `index-${randomUUID()}`) }
    out(
      body.base_tree === undefined ? ['read-tree', '--empty'] : ['read-tree', body.base_tree],
      '',
      env,
    )
    const lines = (body.tree as readonly { path: string; sha: string | null }[]).map(
      ({ path, sha }) => (sha === null ? `0 ${'0'.repeat(40)}\t${path}` : `100644 ${sha}\t${path}`),
    )
    out(['update-index', '--index-info'], `${lines.join('\n')}\n`, env)
    return out(['write-tree'], '', env).trim()
  }
  const writeCommit = (body: Body): string => {
    const { author } = body
    const env = Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((who) => [
        [`GIT_${who}_NAME`, author?.name],
        [`GIT_${who}_EMAIL`, author?.email],
        [`GIT_${who}_DATE`, author?.date],
      ]),
    )
    const parents = (body.parents ?? []).flatMap((parent) => ['-p', parent])
    return out(['commit-tree', String(body.tree), ...parents], body.message, env).trim()
  }
  const move = (branch: string, sha: string, create: boolean): Answer => {
    const before = tip(branch)
    if (create && before !== null) return [422, { message: 'Reference already exists' }]
    if (!create && (before === null || !isAncestor(before, sha))) {
      return [422, { message: 'Update is not a fast forward' }]
    }
    const { status } = git(['update-ref', `refs/heads/${branch}`, sha, before ?? '0'.repeat(40)])
    return status === 0
      ? [create ? 201 : 200, { object: { sha, type: 'commit' } }]
      : [409, { message: 'Conflict' }]
  }
  const answer = (method: string, path: string, body: Body): Answer => {
    if (method === 'GET') {
      // What an id names never changes.
      const found = kept.get(path) ?? get(path)
      if (found[0] === 200 && /^\/git\/(commits|trees|blobs)\//.test(path)) kept.set(path, found)
      return found
    }
    if (path === '/git/blobs') {
      const bytes = Buffer.from(body.content ?? '', 'base64')
      const sha = out(['hash-object', '-w', '--stdin'], bytes).trim()
      kept.set(`/git/blobs/${sha}`, [200, { sha, content: body.content, encoding: 'base64' }])
      return [201, { sha }]
    }
    if (path === '/git/trees') return [201, { sha: writeTree(body) }]
    if (path === '/git/commits') return [201, { sha: writeCommit(body) }]
    if (path === '/git/refs')
      return move((body.ref ?? '').slice('refs/heads/'.length), body.sha ?? '', true)
    if (body.force !== false) return [422, { message: 'a ledger never forces' }]
    return move(path.slice('/git/refs/heads/'.length), body.sha ?? '', false)
  }

  const server = createServer((request, response) => {
    const respond = async () => {
      const body = await bodyOf(request)
      const path = (request.url ?? '').replace(/^\/repos\/[^/]+\/[^/]+/, '')
      const [status, json] = safely(() => answer(request.method ?? '', path, body))
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(json))
    }
    // A request that broke off has nobody to answer.
    respond().catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

type Answer = readonly [number, object]

interface Body {
  readonly content?: string
  readonly base_tree?: string
  readonly tree?: unknown
  readonly parents?: readonly string[]
  readonly message?: string
  readonly author?: { readonly name: string; readonly email: string; readonly date: string }
  readonly ref?: string
  readonly sha?: string
  readonly force?: boolean
}

const safely = (work: () => Answer): Answer => {
  try {
    return work()
  } catch (error) {
    return [422, { message: String(error) }]
  }
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  return text === '' ? {} : (JSON.parse(text) as Body)
}
