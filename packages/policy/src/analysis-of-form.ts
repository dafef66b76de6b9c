import type { Milliseconds } from '@bulkhead/vocabulary'
import type { AnalysisForm } from './analysis-form.ts'
import type { AnalysisPolicy, MetricPolicy, MetricSourcePolicy } from './analysis-policy.ts'
import { fraction } from './fraction.ts'

/** The analysis of an environment as the other rooms read it. */
export function analysisOfForm(
  form: AnalysisForm,
  span: (text: string) => Milliseconds,
): AnalysisPolicy {
  const metrics: Record<string, MetricPolicy> = Object.create(null)
  for (const [name, metric] of Object.entries(form.metrics))
    metrics[name] = metricOfForm(metric, span)
  return {
    source: form.source && sourceOfForm(form.source, span(form.step)),
    lag: span(form.lag),
    metrics,
  }
}

const sourceOfForm = (
  { kind, url, watermark, 'token-from': tokenFrom }: NonNullable<AnalysisForm['source']>,
  step: Milliseconds,
): MetricSourcePolicy => ({ kind, url, watermark, tokenFrom, step })

function metricOfForm(
  form: AnalysisForm['metrics'][string],
  span: (text: string) => Milliseconds,
): MetricPolicy {
  switch (form.kind) {
    case 'errors':
      return form
    case 'latency':
      return {
        kind: 'latency',
        query: form.query,
        allowedIncrease: fraction(form['allowed-increase']),
      }
    case 'heartbeat':
      return { kind: 'heartbeat', query: form.query, allowedDrop: fraction(form['allowed-drop']) }
    case 'probe':
      return {
        kind: 'probe',
        url: form.url,
        status: form.status,
        contains: form.contains,
        timeout: span(form.timeout),
        tries: form.tries,
        required: form.required,
      }
  }
}
