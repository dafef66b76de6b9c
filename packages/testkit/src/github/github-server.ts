import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { type StoredDeployment, createDeployment, createStatus } from './deployments.ts'
import { type ApiDescription, type Operation, apiDescription } from './openapi.ts'

/** A thing that GitHub knows: only what matters to a test; the rest is the description's own example. */
export type Overlay = Readonly<Record<string, unknown>>

/** Everything that the stand-in knows, by kind and number. Tests change it as they go. */
export interface GithubWorld {
  readonly runs: Map<number, Overlay>
  readonly jobs: Map<number, Overlay>
  readonly checkRuns: Map<number, Overlay>
  readonly checkSuites: Map<number, Overlay>
  readonly artifacts: Map<number, Overlay>
  /** Zip bytes by artifact, log text by job. */
  readonly archives: Map<number, Buffer>
  readonly logs: Map<number, string>
  readonly deployments: Map<number, StoredDeployment>
}

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

interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string
}

const json = (status: number, body: unknown): Reply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
})

const NOT_FOUND = json(404, {
  message: 'Not Found',
  documentation_url: 'https://docs.github.com/rest',
})

interface Context {
  readonly description: ApiDescription
  readonly world: GithubWorld
  readonly storage: string
  readonly violations: string[]
}

function answerApi(context: Context, { method, path }: SeenRequest, sent: string): Reply {
  const url = new URL(path, 'http://github.invalid')
  const operation = context.description.find(method, url.pathname.replace(/^\/api\/v3/, ''))
  if (operation === undefined) {
    context.violations.push(`GitHub has no ${method} ${url.pathname}`)
    return NOT_FOUND
  }
  const unknown = [...url.searchParams.keys()].filter((name) => !operation.query.includes(name))
  if (unknown.length > 0)
    context.violations.push(`${operation.template} knows no ${unknown.join()}`)
  if (method === 'POST') return answerPost(context, operation, sent)
  const reply = ROUTES[operation.template]?.(context, operation, url.searchParams)
  if (reply === undefined) return NOT_FOUND
  if ('status' in reply) return reply
  const objection = operation.objectionTo(200, reply.value)
  if (objection !== undefined) context.violations.push(objection)
  return json(200, reply.value)
}

/** What is made, by the path that makes it; undefined where GitHub would refuse what was sent. */
const MADE: Readonly<
  Record<string, (world: GithubWorld, operation: Operation, sent: Overlay) => Overlay | undefined>
> = {
  '/repos/{owner}/{repo}/deployments': ({ deployments }, _, sent) =>
    createDeployment(deployments, sent),
  '/repos/{owner}/{repo}/deployments/{deployment_id}/statuses': (
    { deployments },
    { values },
    sent,
  ) => createStatus(deployments, Number(values['deployment_id']), sent),
}

function answerPost({ world, violations }: Context, operation: Operation, sent: string): Reply {
  const body: unknown = JSON.parse(sent)
  const objection = operation.objectionToSent(body)
  const make = MADE[operation.template]
  if (objection !== undefined || make === undefined || !isOverlay(body)) {
    violations.push(objection ?? `the stand-in makes no ${operation.template}`)
    return json(422, { message: 'Validation Failed' })
  }
  const made = make(world, operation, body)
  if (made === undefined) return json(422, { message: 'Validation Failed' })
  const value = overlaid(operation.example, made)
  const wrong = operation.objectionTo(201, value)
  if (wrong !== undefined) violations.push(wrong)
  return json(201, value)
}

const isOverlay = (value: unknown): value is Overlay =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

type Route = (
  context: Context,
  operation: Operation,
  query: URLSearchParams,
) => Reply | { readonly value: unknown } | undefined

const RUNS = '/repos/{owner}/{repo}/actions/runs/{run_id}'

/** One row a path: what the stand-in can answer. */
const ROUTES: Readonly<Record<string, Route>> = {
  [RUNS]: ({ world }, operation) => one(world.runs, operation, 'run_id'),
  [`${RUNS}/attempts/{attempt_number}/jobs`]: ({ world }, operation, query) =>
    many('jobs', world.jobs, operation, query, (job) => {
      const { run_id: run, attempt_number: attempt } = operation.values
      return String(job['run_id']) === run && String(job['run_attempt']) === attempt
    }),
  [`${RUNS}/artifacts`]: ({ world }, operation, query) =>
    many('artifacts', world.artifacts, operation, query, (artifact) =>
      isOfRun(artifact, operation.values['run_id']),
    ),
  '/repos/{owner}/{repo}/check-runs/{check_run_id}': ({ world }, operation) =>
    one(world.checkRuns, operation, 'check_run_id'),
  '/repos/{owner}/{repo}/check-suites/{check_suite_id}': ({ world }, operation) =>
    one(world.checkSuites, operation, 'check_suite_id'),
  '/repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}': (context, operation) =>
    redirect(context, context.world.archives, `archives/${operation.values['artifact_id'] ?? ''}`),
  '/repos/{owner}/{repo}/actions/jobs/{job_id}/logs': (context, operation) =>
    redirect(context, context.world.logs, `logs/${operation.values['job_id'] ?? ''}`),
}

function isOfRun(artifact: Overlay, run: string | undefined): boolean {
  const of: unknown = artifact['workflow_run']
  return typeof of === 'object' && of !== null && 'id' in of && String(of.id) === run
}

function one(things: ReadonlyMap<number, Overlay>, operation: Operation, key: string) {
  const overlay = things.get(Number(operation.values[key]))
  return overlay && { value: overlaid(operation.example, overlay) }
}

function many(
  key: string,
  things: ReadonlyMap<number, Overlay>,
  operation: Operation,
  query: URLSearchParams,
  filter: (overlay: Overlay) => boolean,
) {
  const page = Number(query.get('page') ?? 1)
  const size = Number(query.get('per_page') ?? 30)
  const all = [...things.values()].filter(filter)
  const [example] = itemsOf(operation.example, key)
  return {
    value: {
      total_count: all.length,
      [key]: all.slice((page - 1) * size, page * size).map((overlay) => overlaid(example, overlay)),
    },
  }
}

function itemsOf(example: unknown, key: string): readonly unknown[] {
  const items: unknown =
    typeof example === 'object' && example !== null ? Reflect.get(example, key) : undefined
  return Array.isArray(items) ? items : []
}

/** The example with the test's own members over it, object by object. */
function overlaid(example: unknown, overlay: unknown): unknown {
  if (!isOverlay(example) || !isOverlay(overlay)) return overlay
  const members = Object.entries(overlay).map(([key, value]) => [
    key,
    overlaid(example[key], value),
  ])
  return { ...example, ...Object.fromEntries(members) }
}

function redirect(
  { storage }: Context,
  kept: ReadonlyMap<number, unknown>,
  place: string,
): Reply | undefined {
  if (!kept.has(Number(place.split('/')[1]))) return undefined
  return { status: 302, headers: { location: `${storage}/${place}?sig=example` } }
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
  if (fault.kind === 'hang-up') response.destroy()
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
