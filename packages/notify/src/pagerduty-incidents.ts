import { createHash } from 'node:crypto'
import type { PagerDutyIncidentsPolicy } from '@bulkhead/policy'
import { printable } from '@bulkhead/vocabulary'
import type { HttpOutcome, HttpRequest } from '@bulkhead/world'
import type { Channel, Notice } from './notice.ts'
import { type Outgoing, refusalOf } from './outgoing.ts'

const HOSTS = { us: 'api.pagerduty.com', eu: 'api.eu.pagerduty.com' } as const
const TITLE = 1_024
const BUDGET = 15_000
const TIMEOUT = 5_000

/** What of an incident counts here (REST API v2, incidents). */
interface Incident {
  readonly id: string
  readonly status: string
  /** Id of the user who acknowledged it first; undefined while nobody has. */
  readonly acknowledgedBy: string | undefined
}

/**
 * PagerDuty by its REST API v2 (`POST /incidents`): the answer says that the incident is there, and asking
 * for it later says who has acknowledged it. Without a token that may write, `pagerduty` is the way.
 */
export function pagerDutyIncidentsChannel(
  policy: PagerDutyIncidentsPolicy,
  { exchange, secrets }: Outgoing,
): Channel {
  const name = `pagerduty incidents ($${policy.tokenFrom})`
  const ask = (
    request: Pick<HttpRequest, 'method' | 'body'> & { readonly path: string },
    signal?: AbortSignal,
  ): Promise<HttpOutcome> => {
    const { path, ...rest } = request
    const token = secrets(policy.tokenFrom)?.trim()
    if (token === undefined || !/^[A-Za-z0-9+/_-]{16,64}$/.test(token))
      return Promise.resolve({ kind: 'failed', why: `$${policy.tokenFrom} holds no API token` })
    return exchange({
      ...rest,
      url: `https://${HOSTS[policy.region]}${path}`,
      headers: {
        accept: 'application/vnd.pagerduty+json;version=2',
        authorization: `Token token=${token}`,
        'content-type': 'application/json',
        from: policy.from,
      },
      timeout: TIMEOUT,
      budget: BUDGET,
      ...(signal === undefined ? {} : { signal }),
    })
  }
  const find = async (about: string, signal?: AbortSignal): Promise<Incident | undefined> => {
    const outcome = await ask({ path: `/incidents?incident_key=${incidentKey(about)}` }, signal)
    return refusalOf(outcome) === undefined && outcome.kind === 'answered'
      ? openIncident(outcome.body)
      : undefined
  }
  return {
    name,
    from: policy.urgency,
    async deliver(notice, signal) {
      const why = notice.over
        ? await resolve(notice, { ask, find }, signal)
        : await create(notice, policy, { ask, find }, signal)
      return why === undefined
        ? { kind: 'delivered', channel: name }
        : { kind: 'failed', channel: name, why }
    },
    acknowledgedBy: async (about, signal) => (await find(about, signal))?.acknowledgedBy,
  }
}

interface Ways {
  readonly ask: (
    request: Pick<HttpRequest, 'method' | 'body'> & { readonly path: string },
    signal?: AbortSignal,
  ) => Promise<HttpOutcome>
  readonly find: (about: string, signal?: AbortSignal) => Promise<Incident | undefined>
}

/** The same key for all notices about one thing: PagerDuty refuses a second open incident of it. */
const incidentKey = (about: string): string => createHash('sha256').update(about).digest('hex')

async function create(
  notice: Notice,
  { service }: PagerDutyIncidentsPolicy,
  { ask, find }: Ways,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const incident = {
    type: 'incident',
    title: printable(`${notice.environment}: ${notice.headline}`, TITLE - 1),
    service: { id: service, type: 'service_reference' },
    urgency: notice.urgency === 'page' ? 'high' : 'low',
    incident_key: incidentKey(notice.about),
    body: { type: 'incident_body', details: detailsOf(notice) },
  }
  const body = JSON.stringify({ incident })
  const why = refusalOf(await ask({ method: 'POST', path: '/incidents', body }, signal))
  // Refused because it is open already, or answered too late: what is there counts.
  return why === undefined || (await find(notice.about, signal)) !== undefined ? undefined : why
}

async function resolve(
  notice: Notice,
  { ask, find }: Ways,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const open = await find(notice.about, signal)
  if (open === undefined) return undefined
  const body = JSON.stringify({ incident: { type: 'incident_reference', status: 'resolved' } })
  const path = `/incidents/${encodeURIComponent(open.id)}`
  return refusalOf(await ask({ method: 'PUT', path, body }, signal))
}

const detailsOf = ({ next, facts, link }: Notice): string =>
  [
    ...(next === undefined ? [] : [`now: ${printable(next, 500)}`]),
    ...facts.map(({ name, value }) => `${printable(name, 100)}: ${printable(value, 500)}`),
    ...(link === undefined ? [] : [printable(link, 500)]),
  ].join('\n')

/** The incident of a list that is not resolved; what has another form is none. */
function openIncident(body: string): Incident | undefined {
  const { incidents } = parsed(body)
  if (!Array.isArray(incidents)) return undefined
  for (const incident of incidents as readonly unknown[]) {
    const { id, status, acknowledgements } = objectOf(incident)
    if (typeof id !== 'string' || typeof status !== 'string' || status === 'resolved') continue
    const [first] = Array.isArray(acknowledgements) ? (acknowledgements as unknown[]) : []
    const { acknowledger } = objectOf(first)
    const { id: who, type } = objectOf(acknowledger)
    const isPerson = typeof who === 'string' && typeof type === 'string' && type.startsWith('user')
    return { id, status, acknowledgedBy: isPerson ? who : undefined }
  }
  return undefined
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  try {
    return objectOf(JSON.parse(body) as unknown)
  } catch {
    return {}
  }
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}
