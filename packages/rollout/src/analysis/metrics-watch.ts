import type { Clock } from '@bulkhead/world'
import type { Bake } from '../plan/plan.ts'
import { BakeAnalysis, type MetricJudgement } from './bake-analysis.ts'
import type { Metric, MetricWindow } from './metric.ts'

export interface MetricsWatchOptions {
  readonly metrics: readonly Metric[]
  readonly bake: Bake
  readonly clock: Clock
  readonly window: Omit<MetricWindow, 'bakeBegan' | 'now'>
  /** Milliseconds between two looks at the metrics, at least. */
  readonly everyMs: number
}

/** What the metrics have said, and when that was asked. */
export interface MetricsView {
  readonly judgements: readonly MetricJudgement[]
  /** Monotonic milliseconds at which the look began. */
  readonly at: number
}

/**
 * Looks at the metrics of a bake beside the fleet, never in its way: a source that takes seconds to
 * answer must not keep the rollout from seeing a zone die.
 */
export class MetricsWatch implements Disposable {
  readonly #options: MetricsWatchOptions
  readonly #analysis: BakeAnalysis
  readonly #bakeBegan: number
  readonly #ended = new AbortController()
  #last = Number.NEGATIVE_INFINITY
  #looking = false
  #view: MetricsView | undefined

  constructor(options: MetricsWatchOptions) {
    this.#options = options
    this.#analysis = new BakeAnalysis(options.metrics, options.bake)
    this.#bakeBegan = options.clock.now()
  }

  /** Begins a look when it is time for one; says what the newest one that ended has seen. */
  look(): MetricsView | undefined {
    const { clock, everyMs, metrics } = this.#options
    const at = clock.monotonic()
    if (metrics.length === 0) return { judgements: [], at }
    if (!this.#looking && at - this.#last >= everyMs) void this.#begin(at)
    return this.#view
  }

  async #begin(at: number): Promise<void> {
    this.#looking = true
    this.#last = at
    const { clock, window } = this.#options
    const span = { ...window, bakeBegan: this.#bakeBegan, now: clock.now() }
    const judgements = await this.#analysis.look(span, this.#ended.signal)
    this.#view = { judgements, at }
    this.#looking = false
  }

  /** Ends the requests that are under way. */
  [Symbol.dispose](): void {
    this.#ended.abort()
  }
}
