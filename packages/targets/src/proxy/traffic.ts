import type { TrafficCount, UnitPlace } from '@bulkhead/rollout'
import type { CommitId } from '@bulkhead/vocabulary'
import { type PlacedCount, sumTraffic } from '../placed-traffic.ts'

const MOST_VERSIONS = 50

/** Which version answered, and where it stands. */
export interface Answerer {
  readonly version: CommitId
  readonly place: UnitPlace
}

/**
 * Requests and errors per version and zone since the fleet started. An error is an answer of 5xx, or
 * none. A request whose client went away before the answer counts as neither: else anybody could make
 * a good release look bad by hanging up.
 */
export class Traffic {
  readonly #versions = new Map<CommitId, Map<string, PlacedCount>>()
  #unserved = 0

  count({ version, place: { region, zone } }: Answerer, isError: boolean): void {
    const zones = this.#versions.get(version) ?? new Map<string, PlacedCount>()
    const key = JSON.stringify([region, zone])
    const { requests, errors } = zones.get(key) ?? { requests: 0, errors: 0 }
    zones.set(key, {
      region,
      zone,
      version,
      requests: requests + 1,
      errors: errors + (isError ? 1 : 0),
    })
    // Deleting first keeps the versions that still serve at the end, away from the limit.
    this.#versions.delete(version)
    this.#versions.set(version, zones)
    const oldest = this.#versions.keys().next()
    if (this.#versions.size > MOST_VERSIONS && !oldest.done) this.#versions.delete(oldest.value)
  }

  /** No unit was in rotation: no version's fault, but a user saw it. */
  countUnserved(): void {
    this.#unserved++
  }

  get unserved(): number {
    return this.#unserved
  }

  /** By zone and version. */
  placed(): readonly PlacedCount[] {
    return [...this.#versions.values()].flatMap((zones) => [...zones.values()])
  }

  counts(): readonly TrafficCount[] {
    return sumTraffic(this.placed())
  }
}
