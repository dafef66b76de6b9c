import type { MetricSourcePolicy } from '@bulkhead/policy'
import type { CommitId } from '@bulkhead/vocabulary'
import type { Reading } from '@bulkhead/rollout'
import * as v from 'valibot'
import { jsonOf } from './prometheus.ts'
import { type MetricSource, type MetricsWorld, type Span, none } from './source.ts'

/**
 * What the server answers: `until` says up to when its data are whole (ISO 8601), and either `value`
 * (one number for the whole span) or `values` (one a step).
 */
const answerForm = v.object({
  until: v.pipe(v.string(), v.isoTimestamp()),
  value: v.optional(v.pipe(v.number(), v.finite())),
  values: v.optional(v.array(v.pipe(v.number(), v.finite()))),
})

type Answered = v.InferOutput<typeof answerForm>

/** Any server that answers `GET URL?query=…&build=…&from=…&to=…&step=…` with JSON. */
export function jsonSource(
  policy: MetricSourcePolicy,
  { exchange, secrets }: MetricsWorld,
): MetricSource {
  const ask = async (
    query: string,
    build: CommitId | null,
    span: Span,
    signal: AbortSignal,
  ): Promise<Reading<Answered>> => {
    const token = policy.tokenFrom === undefined ? null : (secrets(policy.tokenFrom) ?? '')
    if (token === '') return none(`$${policy.tokenFrom} holds no token`)
    const url = new URL(policy.url)
    const parameters = { query, build: build ?? '', ...timesOf(span, policy) }
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    const headers = token === null ? {} : { authorization: `Bearer ${token}` }
    const body = jsonOf(
      await exchange({
        url: url.href,
        headers,
        timeout: 5_000,
        attempts: 3,
        budget: 10_000,
        signal,
      }),
    )
    if (body.kind === 'none') return body
    const parsed = v.safeParse(answerForm, body.value)
    return parsed.success
      ? { kind: 'read', value: parsed.output }
      : none('answered in a form that is not known')
  }
  const pick = async <Value>(
    asked: Promise<Reading<Answered>>,
    part: (answered: Answered) => Value | undefined,
  ): Promise<Reading<Value>> => {
    const reading = await asked
    if (reading.kind === 'none') return reading
    const value = part(reading.value)
    return value === undefined ? none('has no data') : { kind: 'read', value }
  }
  return {
    count: (query, build, span, signal) =>
      pick(ask(query, build, span, signal), ({ value }) => value),
    series: (query, build, span, signal) =>
      pick(ask(query, build, span, signal), ({ values }) => values),
    watermark: (at, signal) =>
      pick(ask(policy.watermark, null, { from: at, to: at }, signal), ({ until }) =>
        Date.parse(until),
      ),
  }
}

const timesOf = ({ from, to }: Span, { step }: MetricSourcePolicy) => ({
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
  step: String(step / 1000),
})
