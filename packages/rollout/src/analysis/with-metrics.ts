import type { BakeJudgement } from '../judgement.ts'
import type { Bake } from '../plan/plan.ts'
import { span } from '../refusals.ts'
import type { MetricJudgement } from './bake-analysis.ts'
import type { MetricsView } from './metrics-watch.ts'

export interface BakeMoment {
  readonly bake: Bake
  readonly elapsedMs: number
  /** Monotonic milliseconds since when the traffic has been good without a break; undefined when it is not. */
  readonly goodSince: number | undefined
}

/**
 * The judgement of the traffic with that of the metrics: one bad word convicts, and all must be good
 * before a rollout goes on, by a look that began after the traffic was good. At the deadline of the
 * bake whoever has no answer yet makes it inconclusive.
 */
export function withMetrics(
  traffic: BakeJudgement,
  view: MetricsView | undefined,
  { bake, elapsedMs, goodSince }: BakeMoment,
): BakeJudgement {
  const bad = view?.judgements.find(({ kind }) => kind === 'bad')
  if (bad !== undefined && traffic.kind !== 'bad') return { ...traffic, kind: 'bad', why: say(bad) }
  if (traffic.kind !== 'good') return traffic
  const isFresh = view !== undefined && goodSince !== undefined && view.at >= goodSince
  const waiting = view?.judgements.find(({ kind }) => kind === 'not-yet')
  if (isFresh && waiting === undefined) return { ...traffic, why: sayAll(traffic.why, view) }
  const why = waiting === undefined ? 'the metrics have not answered' : say(waiting)
  return elapsedMs < bake.deadlineMs
    ? { ...traffic, kind: 'not-yet', why }
    : {
        ...traffic,
        kind: 'inconclusive',
        why: `${why}; the deadline of ${span(bake.deadlineMs)} has come`,
      }
}

const say = ({ metric, why }: MetricJudgement): string => `${metric}: ${why}`

const sayAll = (traffic: string, { judgements }: MetricsView): string =>
  [traffic, ...judgements.map(say)].join('; ')
