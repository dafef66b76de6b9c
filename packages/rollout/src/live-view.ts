import type { BakeView, FleetSample, RolloutProgress } from './progress.ts'
import { type RegionView, type ViewOptions, viewRegions } from './terminal-view.ts'

/** Rates are of this time: long enough to be steady, short enough to be news. Milliseconds. */
const LATELY = 10_000

interface Watched {
  readonly first: FleetSample
  readonly bake: BakeView | undefined
  /** Of the time that rates are of, oldest first; the newest is now. */
  readonly lately: readonly FleetSample[]
}

/** Hears a rollout and draws all its regions as they are now. */
export class LiveView {
  readonly #regions = new Map<string, Watched>()

  /** @returns whether there is something new to draw */
  hear(progress: RolloutProgress): boolean {
    switch (progress.kind) {
      case 'sample':
        return this.#sample(progress.sample)
      case 'bake':
        return this.#bake(progress.bake.region, progress.bake)
      case 'decision':
        // What was said of a wave is over with its judgement, and with anything else that is decided.
        this.#bake(progress.decision.region ?? '', undefined)
        return false
      case 'step':
        return false
    }
  }

  lines(options: ViewOptions): readonly string[] {
    const regions = [...this.#regions.values()].flatMap((watched): RegionView[] => {
      const sample = watched.lately.at(-1)
      const [before] = watched.lately
      return sample === undefined || before === undefined
        ? []
        : [{ sample, before, first: watched.first, bake: watched.bake }]
    })
    return regions.length === 0 ? [] : viewRegions(regions, options)
  }

  #sample(sample: FleetSample): boolean {
    const region = sample.zones[0]?.region ?? ''
    const known = this.#regions.get(region)
    const lately = [...(known?.lately ?? []), sample].filter(({ at }) => sample.at - at <= LATELY)
    this.#regions.set(region, { first: known?.first ?? sample, bake: known?.bake, lately })
    return true
  }

  #bake(region: string, bake: BakeView | undefined): boolean {
    const known = this.#regions.get(region)
    if (known !== undefined) this.#regions.set(region, { ...known, bake })
    return false
  }
}
