import * as fc from 'fast-check'
import { type Milliseconds, formatDuration } from '@bulkhead/vocabulary'
import type { AnalysisPolicy, MetricPolicy } from '../src/index.ts'

const text = fc.stringMatching(/^[a-z][a-z_(){}="[\] ]{0,20}[a-z)]$/)
const share = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100)
const span = fc.integer({ min: 1, max: 86_400 }).map((seconds) => (seconds * 1000) as Milliseconds)
const url = fc.webUrl({ validSchemes: ['https', 'http'] })
const variable = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}$/).filter((name) => name !== 'PORT')

const metric: fc.Arbitrary<MetricPolicy> = fc.oneof(
  fc.record({ kind: fc.constant('errors' as const), requests: text, errors: text }),
  fc.record({ kind: fc.constant('latency' as const), query: text, allowedIncrease: share }),
  fc.record({ kind: fc.constant('heartbeat' as const), query: text, allowedDrop: share }),
  fc.record({
    kind: fc.constant('probe' as const),
    url,
    status: fc.integer({ min: 100, max: 599 }),
    contains: fc.option(text, { nil: undefined }),
    timeout: span,
    tries: fc.integer({ min: 50, max: 100 }),
    required: fc.integer({ min: 1, max: 50 }),
  }),
)

/** Analyses without contradictions. */
export const analysis: fc.Arbitrary<AnalysisPolicy> = fc.record({
  source: fc.record({
    kind: fc.constantFrom('prometheus' as const, 'json' as const),
    url,
    watermark: text,
    tokenFrom: fc.option(variable, { nil: undefined }),
    step: span,
  }),
  lag: span,
  metrics: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/), metric, {
    minKeys: 1,
    maxKeys: 4,
  }),
})

/** Writes an analysis as it stands in YAML, knowing nothing of the parser. */
export const printAnalysis = ({ source, lag, metrics }: AnalysisPolicy) => ({
  ...(source && {
    step: formatDuration(source.step),
    source: {
      kind: source.kind,
      url: source.url,
      watermark: source.watermark,
      ...(source.tokenFrom === undefined ? {} : { 'token-from': source.tokenFrom }),
    },
  }),
  lag: formatDuration(lag),
  metrics: Object.fromEntries(
    Object.entries(metrics).map(([name, one]) => [name, printMetric(one)]),
  ),
})

function printMetric(one: MetricPolicy) {
  switch (one.kind) {
    case 'errors':
      return one
    case 'latency':
      return {
        kind: 'latency',
        query: one.query,
        'allowed-increase': `${Math.round(one.allowedIncrease * 100)}%`,
      }
    case 'heartbeat':
      return {
        kind: 'heartbeat',
        query: one.query,
        'allowed-drop': `${Math.round(one.allowedDrop * 100)}%`,
      }
    case 'probe': {
      const { contains, ...rest } = one
      return {
        ...rest,
        timeout: formatDuration(one.timeout),
        ...(contains === undefined ? {} : { contains }),
      }
    }
  }
}
