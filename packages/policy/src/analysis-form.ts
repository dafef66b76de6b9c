import * as v from 'valibot'
import { duration, explain, nameKey, rate, variableKey, wholeNumber } from './forms.ts'

const webAddress = (meaning: string, example: string) =>
  explain(v.pipe(v.string(), v.maxLength(2048), v.check(isWebAddress)), {
    form: 'an address that begins with https:// or http:// and names no user',
    meaning,
    example,
  })

const queryText = (meaning: string, example: string) =>
  explain(v.pipe(v.string(), v.minLength(1), v.maxLength(4096)), {
    form: 'a query; {build} becomes the commit of a release, {window} the seconds since the bake began',
    meaning,
    example,
  })

const tokenFrom = v.optional(
  explain(variableKey, {
    form: 'the name of an environment variable (letters, digits, _)',
    meaning: 'The variable that holds a bearer token for the server.',
    example: 'PROMETHEUS_TOKEN',
  }),
)

const kind = <const Kind extends string>(name: Kind) =>
  explain(v.literal(name), { form: name, meaning: 'The kind.', example: name })

const prometheusExample = {
  kind: 'prometheus',
  url: 'http://prometheus.internal:9090',
  watermark: 'min(timestamp(up{job="app"}))',
}

const sourceForm = explain(
  v.variant('kind', [
    v.strictObject({
      kind: kind('prometheus'),
      url: webAddress('The Prometheus server.', prometheusExample.url),
      watermark: queryText(
        'The time of the newest data that are whole, in seconds since the epoch. Data that come late are no data.',
        prometheusExample.watermark,
      ),
      'token-from': tokenFrom,
    }),
    v.strictObject({
      kind: kind('json'),
      url: webAddress(
        'A server that answers metrics as JSON (docs/metrics.md).',
        'https://metrics.example.net/v1/read',
      ),
      watermark: queryText('The query that answers up to when the data are whole.', 'watermark'),
      'token-from': tokenFrom,
    }),
  ]),
  {
    form: 'a mapping with a kind (prometheus or json), the url and the watermark',
    meaning: 'Where metrics are read.',
    example: prometheusExample,
  },
)

const heartbeatExample = {
  kind: 'heartbeat',
  query: 'sum(rate(messages_sent_total[30s]))',
  'allowed-drop': '30%',
}

const metricForm = explain(
  v.variant('kind', [
    v.strictObject({
      kind: kind('errors'),
      requests: queryText(
        'Requests at one release since the bake began.',
        'sum(increase(http_requests_total{build="{build}"}[{window}]))',
      ),
      errors: queryText(
        'Those of them that failed.',
        'sum(increase(http_requests_total{build="{build}",code=~"5.."}[{window}])) or vector(0)',
      ),
    }),
    v.strictObject({
      kind: kind('latency'),
      query: queryText(
        'A latency of one release, a value a step.',
        'histogram_quantile(0.95, sum by (le) (rate(http_duration_seconds_bucket{build="{build}"}[15s])))',
      ),
      'allowed-increase': rate(
        'The rise that is still allowed, of the median of the release beside it.',
        '20%',
      ),
    }),
    v.strictObject({
      kind: kind('heartbeat'),
      query: queryText(
        'A rate of the business over the whole environment, a value a step.',
        heartbeatExample.query,
      ),
      'allowed-drop': rate(
        'The drop that is still allowed, of the median before the rollout.',
        '30%',
      ),
    }),
    v.strictObject({
      kind: kind('probe'),
      url: webAddress('What is asked for, as a user would.', 'https://www.example.net/health'),
      status: v.optional(
        explain(v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(599)), {
          form: 'a status of HTTP, 100 to 599',
          meaning: 'The status that passes.',
          example: 200,
        }),
        200,
      ),
      contains: v.optional(
        explain(v.pipe(v.string(), v.minLength(1), v.maxLength(1024)), {
          form: 'a text',
          meaning: 'A text that the answer must contain.',
          example: 'Welcome',
        }),
      ),
      timeout: v.optional(duration('An answer that takes longer has failed.', '2s'), '5s'),
      tries: v.optional(wholeNumber(100, 'How many of the last probes count.', 5), 5),
      required: v.optional(wholeNumber(100, 'How many of them must have passed.', 4), 4),
    }),
  ]),
  {
    form: 'a mapping with a kind (errors, latency, heartbeat or probe) and the keys of that kind',
    meaning: 'One metric. Every one must be good before a rollout goes on; no data is not good.',
    example: heartbeatExample,
  },
)

export const analysisForm = explain(
  v.strictObject({
    source: v.optional(sourceForm),
    step: v.optional(duration('Time between two values of a metric.', '5s'), '5s'),
    lag: v.optional(duration('How late data may come.', '15s'), '15s'),
    metrics: explain(v.pipe(v.record(nameKey, metricForm), v.minEntries(1), v.maxEntries(32)), {
      form: 'a mapping from names to metrics, at least one',
      meaning:
        'What is looked at while a release bakes, besides the traffic that the target counts.',
      example: { messages: heartbeatExample },
    }),
  }),
  {
    form: 'a mapping with the keys source, step, lag and metrics',
    meaning: 'Metrics that have a say in whether a rollout goes on.',
    example: { source: prometheusExample, metrics: { messages: heartbeatExample } },
  },
)

export type AnalysisForm = v.InferOutput<typeof analysisForm>

function isWebAddress(text: string): boolean {
  const url = URL.parse(text)
  const web = url?.protocol === 'https:' || url?.protocol === 'http:'
  return web && url.username === '' && url.password === ''
}
