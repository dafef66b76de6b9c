import type { UnitPlace } from '@bulkhead/rollout'
import type { CommitId } from '@bulkhead/vocabulary'
import type { PlacedCount } from '../placed-traffic.ts'
import type { ServerView } from './server-view.ts'

interface Seen {
  readonly requests: number
  readonly errors: number
}

/** A unit as it was seen once. */
export interface UnitLook {
  readonly place: UnitPlace
  readonly version: CommitId | null
  readonly views: readonly ServerView[]
}

/**
 * Counts per version, from counters that a proxy keeps per server and forgets when it is restarted.
 * What was served since the last look is the version's that the unit ran then: a replacement looks
 * once more after the drain, when nothing is served any more.
 */
export class ServerTraffic {
  readonly #counters = new Map<string, Seen>()
  readonly #looks = new Map<string, number>()
  #begun = 0
  readonly #versions = new Map<string, CommitId>()
  readonly #counts = new Map<string, PlacedCount>()

  /** Called before a proxy is asked: of two looks at once the one that began later counts. */
  begin(): number {
    return (this.#begun += 1)
  }

  /**
   * @param begun when this look began; an older one than the last is left out, since it would seem
   *   that the counters had fallen.
   * @param version that the unit names now; null when it says nothing.
   */
  look(begun: number, { place, version, views }: UnitLook): void {
    if (begun < (this.#looks.get(place.id) ?? 0)) return
    this.#looks.set(place.id, begun)
    const served = this.#versions.get(place.id) ?? version
    for (const [proxy, view] of views.entries()) {
      const key = JSON.stringify([place.id, proxy])
      const before = this.#counters.get(key)
      this.#counters.set(key, view)
      // What was there before the first look is nobody's.
      if (before && served) this.#add(place, served, growth(before, view))
    }
    if (version !== null) this.#versions.set(place.id, version)
  }

  counts(): readonly PlacedCount[] {
    return [...this.#counts.values()]
  }

  #add({ region, zone }: UnitPlace, version: CommitId, { requests, errors }: Seen): void {
    const key = JSON.stringify([region, zone, version])
    const sum = this.#counts.get(key) ?? { requests: 0, errors: 0 }
    this.#counts.set(key, {
      region,
      zone,
      version,
      requests: sum.requests + requests,
      errors: sum.errors + errors,
    })
  }
}

/** A counter that fell was reset: what it shows now has come since. */
function growth(before: Seen, now: Seen): Seen {
  if (now.requests < before.requests) return { requests: now.requests, errors: now.errors }
  const requests = now.requests - before.requests
  return { requests, errors: Math.min(requests, Math.max(0, now.errors - before.errors)) }
}
