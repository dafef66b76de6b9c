import type { PlacedCount } from './placed-traffic.ts'

const keyOf = ({ region, zone, version }: PlacedCount) => JSON.stringify([region, zone, version])

/** Hides that a new supervisor counts from zero: what was last seen of the one before is added. */
export class TrafficContinuity {
  #start: string | undefined
  #base = new Map<string, PlacedCount>()
  #seen = new Map<string, PlacedCount>()

  /** @param start names the supervisor that counted. */
  continue(start: string, counts: readonly PlacedCount[]): readonly PlacedCount[] {
    if (this.#start !== start) this.#base = new Map(this.#seen)
    this.#start = start
    for (const count of counts) {
      const base = this.#base.get(keyOf(count)) ?? { requests: 0, errors: 0 }
      this.#seen.set(keyOf(count), {
        ...count,
        requests: base.requests + count.requests,
        errors: base.errors + count.errors,
      })
    }
    return [...this.#seen.values()]
  }
}
