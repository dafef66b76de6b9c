import type { MetricSourcePolicy } from '@bulkhead/policy'
import type { Reading } from '@bulkhead/rollout'
import type { HttpOutcome } from '@bulkhead/world'
import * as v from 'valibot'
import { type MetricSource, type MetricsWorld, type Span, fillQuery, none } from './source.ts'

/** Prometheus' HTTP API v1: instant vectors and scalars, and matrices; values are strings. */
const sample = v.tuple([v.number(), v.string()])
const labels = v.record(v.string(), v.string())
const instantAnswer = v.object({
  status: v.literal('success'),
  data: v.variant('resultType', [
    v.object({
      resultType: v.literal('vector'),
      result: v.array(v.object({ metric: labels, value: sample })),
    }),
    v.object({ resultType: v.literal('scalar'), result: sample }),
  ]),
})
const rangeAnswer = v.object({
  status: v.literal('success'),
  data: v.object({
    resultType: v.literal('matrix'),
    result: v.array(v.object({ metric: labels, values: v.array(sample) })),
  }),
})

/** A Prometheus server, asked by its HTTP API v1 (`/api/v1/query`, `/api/v1/query_range`). */
export function prometheusSource(
  policy: MetricSourcePolicy,
  { exchange, secrets }: MetricsWorld,
): MetricSource {
  const ask = async (
    path: string,
    form: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Reading<unknown>> => {
    const token = policy.tokenFrom === undefined ? null : (secrets(policy.tokenFrom) ?? '')
    if (token === '') return none(`$${policy.tokenFrom} holds no token`)
    return jsonOf(
      await exchange({
        url: `${policy.url.replace(/\/$/, '')}/api/v1/${path}`,
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        body: new URLSearchParams(form).toString(),
        timeout: 5_000,
        attempts: 3,
        budget: 10_000,
        maxBytes: 8 * 1024 * 1024,
        signal,
      }),
    )
  }
  const instant = async (query: string, at: number, signal: AbortSignal) =>
    then(await ask('query', { query, time: seconds(at) }, signal), oneValue)
  return {
    count: (query, build, span, signal) => instant(fillQuery(query, build, span), span.to, signal),
    series: async (query, build, span, signal) =>
      then(
        await ask('query_range', rangeForm(fillQuery(query, build, span), span, policy), signal),
        oneSeries,
      ),
    watermark: async (at, signal) =>
      then(await instant(policy.watermark, at, signal), (value) =>
        value === undefined ? none('no watermark') : { kind: 'read', value: value * 1000 },
      ),
  }
}

const rangeForm = (query: string, span: Span, { step }: MetricSourcePolicy) => ({
  query,
  start: seconds(span.from),
  end: seconds(span.to),
  step: seconds(step),
})

const seconds = (ms: number): string => (ms / 1000).toFixed(3)

const then = <In, Out>(reading: Reading<In>, next: (value: In) => Reading<Out>): Reading<Out> =>
  reading.kind === 'none' ? reading : next(reading.value)

/** The body of a final answer of 200 as JSON. */
export function jsonOf(outcome: HttpOutcome): Reading<unknown> {
  if (outcome.kind === 'cancelled') return none('was cancelled')
  if (outcome.kind === 'failed') return none(outcome.why)
  if (outcome.status !== 200) return none(`answered ${outcome.status}`)
  try {
    return { kind: 'read', value: JSON.parse(outcome.body) }
  } catch {
    return none('did not answer in JSON')
  }
}

/** The one number of an instant answer. No series is no data, and several are no answer to one question. */
function oneValue(body: unknown): Reading<number> {
  const parsed = v.safeParse(instantAnswer, body)
  if (!parsed.success) return none('answered in a form that is not known')
  const { data } = parsed.output
  if (data.resultType === 'scalar') return finite(data.result[1])
  const [first, ...others] = data.result
  if (first === undefined) return none('has no data')
  if (others.length > 0) return none(`has ${data.result.length} series, aggregate them into one`)
  return finite(first.value[1])
}

/** Values of the one series of a range; what is no number is left out. */
function oneSeries(body: unknown): Reading<readonly number[]> {
  const parsed = v.safeParse(rangeAnswer, body)
  if (!parsed.success) return none('answered in a form that is not known')
  const [first, ...others] = parsed.output.data.result
  if (first === undefined) return none('has no data')
  if (others.length > 0) return none(`has ${others.length + 1} series, aggregate them into one`)
  return {
    kind: 'read',
    value: first.values.map(([, value]) => Number(value)).filter(Number.isFinite),
  }
}

function finite(text: string): Reading<number> {
  const value = text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? { kind: 'read', value } : none(`answered ${text.slice(0, 20)}`)
}
