import type { AnalysisPolicy, MetricPolicy } from '@bulkhead/policy'
import type { CommitId } from '@bulkhead/vocabulary'
import type { CountsOfArms, Metric, MetricWindow, Reading, ValuesOfGroups } from '@bulkhead/rollout'
import { jsonSource } from './json-server.ts'
import { probe } from './probe.ts'
import { prometheusSource } from './prometheus.ts'
import { type MetricSource, type MetricsWorld, type Span, none } from './source.ts'

/** The metrics that a policy declares, each with its door to the source. */
export function openMetrics(policy: AnalysisPolicy, world: MetricsWorld): readonly Metric[] {
  return Object.entries(policy.metrics).map(([name, metric]) =>
    openMetric(name, metric, policy, world),
  )
}

function openMetric(
  name: string,
  metric: MetricPolicy,
  policy: AnalysisPolicy,
  world: MetricsWorld,
): Metric {
  if (metric.kind === 'probe') {
    const { tries, required } = metric
    return {
      name,
      kind: 'probe',
      tries,
      required,
      read: (_window, signal) => probe(metric, world.exchange, signal),
    }
  }
  const reader = new Reader(openSource(policy, world), policy.lag)
  switch (metric.kind) {
    case 'errors':
      return {
        name,
        kind: 'errors',
        read: (window, signal) => reader.counts(metric, window, signal),
      }
    case 'latency':
      return {
        name,
        kind: 'latency',
        allowedIncrease: metric.allowedIncrease,
        read: (window, signal) => reader.arms(metric.query, window, signal),
      }
    case 'heartbeat':
      return {
        name,
        kind: 'heartbeat',
        allowedDrop: metric.allowedDrop,
        read: (window, signal) => reader.beforeAndNow(metric.query, window, signal),
      }
  }
}

function openSource({ source }: AnalysisPolicy, world: MetricsWorld): MetricSource {
  switch (source?.kind) {
    case 'prometheus':
      return prometheusSource(source, world)
    case 'json':
      return jsonSource(source, world)
    case undefined:
      throw new TypeError('the policy lets no metric through without a source')
  }
}

/** How much of the time before a rollout is compared with, at least: milliseconds. */
const LEAST_BEFORE = 300_000

class Reader {
  readonly #source: MetricSource
  readonly #lag: number

  constructor(source: MetricSource, lag: number) {
    this.#source = source
    this.#lag = lag
  }

  /** The part of the bake of which the data are whole; data that come late are not data yet. */
  async #span(window: MetricWindow, signal: AbortSignal): Promise<Reading<Span>> {
    const to = window.now - this.#lag
    if (to <= window.bakeBegan) return none('the bake has just begun')
    const watermark = await this.#source.watermark(window.now, signal)
    if (watermark.kind === 'none') return watermark
    const late = to - watermark.value
    return late > 0
      ? none(`data are late by ${Math.ceil(late / 1000)} s more than the lag of the policy`)
      : { kind: 'read', value: { from: window.bakeBegan, to } }
  }

  async counts(
    metric: { readonly requests: string; readonly errors: string },
    window: MetricWindow,
    signal: AbortSignal,
  ): Promise<Reading<CountsOfArms>> {
    const span = await this.#span(window, signal)
    if (span.kind === 'none') return span
    const armOf = async (build: CommitId) => {
      const [requests, errors] = await Promise.all([
        this.#source.count(metric.requests, build, span.value, signal),
        this.#source.count(metric.errors, build, span.value, signal),
      ])
      return wholeCounts(requests, errors)
    }
    const canary = await armOf(window.canary)
    if (canary.kind === 'none') return canary
    if (!window.beside)
      return { kind: 'read', value: { canary: canary.value, control: { requests: 0, errors: 0 } } }
    const control = await armOf(window.control)
    if (control.kind === 'none') return control
    return { kind: 'read', value: { canary: canary.value, control: control.value } }
  }

  /** The new release against the old one beside it; against the time before, when none is left. */
  async arms(
    query: string,
    window: MetricWindow,
    signal: AbortSignal,
  ): Promise<Reading<ValuesOfGroups>> {
    const span = await this.#span(window, signal)
    if (span.kind === 'none') return span
    const reference = window.beside ? span.value : spanBefore(window, span.value)
    return groups(
      await this.#source.series(query, window.control, reference, signal),
      await this.#source.series(query, window.canary, span.value, signal),
    )
  }

  /** A value of the whole environment, before the rollout and now. */
  async beforeAndNow(
    query: string,
    window: MetricWindow,
    signal: AbortSignal,
  ): Promise<Reading<ValuesOfGroups>> {
    const span = await this.#span(window, signal)
    if (span.kind === 'none') return span
    return groups(
      await this.#source.series(query, null, spanBefore(window, span.value), signal),
      await this.#source.series(query, null, span.value, signal),
    )
  }
}

const spanBefore = ({ rolloutBegan }: MetricWindow, { from, to }: Span): Span => ({
  from: rolloutBegan - Math.max(to - from, LEAST_BEFORE),
  to: rolloutBegan,
})

function groups(
  reference: Reading<readonly number[]>,
  observed: Reading<readonly number[]>,
): Reading<ValuesOfGroups> {
  if (reference.kind === 'none') return reference
  if (observed.kind === 'none') return observed
  return { kind: 'read', value: { reference: reference.value, observed: observed.value } }
}

/** Counts as whole numbers that add up: Prometheus extrapolates `increase` to fractions. */
function wholeCounts(
  requests: Reading<number>,
  errors: Reading<number>,
): Reading<CountsOfArms['canary']> {
  if (requests.kind === 'none') return requests
  if (errors.kind === 'none') return errors
  const counts = { requests: Math.round(requests.value), errors: Math.round(errors.value) }
  return counts.requests >= 0 && counts.errors >= 0 && counts.errors <= counts.requests
    ? { kind: 'read', value: counts }
    : none(`${counts.errors} errors of ${counts.requests} requests do not add up`)
}
