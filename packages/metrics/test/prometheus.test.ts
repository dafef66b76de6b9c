import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AnalysisPolicy, MetricPolicy } from '@bulkhead/policy'
import type { CountsOfArms, Metric, MetricWindow, ValuesOfGroups } from '@bulkhead/rollout'
import { type Milliseconds, commitId } from '@bulkhead/vocabulary'
import { httpExchange, systemClock } from '@bulkhead/world'
import { openMetrics } from '../src/index.ts'
import {
  type RunningPrometheus,
  type Series,
  prometheusIsInstalled,
  startPrometheus,
} from './prometheus-server.ts'

const engines = process.env['BULKHEAD_REQUIRE_ENGINES'] === '1' || prometheusIsInstalled()

const canary = commitId('c'.repeat(40))
const control = commitId('a'.repeat(40))
const ms = (value: number) => value as Milliseconds

/** The end of the world that the server knows: two hours ago, so that it is in one block. */
const END = Math.floor(Date.now() / 60_000) * 60_000 - 7_200_000
const BAKE = 120_000
const STEP = 5_000

/** A value every step up to the end; `value` gets the steps since the beginning. */
const scraped = (name: string, lastMs: number, value: (at: number) => number): Series => {
  const steps = Math.floor(lastMs / STEP) + 1
  return {
    name,
    points: Array.from({ length: steps }, (_, at) => [END - lastMs + at * STEP, value(at)]),
  }
}

const label = (build: string) => `{build="${build}"}`
/** A counter that starts again from zero at its 12th scrape since the bake began, as a restarted unit's does. */
const restarted = (at: number) => (at < 12 ? 500 + at * 10 : (at - 12) * 10)

let server: RunningPrometheus
beforeAll(async () => {
  if (!engines) return
  server = await startPrometheus([
    scraped(`requests_total${label(control)}`, 600_000, (at) => at * 80),
    scraped(`errors_total${label(control)}`, 600_000, () => 0),
    scraped(`requests_total${label(canary)}`, BAKE, restarted),
    scraped(`errors_total${label(canary)}`, BAKE, (at) => at * 2),
    scraped(`latency_seconds${label(control)}`, 600_000, (at) => 0.1 + (at % 3) / 100),
    scraped(`latency_seconds${label(canary)}`, BAKE, (at) => 0.3 + (at % 3) / 100),
    scraped('messages_per_second', 600_000, (at) => (at > 96 ? 20 : 100 + (at % 5))),
    scraped('up{job="app"}', 600_000, () => 1),
  ])
})
afterAll(() => (engines ? server[Symbol.asyncDispose]() : undefined))

const window: MetricWindow = {
  canary,
  control,
  beside: true,
  rolloutBegan: END - BAKE,
  bakeBegan: END - BAKE,
  now: END,
}
const never = new AbortController().signal

function open(
  metric: MetricPolicy,
  source: Partial<NonNullable<AnalysisPolicy['source']>> = {},
  lag = 0,
): Metric {
  const policy: AnalysisPolicy = {
    source: {
      kind: 'prometheus',
      url: server.url,
      watermark: 'min(timestamp(up{job="app"}))',
      tokenFrom: undefined,
      step: ms(STEP),
      ...source,
    },
    lag: ms(lag),
    metrics: { one: metric },
  }
  const exchange = httpExchange({ fetch, clock: systemClock, random: () => 0 })
  const [opened] = openMetrics(policy, { exchange, secrets: () => undefined })
  return opened ?? expect.fail('no metric')
}

const counts = (requests: string, errors: string) => ({ kind: 'errors', requests, errors }) as const
const latency = (query: string) => ({ kind: 'latency', query, allowedIncrease: 0.2 }) as const
const heartbeat = { kind: 'heartbeat', query: 'messages_per_second', allowedDrop: 0.3 } as const
const sum = (name: string) => `sum(increase(${name}{build="{build}"}[{window}]))`

describe.skipIf(!engines)('a real Prometheus (skipped where it is not installed)', () => {
  it('counts requests and errors of both releases, over a restart of the counter (failure 32)', async () => {
    const reading = await open(counts(sum('requests_total'), sum('errors_total'))).read(
      window,
      never,
    )
    if (reading.kind === 'none') throw new Error(reading.why)
    const { canary: mine, control: other } = reading.value as CountsOfArms
    expect(other.requests).toBeGreaterThan(1_800)
    expect(other.errors).toBe(0)
    // 24 steps of 10, less the step of the restart that nobody saw: never negative, never 500 more.
    expect(mine.requests).toBeGreaterThan(200)
    expect(mine.requests).toBeLessThan(280)
    expect(mine.errors).toBeGreaterThan(40)
  })

  it('reads latencies of both releases, a value a step', async () => {
    const metric = open(latency('avg(latency_seconds{build="{build}"})'))
    expect(await metric.read(window, never)).toMatchObject({
      kind: 'read',
      value: {
        reference: expect.arrayContaining([0.1]),
        observed: expect.arrayContaining([0.3]),
      },
    })
  })

  it('compares with the time before the rollout when the old release is gone', async () => {
    const metric = open(latency('avg(latency_seconds{build="{build}"})'))
    const reading = await metric.read({ ...window, beside: false }, never)
    expect(reading).toMatchObject({ kind: 'read' })
    if (reading.kind !== 'read') return
    expect((reading.value as ValuesOfGroups).reference.length).toBeGreaterThan(60)
  })

  it('reads a heartbeat before and during', async () => {
    const reading = await open(heartbeat).read(window, never)
    if (reading.kind === 'none') throw new Error(reading.why)
    const { reference, observed } = reading.value as ValuesOfGroups
    expect(Math.min(...reference)).toBeGreaterThanOrEqual(100)
    expect(observed.at(-1)).toBe(20)
  })

  it.each([
    ['no such series', latency('avg(no_such_metric{build="{build}"})'), {}, 'has no data'],
    ['several series', latency('latency_seconds'), {}, 'has 2 series, aggregate them into one'],
    ['a query that is none', latency('sum('), {}, 'answered 400'],
    ['a token that is not there', heartbeat, { tokenFrom: 'NO_TOKEN' }, '$NO_TOKEN holds no token'],
    ['a watermark without data', heartbeat, { watermark: 'no_such_metric' }, 'has no data'],
    [
      'a server that is down',
      heartbeat,
      { url: 'http://127.0.0.1:9' },
      'cannot be reached (3 attempts)',
    ],
  ] as const)('has no answer: %s', async (_, metric, source, why) => {
    expect(await open(metric, source).read(window, never)).toEqual({ kind: 'none', why })
  })

  it('takes late data for none, until the lag that the policy allows has passed (failure 27)', async () => {
    const later = { ...window, now: END + 60_000 }
    expect(await open(heartbeat, {}, 30_000).read(later, never)).toEqual({
      kind: 'none',
      why: 'data are late by 30 s more than the lag of the policy',
    })
    expect(await open(heartbeat, {}, 60_000).read(later, never)).toMatchObject({ kind: 'read' })
  })

  it('does not read before the bake has lasted longer than the lag', async () => {
    const early = { ...window, bakeBegan: END - 5_000 }
    expect(await open(heartbeat, {}, 15_000).read(early, never)).toEqual({
      kind: 'none',
      why: 'the bake has just begun',
    })
  })
})
