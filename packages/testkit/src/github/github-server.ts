import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { type Reply, answerApi, json } from './answers.ts'
import { emptyCollaboration } from './collaboration.ts'
import type { GithubWorld } from './github-world.ts'
import { apiDescription } from './openapi.ts'

export interface SeenRequest {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly authorization: string | undefined
  /** Which of the two servers was asked: the API, or the storage that it redirects to. */
  readonly at: 'api' | 'storage'
}

/** What a request is answered instead; undefined for the usual. */
export type Fault =
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
  | { readonly kind: 'body'; readonly body: string }
  | { readonly kind: 'hang-up' }
  /** It is taken and done, and the answer gets lost. */
  | { readonly kind: 'lost' }

export interface GithubServer extends AsyncDisposable {
  /** What a runner calls GITHUB_SERVER_URL. */
  readonly url: string
  readonly world: GithubWorld
  readonly requests: readonly SeenRequest[]
  /** Asked before every answer, with the number of the request from 0. */
  fault: (request: SeenRequest, index: number) => Fault | undefined
  /** What was asked or answered against GitHub's own description; a test ends with none. */
  readonly violations: readonly string[]
}

export const GITHUB_TOKEN = 'ghs_example'

/**
 * A stand-in for GitHub Enterprise Server on loopback, whose every request and answer is checked against
 * GitHub's own description of its API. Answers are the description's examples with what the test put
 * over them. A second server plays the storage that downloads are redirected to.
 */
export async function startGithub(): Promise<GithubServer> {
  const description = await apiDescription()
  const world: GithubWorld = {
    runs: new Map(),
    jobs: new Map(),
    checkRuns: new Map(),
    checkSuites: new Map(),
    artifacts: new Map(),
    archives: new Map(),
    logs: new Map(),
    deployments: new Map(),
    ...emptyCollaboration(),
  }
  const requests: SeenRequest[] = []
  const violations: string[] = []
  const listen = async (
    at: SeenRequest['at'],
    answer: (seen: SeenRequest, sent: string) => Reply,
  ) => {
    const handle = async (request: IncomingMessage, response: ServerResponse) => {
      const sent = await text(request)
      const seen = seenOf(request, at)
      requests.push(seen)
      const fault = github.fault(seen, requests.length - 1)
      if (fault?.kind === 'lost') answer(seen, sent)
      if (fault !== undefined) misbehave(response, fault)
      else send(response, answer(seen, sent))
    }
    const server = createServer((request, response) => void handle(request, response))
    return { server, url: await urlOf(server) }
  }
  const storage = await listen('storage', ({ path }) => storedAt(world, path))
  const api = await listen('api', (seen, sent) => {
    if (seen.authorization !== `Bearer ${GITHUB_TOKEN}`)
      return json(401, { message: 'Bad credentials' })
    return answerApi({ description, world, storage: storage.url, violations }, seen, sent)
  })
  const github: GithubServer = {
    url: api.url,
    world,
    requests,
    violations,
    fault: () => undefined,
    async [Symbol.asyncDispose]() {
      await Promise.all([close(api.server), close(storage.server)])
    },
  }
  return github
}

function storedAt(world: GithubWorld, path: string): Reply {
  const [, kind, number] = /^\/(archives|logs)\/([0-9]+)\?sig=example$/.exec(path) ?? []
  const body = kind === 'logs' ? world.logs.get(Number(number)) : world.archives.get(Number(number))
  return body === undefined ? { status: 404 } : { status: 200, body }
}

function seenOf({ method, url, headers }: IncomingMessage, at: SeenRequest['at']): SeenRequest {
  return { method: method ?? '', path: url ?? '', authorization: headers.authorization, at }
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response
    .writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body ?? '') })
    .end(body)
}

function misbehave(response: ServerResponse, fault: Fault): void {
  if (fault.kind === 'hang-up' || fault.kind === 'lost') response.destroy()
  else if (fault.kind === 'body') response.writeHead(200).end(fault.body)
  else
    response
      .writeHead(fault.status, { ...fault.headers })
      .end(fault.body ?? '{"message":"of the stand-in"}')
}

async function urlOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
