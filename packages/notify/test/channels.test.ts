import { createHmac } from 'node:crypto'
import { type IncomingHttpHeaders, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NotifyPolicy } from '@bulkhead/policy'
import { httpExchange } from '@bulkhead/world'
import { type Notice, announce, openChannels, undelivered } from '../src/index.ts'

interface Received {
  readonly host: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

let received: Received[]
let status: number
let server: ReturnType<typeof createServer>
let base: string
beforeEach(async () => {
  received = []
  status = 200
  server = createServer((request, response) => {
    const { headers, url: path = '' } = request
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      received.push({ host: String(headers['x-host']), path, headers, body })
      response.writeHead(status).end('ok')
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

/** The real exchange, with every host led to the one real server here. */
const exchange = httpExchange({
  fetch: (input, init) => {
    const { host, pathname } = new URL(input instanceof Request ? input.url : input)
    const headers = new Headers(init?.headers)
    headers.set('x-host', host)
    return fetch(`${base}${pathname}`, { ...init, headers })
  },
  clock: { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() },
  random: () => 0.5,
})

const SECRETS: Readonly<Record<string, string>> = {
  SLACK: 'https://hooks.slack.com/services/T0/B0/token',
  HOOK: `whsec_${Buffer.from('a key of our own').toString('base64')}`,
  PAGER: '0123456789abcdef0123456789abcdef',
}

const notice: Notice = {
  about: 'production/rollout/42',
  event: 'rollout.held',
  environment: 'production',
  urgency: 'warning',
  over: false,
  headline: 'the rollout of 1a2b3c4 waits: zone b is lost',
  next: 'bulkhead status',
  facts: [{ name: 'zone', value: 'eu/b' }],
  link: 'https://example.net/run/7',
  at: Date.UTC(2026, 0, 2, 3, 4, 5),
}

const slack: NotifyPolicy = { kind: 'slack', urlFrom: 'SLACK', urgency: 'info' }
const webhook: NotifyPolicy = {
  kind: 'webhook',
  url: 'https://hooks.example.net/bulkhead',
  secretFrom: 'HOOK',
  urgency: 'info',
}
const pager: NotifyPolicy = {
  kind: 'pagerduty',
  routingKeyFrom: 'PAGER',
  region: 'eu',
  urgency: 'page',
}

const open = (...policies: readonly NotifyPolicy[]) =>
  openChannels(policies, { exchange, secrets: (name) => SECRETS[name] })

const bodyOf = (index = 0): unknown => JSON.parse(received[index]?.body ?? 'null')

describe('Slack', () => {
  it('gets one message that a stressed reader understands', async () => {
    const deliveries = await announce(open(slack), notice)
    expect(deliveries).toEqual([{ kind: 'delivered', channel: 'slack ($SLACK)' }])
    expect(received[0]).toMatchObject({ host: 'hooks.slack.com', path: '/services/T0/B0/token' })
    expect(bodyOf()).toMatchObject({
      text: '🟠 production: the rollout of 1a2b3c4 waits: zone b is lost',
      blocks: [
        { type: 'header' },
        { text: { type: 'plain_text', text: 'Now: bulkhead status' } },
        { fields: [{ type: 'plain_text', text: 'zone: eu/b' }] },
        { elements: [{ type: 'button', url: 'https://example.net/run/7' }] },
      ],
    })
  })

  it('shows text from outside and obeys none of it', async () => {
    await announce(open(slack), {
      ...notice,
      headline: '<!channel> <https://evil.example|click> \u202Eno',
      facts: [{ name: '<!here>', value: '*bold*\n<@U1>' }],
    })
    const sent = JSON.stringify(bodyOf())
    expect(sent).toContain('&lt;!channel&gt; &lt;https://evil.example|click&gt; \\\\u{202e}no')
    expect(sent).not.toMatch(/"type":"mrkdwn"/)
  })

  it('stays within the lengths that Slack takes', async () => {
    const long = 'x'.repeat(10_000)
    const facts = Array.from({ length: 40 }, () => ({ name: long, value: long }))
    await announce(open(slack), { ...notice, headline: long, next: long, facts })
    const { text, blocks } = bodyOf() as {
      text: string
      blocks: { text?: { text: string }; fields?: { text: string }[] }[]
    }
    expect(text.length).toBeLessThanOrEqual(3_000)
    expect(blocks[0]?.text?.text.length).toBeLessThanOrEqual(150)
    expect(blocks[1]?.text?.text.length).toBeLessThanOrEqual(3_000)
    expect(blocks[2]?.fields).toHaveLength(10)
    expect(blocks[2]?.fields?.every((field) => field.text.length <= 2_000)).toBe(true)
  })

  it.each(['https://evil.example/services/T0', 'http://hooks.slack.com/x', 'not an address', ''])(
    'sends nothing to an address that is not a webhook of Slack: %j',
    async (address) => {
      const channels = openChannels([slack], { exchange, secrets: () => address })
      expect(await announce(channels, notice)).toMatchObject([{ kind: 'failed' }])
      expect(received).toEqual([])
    },
  )
})

describe('a webhook', () => {
  it('gets the notice, signed as Standard Webhooks says', async () => {
    await announce(open(webhook), notice)
    const [{ headers, body } = expect.fail('nothing came')] = received
    const signed = [headers['webhook-id'], headers['webhook-timestamp'], body].join('.')
    const expected = createHmac('sha256', 'a key of our own').update(signed).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${expected}`)
    expect(headers['webhook-timestamp']).toBe('1767323045')
    expect(bodyOf()).toEqual({
      type: 'bulkhead.rollout.held',
      timestamp: '2026-01-02T03:04:05.000Z',
      data: {
        about: 'production/rollout/42',
        environment: 'production',
        urgency: 'warning',
        over: false,
        headline: 'the rollout of 1a2b3c4 waits: zone b is lost',
        next: 'bulkhead status',
        facts: { zone: 'eu/b' },
        link: 'https://example.net/run/7',
      },
    })
  })

  it('is not sent unsigned', async () => {
    const channels = openChannels([webhook], { exchange, secrets: () => undefined })
    expect(await announce(channels, notice)).toMatchObject([{ kind: 'failed' }])
    expect(received).toEqual([])
  })
})

describe('PagerDuty', () => {
  const page: Notice = { ...notice, urgency: 'page', event: 'rollout.stuck' }

  it('is not woken by less than a page', async () => {
    expect(await announce(open(pager), notice)).toEqual([])
    expect(received).toEqual([])
  })

  it('gets an alert, and its end under the same key', async () => {
    status = 202
    await announce(open(pager), page)
    await announce(open(pager), { ...page, urgency: 'info', over: true })
    expect(received.map(({ host, path }) => host + path)).toEqual([
      'events.eu.pagerduty.com/v2/enqueue',
      'events.eu.pagerduty.com/v2/enqueue',
    ])
    expect(bodyOf(0)).toMatchObject({
      routing_key: SECRETS['PAGER'],
      event_action: 'trigger',
      payload: { severity: 'critical', custom_details: { now: 'bulkhead status', zone: 'eu/b' } },
    })
    const [first, second] = [bodyOf(0), bodyOf(1)] as { dedup_key: string; event_action: string }[]
    expect(second).toMatchObject({ event_action: 'resolve', dedup_key: first?.dedup_key })
  })

  it('keeps within 1,024 characters of summary', async () => {
    await announce(open(pager), { ...page, headline: 'x'.repeat(5_000) })
    const { payload } = bodyOf() as { payload: { summary: string } }
    expect(payload.summary.length).toBeLessThanOrEqual(1_024)
  })
})

describe('a channel that is down', () => {
  it('keeps the others from nothing, and is named without its secret (failure 56)', async () => {
    const broken = { ...webhook, secretFrom: 'NOT_SET' }
    const deliveries = await announce(open(slack, broken), notice)
    expect(deliveries.map(({ kind }) => kind)).toEqual(['delivered', 'failed'])
    expect(undelivered(deliveries)).toEqual([
      {
        code: 'notify/undelivered',
        subject: 'webhook (hooks.example.net)',
        message: '$NOT_SET holds no secret',
        remedy: expect.stringContaining('bulkhead notify test'),
      },
    ])
  })

  it.each([400, 403, 404, 410, 429, 500, 503])('says that it answered %i', async (code) => {
    status = code
    const [delivery] = await announce(open(slack), notice)
    expect(delivery).toMatchObject({ kind: 'failed', why: expect.stringContaining(String(code)) })
    expect(JSON.stringify(delivery)).not.toContain('token')
  })

  it('is not waited for when the deploy is cancelled', async () => {
    const [delivery] = await announce(open(slack), notice, AbortSignal.abort())
    expect(delivery).toMatchObject({ kind: 'failed', why: 'was cancelled' })
  })
})
