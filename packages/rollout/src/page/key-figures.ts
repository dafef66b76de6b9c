import type { CommitId } from '@bulkhead/vocabulary'
import { percent, span } from '../refusals.ts'
import { type Markup, html, nothing } from './markup.ts'
import type { RecordedSample, RolloutRecord } from './record.ts'
import { type Timeline, byRegion } from './timeline.ts'

/** The numbers that a reader wants first. */
export function keyFigures({ decisions, omitted = 0 }: RolloutRecord, timeline: Timeline): Markup {
  const traffic = totals(timeline)
  const rate = traffic.requests > 0 ? percent(traffic.errors / traffic.requests) : 'no requests'
  const batches = decisions.filter((decision) => decision.kind === 'batch').length + omitted
  const items = [
    figure('Duration', span(timeline.to - timeline.from), 'from first to last look'),
    figure('Requests', traffic.requests.toLocaleString('en'), 'answered while watched'),
    figure(
      'Failed',
      traffic.errors.toLocaleString('en'),
      rate,
      traffic.errors > 0 ? 'bad' : 'good',
    ),
    leastCapacity(timeline),
    figure('Batches', `${batches}`, 'placed or restored'),
  ]
  return html`<dl class="figures">${items}</dl>`
}

/** The moment in which the zone law was nearest to being broken, or was. */
function leastCapacity({ samples }: Timeline): Markup {
  const margin = (sample: RecordedSample) => sample.afterWorstLoss - sample.required
  const [lowest] = [...samples].sort((a, b) => margin(a) - margin(b))
  if (!lowest) return nothing
  const holds = margin(lowest) >= 0
  const sums = `${lowest.afterWorstLoss} ${holds ? '≥' : '<'} ${lowest.required}`
  return figure(
    'Least capacity',
    sums,
    'healthy with any one zone gone, and required',
    holds ? 'good' : 'bad',
  )
}

const figure = (name: string, value: string, note: string, tone = ''): Markup =>
  html`<div>
    <dt>${name}</dt>
    <dd class="${tone}">${value}<small>${note}</small></dd>
  </div>`

/** Growth of all counters over the record, resets left out. */
function totals(timeline: Timeline): { requests: number; errors: number } {
  const sum = { requests: 0, errors: 0 }
  for (const [, { samples, versions }] of byRegion(timeline))
    for (const version of versions) {
      sum.requests += growth(samples, version, 'requests')
      sum.errors += growth(samples, version, 'errors')
    }
  return sum
}

function growth(
  samples: readonly RecordedSample[],
  version: CommitId,
  counter: 'requests' | 'errors',
): number {
  const counts = samples.map(
    (sample) => sample.traffic.find((count) => count.version === version)?.[counter] ?? 0,
  )
  return counts.slice(1).reduce((sum, count, at) => sum + Math.max(0, count - (counts[at] ?? 0)), 0)
}
