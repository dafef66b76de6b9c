import { type IncomingMessage, type ServerResponse, createServer as createHttp } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import type { AnalysisPolicy, MetricPolicy, ProbePolicy } from '@bulkhead/policy'
import type { Metric, MetricWindow } from '@bulkhead/rollout'
import { type Milliseconds, commitId } from '@bulkhead/vocabulary'
import { httpExchange } from '@bulkhead/world'
import { openMetrics } from '../src/index.ts'

const ms = (value: number) => value as Milliseconds
const never = new AbortController().signal
const clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() }
const exchange = httpExchange({ fetch, clock, random: () => 0 })

const open: (AsyncDisposable & { readonly url: string })[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server[Symbol.asyncDispose]()
})

type Answer = (request: IncomingMessage, response: ServerResponse) => void

async function serve(answer: Answer, tlsOptions?: { key: string; cert: string }): Promise<string> {
  const server = tlsOptions ? createHttps(tlsOptions, answer) : createHttp(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const scheme = tlsOptions ? 'https' : 'http'
  const url = `${scheme}://localhost:${(server.address() as AddressInfo).port}`
  open.push({
    url,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  })
  return url
}

const window: MetricWindow = {
  canary: commitId('c'.repeat(40)),
  control: commitId('a'.repeat(40)),
  beside: true,
  rolloutBegan: 0,
  bakeBegan: 60_000,
  now: 120_000,
}

const sourceAt = (url: string): NonNullable<AnalysisPolicy['source']> => ({
  kind: 'json',
  url,
  watermark: 'watermark',
  tokenFrom: 'TOKEN',
  step: ms(5_000),
})

function metricOf(metric: MetricPolicy, url: string): Metric {
  const source = sourceAt(url)
  const [opened] = openMetrics(
    { source, lag: ms(0), metrics: { one: metric } },
    { exchange, secrets: (name) => (name === 'TOKEN' ? 'a-token' : undefined) },
  )
  return opened ?? expect.fail('no metric')
}

const heartbeat = { kind: 'heartbeat', query: 'messages', allowedDrop: 0.3 } as const
const errors = { kind: 'errors', requests: 'requests', errors: 'errors' } as const

describe('a server that answers metrics as JSON', () => {
  const until = new Date(120_000).toISOString()
  const by =
    (answers: Readonly<Record<string, unknown>>): Answer =>
    (request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams.get('query') ?? ''
      response.end(JSON.stringify(answers[query] ?? {}))
    }

  it('is asked with all that it needs', async () => {
    const asked: string[] = []
    const url = await serve((request, response) => {
      asked.push(`${request.headers.authorization} ${request.url}`)
      response.end(JSON.stringify({ until, value: 7, values: [1] }))
    })
    expect(await metricOf(errors, url).read(window, never)).toMatchObject({
      kind: 'read',
      value: { canary: { requests: 7, errors: 7 }, control: { requests: 7, errors: 7 } },
    })
    expect(asked).toContain(
      `Bearer a-token /?query=requests&build=${window.canary}&from=1970-01-01T00%3A01%3A00.000Z&to=1970-01-01T00%3A02%3A00.000Z&step=5`,
    )
  })

  it.each([
    [
      'late data',
      { watermark: { until: new Date(90_000).toISOString() } },
      'data are late by 30 s',
    ],
    ['no values', { watermark: { until }, messages: { until } }, 'has no data'],
    ['another form', { watermark: { until: 'yesterday' } }, 'in a form that is not known'],
    ['values that are none', { watermark: { until }, messages: { until, values: ['1'] } }, 'form'],
  ])('has no answer: %s', async (_, answers, why) => {
    const url = await serve(by(answers))
    const reading = await metricOf(heartbeat, url).read(window, never)
    expect(reading).toMatchObject({ kind: 'none', why: expect.stringContaining(why) })
  })

  it.each([
    [503, 'answered 503 (3 attempts)'],
    [429, 'answered 429 (3 attempts)'],
    [401, 'answered 401'],
    [302, 'answered with a redirect (302)'],
  ])('has no answer: it says %i (failure 28)', async (status, why) => {
    const url = await serve((_, response) => response.writeHead(status, { location: '/' }).end())
    expect(await metricOf(heartbeat, url).read(window, never)).toEqual({ kind: 'none', why })
  })

  it('refuses counts that do not add up', async () => {
    const url = await serve(
      by({ watermark: { until }, requests: { until, value: 3 }, errors: { until, value: 4 } }),
    )
    expect(await metricOf(errors, url).read(window, never)).toMatchObject({
      kind: 'none',
      why: '4 errors of 3 requests do not add up',
    })
  })
})

describe('a probe', () => {
  const probeOf = (url: string, more: Partial<ProbePolicy> = {}) =>
    metricOf(
      {
        kind: 'probe',
        url,
        status: 200,
        contains: undefined,
        timeout: ms(2_000),
        tries: 5,
        required: 4,
        ...more,
      },
      url,
    ).read(window, never)

  it('passes by status and text', async () => {
    const url = await serve((_, response) => response.end('Welcome'))
    expect(await probeOf(url)).toEqual({ kind: 'read', value: true })
    expect(await probeOf(url, { contains: 'Welcome' })).toEqual({ kind: 'read', value: true })
    expect(await probeOf(url, { contains: 'Goodbye' })).toEqual({ kind: 'read', value: false })
    expect(await probeOf(url, { status: 204 })).toEqual({ kind: 'read', value: false })
  })

  it('fails when nothing answers: that is what it is for', async () => {
    expect(await probeOf('http://127.0.0.1:9')).toEqual({ kind: 'read', value: false })
  })

  it('verifies TLS', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'probe-tls-'))
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-days',
        '1',
        ...subject,
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    )
    const pems = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
    rmSync(directory, { recursive: true })
    const url = await serve((_, response) => response.end('ok'), pems)
    expect(await probeOf(url)).toEqual({ kind: 'read', value: false })
    const before = tls.getCACertificates('default')
    tls.setDefaultCACertificates([...before, pems.cert])
    try {
      expect(await probeOf(url)).toEqual({ kind: 'read', value: true })
    } finally {
      tls.setDefaultCACertificates(before)
    }
  })
})
