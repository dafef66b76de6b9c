import type { BakeView, FleetSample, RolloutDecision, RolloutProgress } from '../progress.ts'
import { type RecordedSample, type RecordedUnit, type RolloutRecord, regionsOf } from './record.ts'
import { MetricCurves } from './metric-curves.ts'
import { MOST_LANES } from './unit-lanes.ts'

/** What was heard of a rollout: what a page is drawn from. */
export type Heard = Pick<RolloutRecord, 'samples' | 'decisions' | 'bakes' | 'curves' | 'omitted'>

/** More samples of a region than a drawing has room for are thinned. */
const MOST_SAMPLES = 600
const MOST_DECISIONS = 2_000

/**
 * Hears a rollout and remembers what its page shows, in bounded memory however long it takes and however
 * large the fleet is.
 */
export class RolloutRecorder {
  readonly #regions = new Map<string, ThinnedSamples>()
  readonly #decisions: RolloutDecision[] = []
  readonly #bakes = new Map<string, BakeView>()
  readonly #curves = new MetricCurves()
  #omitted = 0

  readonly hear = (progress: RolloutProgress): void => {
    switch (progress.kind) {
      case 'sample':
        this.#sample(progress.sample)
        break
      case 'decision':
        this.#decide(progress.decision)
        break
      case 'bake':
        this.#bakes.set(`${progress.bake.region}\n${progress.bake.wave}`, progress.bake)
        this.#curves.add(progress.bake)
        break
      case 'step':
        break
    }
  }

  get heard(): Heard {
    const samples = [...this.#regions.values()].flatMap((thinned) => thinned.samples)
    return {
      samples: samples.toSorted((a, b) => a.at - b.at),
      decisions: this.#decisions,
      bakes: [...this.#bakes.values()],
      curves: this.#curves.all,
      omitted: this.#omitted,
    }
  }

  #sample(sample: FleetSample): void {
    const key = regionsOf(sample)
    const thinned = this.#regions.get(key) ?? new ThinnedSamples(MOST_SAMPLES)
    this.#regions.set(key, thinned)
    thinned.add(condensed(sample))
  }

  /** Every judgement is kept; of very many batches the first, and how many more there were. */
  #decide(decision: RolloutDecision): void {
    if (decision.kind === 'batch' && this.#decisions.length >= MOST_DECISIONS) this.#omitted += 1
    else this.#decisions.push(decision)
  }
}

/** A fleet whose units are too many to be drawn one by one, as how many of a zone are alike. */
function condensed(sample: FleetSample): RecordedSample {
  const units = sample.zones.reduce((sum, zone) => sum + zone.total, 0)
  if (units <= MOST_LANES) return sample
  const zones = sample.zones.map((zone) => {
    const alike = new Map<string, RecordedUnit>()
    for (const unit of zone.units) {
      const key = `${unit.health}\n${unit.version ?? ''}`
      alike.set(key, { ...(alike.get(key) ?? unit), count: (alike.get(key)?.count ?? 0) + 1 })
    }
    return { ...zone, units: [...alike.values()] }
  })
  return { ...sample, zones }
}

/**
 * Samples at an even density that halves whenever there are too many. Of those that fall together, the
 * one with the least capacity to spare stays: a moment in which the zone law was broken is never lost.
 */
class ThinnedSamples {
  readonly #most: number
  #stride = 1
  #kept: RecordedSample[] = []
  #group: RecordedSample[] = []

  constructor(most: number) {
    this.#most = most
  }

  get samples(): readonly RecordedSample[] {
    const newest = this.#group.at(-1)
    const rest = tightest(this.#group)
    // The newest is where the rollout stands now, and its counters are the whole sum.
    return [...this.#kept, ...(rest && rest !== newest ? [rest] : []), ...(newest ? [newest] : [])]
  }

  add(sample: RecordedSample): void {
    this.#group.push(sample)
    if (this.#group.length < this.#stride) return
    const kept = tightest(this.#group)
    this.#group = []
    if (kept !== undefined) this.#kept.push(kept)
    if (this.#kept.length >= this.#most) this.#halve()
  }

  #halve(): void {
    this.#stride *= 2
    const [first, ...rest] = this.#kept
    const halved: RecordedSample[] = []
    for (let at = 0; at < rest.length; at += 2) {
      const kept = tightest(rest.slice(at, at + 2))
      if (kept !== undefined) halved.push(kept)
    }
    this.#kept = first === undefined ? halved : [first, ...halved]
  }
}

const margin = ({ afterWorstLoss, required }: RecordedSample): number => afterWorstLoss - required

function tightest(samples: readonly RecordedSample[]): RecordedSample | undefined {
  let least: RecordedSample | undefined
  for (const sample of samples)
    if (least === undefined || margin(sample) <= margin(least)) least = sample
  return least
}
