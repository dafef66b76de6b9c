import { type IncomingMessage, type Server, createServer } from 'node:http'
import type { Sql } from 'postgres'
import { type Answer, Problem, problemAnswer, send } from './answer.ts'
import { readBearerToken } from './caller.ts'
import { conflictOf } from './database.ts'
import { parseBody, readBody } from './request-body.ts'
import { matchRoute } from './route-match.ts'
import type { Settings } from './settings.ts'
import { asTenant } from './tenant-transaction.ts'

/** What an instance needs to answer requests. */
export interface Service {
  readonly settings: Settings
  readonly pool: Sql
  /** The commit that this instance was built from. */
  readonly build: string
  /** Takes one line about a request that failed through our own fault. */
  readonly log: (line: string) => void
}

/** The HTTP server, not yet listening. Slow and oversized requests are cut off. */
export function createService(service: Service): Server {
  const server = createServer(
    { headersTimeout: 5_000, requestTimeout: 10_000, maxHeaderSize: 8 * 1024 },
    (request, response) => {
      const finish = (given: Answer): void => {
        // Once the server no longer listens, each answer also ends its connection: it could not exit.
        if (!server.listening) response.setHeader('connection', 'close')
        send(response, given)
      }
      void respond(service, request, finish)
    },
  )
  return server
}

async function respond(
  service: Service,
  request: IncomingMessage,
  finish: (given: Answer) => void,
): Promise<void> {
  const method = request.method ?? ''
  try {
    finish(await answer(service, request, method))
  } catch (error) {
    const problem = error instanceof Problem ? error : conflictOf(error, method)
    if (!problem) service.log(failureLine(request, error))
    finish(problemAnswer(problem ?? new Problem(500, 'internal')))
  }
}

async function answer(service: Service, request: IncomingMessage, method: string): Promise<Answer> {
  const [path = '', search = ''] = splitOnce(request.url ?? '')
  if (path === '/health') return health(service, method)
  const token = readBearerToken(request.headers.authorization)
  const { route, id } = matchRoute(method, path)
  const bytes = await readBody(request)
  return asTenant(service.pool, token, async (scope) => {
    if (method !== 'GET' && scope.caller.role !== 'admin') throw new Problem(403, 'forbidden')
    return route.handle({
      ...scope,
      settings: service.settings,
      id,
      query: new URLSearchParams(search),
      body: () => parseBody(request.headers['content-type'], bytes),
    })
  })
}

function health(service: Service, method: string): Answer {
  if (method !== 'GET') throw new Problem(405, 'method_not_allowed', { allow: 'GET' })
  return { status: 200, body: { status: 'ok', build: service.build } }
}

function splitOnce(url: string): string[] {
  const mark = url.indexOf('?')
  return mark < 0 ? [url] : [url.slice(0, mark), url.slice(mark + 1)]
}

/** Says where and what, without query, headers or body: tokens and customers' data stay out of logs. */
function failureLine(request: IncomingMessage, error: unknown): string {
  const path = splitOnce(request.url ?? '')[0]
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'
  return JSON.stringify({ event: 'failed', method: request.method, path, cause })
}
