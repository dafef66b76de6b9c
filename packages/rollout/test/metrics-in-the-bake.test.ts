import { describe, expect, test } from 'vitest'
import {
  type Metric,
  type MetricWindow,
  type Reading,
  runPipeline,
  wholeResult,
} from '../src/index.ts'
import { Scenario, bakeGoal, newRelease, oldRelease } from './support/scenario.ts'

/** A probe that answers by the n-th look. */
const probe = (answer: (look: number) => Reading<boolean> | Promise<Reading<boolean>>): Metric => {
  let looks = 0
  return {
    name: 'front-door',
    kind: 'probe',
    tries: 2,
    required: 2,
    read: async () => answer(looks++),
  }
}

const passed: Reading<boolean> = { kind: 'read', value: true }
const limits = {
  pollMs: 250,
  capacityMs: 30_000,
  silenceMs: 5_000,
  settleMs: 1_000,
  lifeMs: 10_000,
  metricsMs: 500,
}

const run = (metric: Metric) => {
  const scenario = new Scenario()
  return { scenario, ended: scenario.run({ metrics: [metric], limits }) }
}

const codes = ({ findings }: { readonly findings: readonly { readonly code: string }[] }) =>
  findings.map(({ code }) => code)

describe('a metric has a say in every bake', () => {
  test('good everywhere: the release goes on', async () => {
    const { scenario, ended } = run(probe(() => passed))
    expect((await ended).result).toBe('released')
    const judged = scenario.events.filter((event) => event.kind === 'wave-judged')
    expect(judged.length).toBeGreaterThan(2)
    for (const { why } of judged) expect(why).toMatch(/front-door: \d of the last \d probes passed/)
  })

  test('bad: the release is taken back, whatever the traffic says', async () => {
    const { scenario, ended } = run(probe(() => ({ kind: 'read', value: false })))
    const { result, findings } = await ended
    expect([result, codes({ findings })]).toEqual(['rolled-back', ['rollout/canary-failed']])
    expect(findings[0]?.message).toContain('front-door: ')
    const { units } = await scenario.fleet.observe()
    expect(new Set(units.map(({ version }) => version))).toEqual(new Set([oldRelease.commit]))
  })

  test('no data until the deadline: never a pass', async () => {
    const { ended } = run(probe(() => ({ kind: 'none', why: 'answered 503' })))
    const { result, findings } = await ended
    expect([result, codes({ findings })]).toEqual(['rolled-back', ['rollout/inconclusive']])
    expect(findings[0]?.message).toContain('front-door: answered 503')
  })

  test('a source that never answers holds nothing up, and is never a pass', async () => {
    const { scenario, ended } = run(probe(() => new Promise(() => undefined)))
    const { result, findings } = await ended
    expect([result, codes({ findings })]).toEqual(['rolled-back', ['rollout/inconclusive']])
    expect(findings[0]?.message).toContain('the metrics have not answered')
    expect(scenario.clock.monotonic()).toBeLessThan(3 * bakeGoal.deadline)
  })

  test('a door that breaks is no answer', async () => {
    const { ended } = run(probe(() => Promise.reject(new Error('broken door'))))
    const { result, findings } = await ended
    expect([result, codes({ findings })]).toEqual(['rolled-back', ['rollout/inconclusive']])
    expect(findings[0]?.message).toContain('broken door')
  })

  test('it is asked about both releases, and from when', async () => {
    const windows: MetricWindow[] = []
    const metric: Metric = {
      name: 'orders',
      kind: 'heartbeat',
      allowedDrop: 0.3,
      read: async (window) => {
        windows.push(window)
        const values = Array.from({ length: 30 }, (_, at) => 100 + (at % 5))
        return { kind: 'read', value: { reference: values, observed: values } }
      },
    }
    const { ended } = run(metric)
    expect((await ended).result).toBe('released')
    const [first, last] = [windows[0], windows.at(-1)]
    expect(first).toMatchObject({
      canary: newRelease.commit,
      control: oldRelease.commit,
      beside: true,
    })
    expect(last?.beside).toBe(false)
    expect(first?.rolloutBegan).toBe(last?.rolloutBegan)
    expect(first?.bakeBegan).toBeGreaterThan(first?.rolloutBegan ?? Number.POSITIVE_INFINITY)
  })
})

/**
 * The replay of a known way to fail: the release is as fast as the old one while it has little traffic,
 * and slow once it has much. Its canary is good; the zone after it is not.
 */
test('a release whose latency rises only with traffic is contained in the first region', async () => {
  const zones = { a: 2, b: 2, c: 2 }
  const scenario = new Scenario({ regions: { eu: zones, us: zones }, required: 6 })
  const { units } = scenario.fleet
  const isNew = ({ version }: (typeof units)[number]) => version === newRelease.commit
  const onNew = (region: string) => units.filter((unit) => unit.region === region && isNew(unit))
  const latency: Metric = {
    name: 'p95',
    kind: 'latency',
    allowedIncrease: 0.2,
    read: async () => {
      const share = onNew('eu').length / 6
      const spread = Array.from({ length: 24 }, (_, at) => 0.1 + (at % 5) / 1_000)
      const slower = 1 + Math.max(0, share - 0.2) * 3
      return {
        kind: 'read',
        value: { reference: spread, observed: spread.map((value) => value * slower) },
      }
    },
  }
  let mostAbroad = 0
  scenario.fleet.onChange = () => {
    mostAbroad = Math.max(mostAbroad, onNew('us').length)
  }
  const results = await scenario.clock.drive(
    runPipeline({
      regions: ['eu', 'us'],
      lane: 'standard',
      run: (region, hooks) => scenario.begin({ region, ...hooks, metrics: [latency], limits }),
    }),
  )
  const { result, findings } = wholeResult(results)
  expect(result).toBe('rolled-back')
  expect(findings).toContainEqual(
    expect.objectContaining({
      code: 'rollout/canary-failed',
      message: expect.stringContaining('p95: median'),
    }),
  )
  expect(mostAbroad).toBeLessThanOrEqual(1)
  expect(units.every((unit) => unit.version === oldRelease.commit)).toBe(true)
})
