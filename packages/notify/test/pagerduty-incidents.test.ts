import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { httpExchange } from '@bulkhead/world'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Notice, announce, openChannels } from '../src/index.ts'

/** An incident as PagerDuty keeps it, as far as it matters here. */
interface Kept {
  readonly id: string
  readonly incident_key: string
  status: string
  readonly urgency: string
  acknowledgements: object[]
}

let kept: Kept[]
let down: boolean
let said: Record<string, unknown>[]
let server: ReturnType<typeof createServer>
let base: string

/** Answers as the REST API v2 does: one open incident a key, a list by key, a change of status. */
function answer(method: string, url: URL, body: Record<string, { [key: string]: never }>) {
  if (down) return { status: 503, body: {} }
  const incident = body['incident'] ?? {}
  if (method === 'POST') {
    const key = String(incident['incident_key'])
    if (kept.some((one) => one.incident_key === key && one.status !== 'resolved'))
      return { status: 400, body: { error: { code: 2002 } } }
    const id = `P${kept.length}`
    const urgency = String(incident['urgency'])
    kept.push({ id, incident_key: key, status: 'triggered', urgency, acknowledgements: [] })
    return { status: 201, body: { incident: kept.at(-1) } }
  }
  if (method === 'PUT') {
    const found = kept.find(({ id }) => url.pathname.endsWith(`/${id}`))
    if (found !== undefined) found.status = String(incident['status'])
    return { status: found === undefined ? 404 : 200, body: {} }
  }
  const key = url.searchParams.get('incident_key')
  return { status: 200, body: { incidents: kept.filter((one) => one.incident_key === key) } }
}

beforeEach(async () => {
  kept = []
  said = []
  down = false
  server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    request.on('end', () => {
      const { method = '', headers } = request
      said.push({
        method,
        host: headers['x-host'],
        from: headers.from,
        auth: headers.authorization,
      })
      const body = text === '' ? {} : JSON.parse(text)
      const answered = answer(method, new URL(request.url ?? '', base), body)
      response.writeHead(answered.status).end(JSON.stringify(answered.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(
  () =>
    new Promise((resolve) => {
      server.closeAllConnections()
      server.close(resolve)
    }),
)

const exchange = httpExchange({
  fetch: (input, init) => {
    const { host, pathname, search } = new URL(input instanceof Request ? input.url : input)
    const headers = new Headers(init?.headers)
    headers.set('x-host', host)
    return fetch(`${base}${pathname}${search}`, { ...init, headers })
  },
  clock: { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() },
  random: () => 0.5,
})
const open = (token = 'u+0123456789abcdefgh') =>
  openChannels(
    [
      {
        kind: 'pagerduty-incidents',
        tokenFrom: 'PD',
        service: 'PABC123',
        from: 'oncall@example.com',
        region: 'us',
        urgency: 'page',
      },
    ],
    { exchange, secrets: () => token },
  )
const notice: Notice = {
  about: 'production/hotfix/7',
  event: 'hotfix.declared',
  environment: 'production',
  urgency: 'page',
  over: false,
  headline: 'hotfix 7 is declared',
  next: 'bulkhead hotfix acknowledge',
  facts: [],
  at: 0,
}

it('opens one incident for all notices about one thing, and resolves it when it is over', async () => {
  const channels = open()
  expect(await announce(channels, notice)).toMatchObject([{ kind: 'delivered' }])
  expect(await announce(channels, notice)).toMatchObject([{ kind: 'delivered' }])
  expect(kept).toMatchObject([{ status: 'triggered', urgency: 'high' }])
  expect(said[0]).toEqual({
    method: 'POST',
    host: 'api.pagerduty.com',
    from: 'oncall@example.com',
    auth: 'Token token=u+0123456789abcdefgh',
  })
  await announce(channels, { ...notice, over: true })
  expect(kept).toMatchObject([{ status: 'resolved' }])
  await announce(channels, notice)
  expect(kept).toHaveLength(2)
})

it('says who has acknowledged it: a person, nobody, never an escalation policy', async () => {
  const [channel] = open()
  if (channel === undefined) throw new Error('the policy declares it')
  expect(await channel.acknowledgedBy?.(notice.about)).toBeUndefined()
  await channel.deliver(notice)
  expect(await channel.acknowledgedBy?.(notice.about)).toBeUndefined()
  const [incident] = kept
  if (incident === undefined) throw new Error('it was opened')
  incident.acknowledgements = [{ acknowledger: { id: 'S1', type: 'service_reference' } }]
  expect(await channel.acknowledgedBy?.(notice.about)).toBeUndefined()
  incident.acknowledgements = [{ acknowledger: { id: 'U1', type: 'user_reference' } }]
  expect(await channel.acknowledgedBy?.(notice.about)).toBe('U1')
})

it('is down: said, and nobody is believed to have acknowledged', async () => {
  down = true
  const [channel] = open()
  expect(await announce(open(), notice)).toMatchObject([{ kind: 'failed' }])
  expect(await channel?.acknowledgedBy?.(notice.about)).toBeUndefined()
})

it('asks nobody without a token', async () => {
  expect(await announce(open('no token'), notice)).toMatchObject([
    { kind: 'failed', why: '$PD holds no API token' },
  ])
  expect(said).toEqual([])
})
