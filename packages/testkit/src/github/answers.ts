import { COLLABORATION, COLLABORATION_MADE } from './collaboration.ts'
import { createDeployment, createStatus } from './deployments.ts'
import type { GithubWorld, Overlay } from './github-world.ts'
import type { ApiDescription, Operation } from './openapi.ts'

interface Asked {
  readonly method: string
  /** With its query. */
  readonly path: string
}

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string
}

export const json = (status: number, body: unknown): Reply => ({
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

/** Answers one request to the API, and keeps what in it is against GitHub's own description. */
export function answerApi(context: Context, { method, path }: Asked, sent: string): Reply {
  const url = new URL(path, 'http://github.invalid')
  const operation = context.description.find(method, url.pathname.replace(/^\/api\/v3/, ''))
  if (operation === undefined) {
    context.violations.push(`GitHub has no ${method} ${url.pathname}`)
    return NOT_FOUND
  }
  const unknown = [...url.searchParams.keys()].filter((name) => !operation.query.includes(name))
  if (unknown.length > 0)
    context.violations.push(`${operation.template} knows no ${unknown.join()}`)
  if (method !== 'GET') return answerSent(context, operation, { method, sent })
  const reply = ROUTES[operation.template]?.(context, operation, url.searchParams)
  if (reply === undefined) return NOT_FOUND
  if ('status' in reply) return reply
  const objection = operation.objectionTo(200, reply.value)
  if (objection !== undefined) context.violations.push(objection)
  return json(200, reply.value)
}

/** What is made or changed, by the path that does it; undefined where GitHub would refuse what was sent. */
const MADE: Readonly<
  Record<string, (world: GithubWorld, operation: Operation, sent: Overlay) => Overlay | undefined>
> = {
  'POST /repos/{owner}/{repo}/deployments': ({ deployments }, _, sent) =>
    createDeployment(deployments, sent),
  'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses': (
    { deployments },
    { values },
    sent,
  ) => createStatus(deployments, Number(values['deployment_id']), sent),
  ...COLLABORATION_MADE,
}

function answerSent(
  { world, violations }: Context,
  operation: Operation,
  { method, sent }: { readonly method: string; readonly sent: string },
): Reply {
  const body: unknown = JSON.parse(sent)
  const objection = operation.objectionToSent(body)
  const make = MADE[`${method} ${operation.template}`]
  if (objection !== undefined || make === undefined || !isOverlay(body)) {
    violations.push(objection ?? `the stand-in knows no ${method} ${operation.template}`)
    return json(422, { message: 'Validation Failed' })
  }
  const made = make(world, operation, body)
  if (made === undefined) return json(422, { message: 'Validation Failed' })
  // GitHub has nothing to say of what it only starts.
  if (operation.statuses.includes('204')) return { status: 204 }
  const status = method === 'POST' ? 201 : 200
  const value = overlaid(operation.example, made)
  const wrong = operation.objectionTo(status, value)
  if (wrong !== undefined) violations.push(wrong)
  return json(status, value)
}

const isOverlay = (value: unknown): value is Overlay =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export type Route = (
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
  ...Object.fromEntries(
    Object.entries(COLLABORATION).map(([template, find]): readonly [string, Route] => [
      template,
      ({ world }, operation, query) =>
        found(find(world, operation.values, query), operation, query),
    ]),
  ),
}

/** One thing, or a page of a list that states no total. */
function found(
  things: Overlay | readonly Overlay[] | undefined,
  operation: Operation,
  query: URLSearchParams,
) {
  if (things === undefined) return undefined
  if (!isList(things)) return { value: overlaid(operation.example, things) }
  const [example]: readonly unknown[] = Array.isArray(operation.example) ? operation.example : []
  const size = Number(query.get('per_page') ?? 30)
  const page = Number(query.get('page') ?? 1)
  return {
    value: things.slice((page - 1) * size, page * size).map((thing) => overlaid(example, thing)),
  }
}

const isList = (things: Overlay | readonly Overlay[]): things is readonly Overlay[] =>
  Array.isArray(things)

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
