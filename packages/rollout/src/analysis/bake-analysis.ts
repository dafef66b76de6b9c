import type { Bake } from '../plan/plan.ts'
import {
  type ArmCounts,
  evidenceAgainstCanary,
  evidenceAgainstRate,
  innocentRate,
} from '../sequential-test.ts'
import type { CountsOfArms, Metric, MetricAnswer, MetricWindow } from './metric.ts'
import { type ShiftQuestion, ShiftWatch } from './shift-watch.ts'

/** A metric's answer with its name. */
export interface MetricJudgement extends MetricAnswer {
  readonly metric: string
}

/**
 * The metrics of one bake. It looks as often as it is asked and remembers only what a look cannot read
 * again: the results of probes, and how often it has looked.
 */
export class BakeAnalysis {
  readonly #metrics: readonly Metric[]
  readonly #bake: Bake
  readonly #probes = new Map<string, boolean[]>()
  readonly #shifts = new Map<string, ShiftWatch>()

  constructor(metrics: readonly Metric[], bake: Bake) {
    this.#metrics = metrics
    this.#bake = bake
  }

  /** Looks at every metric once, all at the same time. Never throws: what cannot be read is no answer. */
  look(window: MetricWindow, signal: AbortSignal): Promise<readonly MetricJudgement[]> {
    return Promise.all(
      this.#metrics.map(async (metric) => ({
        metric: metric.name,
        ...(await this.#judge(metric, window, signal).catch(asNoAnswer)),
      })),
    )
  }

  async #judge(metric: Metric, window: MetricWindow, signal: AbortSignal): Promise<MetricAnswer> {
    switch (metric.kind) {
      case 'errors': {
        const reading = await metric.read(window, signal)
        return reading.kind === 'none' ? notYet(reading) : judgeCounts(this.#bake, reading.value)
      }
      case 'latency': {
        const reading = await metric.read(window, signal)
        if (reading.kind === 'none') return notYet(reading)
        const { allowedIncrease: allowed } = metric
        return this.#judgeShift(metric, { ...reading.value, worse: 'rise', allowed })
      }
      case 'heartbeat': {
        const reading = await metric.read(window, signal)
        if (reading.kind === 'none') return notYet(reading)
        const { allowedDrop: allowed } = metric
        return this.#judgeShift(metric, { ...reading.value, worse: 'drop', allowed })
      }
      case 'probe': {
        const reading = await metric.read(window, signal)
        if (reading.kind === 'none') return notYet(reading)
        return this.#judgeProbe(metric, reading.value)
      }
    }
  }

  #judgeShift({ name }: Metric, question: ShiftQuestion): MetricAnswer {
    const watch = this.#shifts.get(name) ?? new ShiftWatch(this.#bake.falseAlarm)
    this.#shifts.set(name, watch)
    return watch.judge(question)
  }

  #judgeProbe(metric: Metric & { readonly kind: 'probe' }, passed: boolean): MetricAnswer {
    const seen = [...(this.#probes.get(metric.name) ?? []), passed].slice(-metric.tries)
    this.#probes.set(metric.name, seen)
    const good = seen.filter(Boolean).length
    const failed = seen.length - good
    if (failed > metric.tries - metric.required)
      return {
        kind: 'bad',
        why: `${failed} of the last ${seen.length} probes failed, ${metric.required} of ${metric.tries} must pass`,
      }
    if (good >= metric.required)
      return { kind: 'good', why: `${good} of the last ${seen.length} probes passed` }
    return { kind: 'not-yet', why: `${good} of ${metric.required} probes passed` }
  }
}

/** A door that breaks says nothing of the release. */
const asNoAnswer = (error: unknown): MetricAnswer => ({
  kind: 'not-yet',
  why: error instanceof Error ? error.message : 'could not be read',
})

const notYet = ({ why }: { readonly why: string }): MetricAnswer => ({ kind: 'not-yet', why })

function judgeCounts(bake: Bake, counts: CountsOfArms): MetricAnswer {
  const answer = answerByCounts(bake, counts)
  const { canary, control } = counts
  if (canary.requests === 0) return answer
  const beside = bake.test === 'absolute' || control.requests === 0 ? null : rateOf(control)
  return {
    ...answer,
    figures: { canary: rateOf(canary), control: beside, limit: bake.detectErrorRate },
  }
}

const rateOf = ({ requests, errors }: ArmCounts): number => errors / requests

/** Judges counts from a metric by the very test that judges the fleet's own traffic. */
function answerByCounts(bake: Bake, { canary, control }: CountsOfArms): MetricAnswer {
  const absolute = bake.test === 'absolute'
  const evidence = absolute
    ? evidenceAgainstRate(
        canary,
        innocentRate(bake.baselineErrorRate, bake.detectErrorRate),
        bake.detectErrorRate,
      )
    : evidenceAgainstCanary(canary, control)
  const said = absolute ? say(canary) : `${say(canary)}; old release: ${say(control)}`
  if (evidence >= 1 / bake.falseAlarm) return { kind: 'bad', why: said }
  if (canary.requests < bake.requestsNeeded)
    return { kind: 'not-yet', why: `${canary.requests} of ${bake.requestsNeeded} requests seen` }
  if (!absolute && control.requests === 0)
    return { kind: 'not-yet', why: 'the control has seen no request' }
  if (!absolute && control.errors / control.requests >= bake.detectErrorRate)
    return { kind: 'not-yet', why: `${said}: an outage beyond this release` }
  return { kind: 'good', why: said }
}

const say = ({ requests, errors }: ArmCounts): string => `${errors} of ${requests} requests failed`
