import type { TrafficCount } from '@bulkhead/rollout'
import type { CommitId } from '@bulkhead/vocabulary'

interface Count {
  readonly requests: number
  readonly errors: number
}

const NONE: Count = { requests: 0, errors: 0 }

/** Hides that a new supervisor counts from zero: what was last seen of the one before is added. */
export class TrafficContinuity {
  #start: string | undefined
  #base = new Map<CommitId, Count>()
  #seen = new Map<CommitId, Count>()

  /** @param start names the supervisor that counted. */
  continue(start: string, counts: readonly TrafficCount[]): readonly TrafficCount[] {
    if (this.#start !== start) this.#base = new Map(this.#seen)
    this.#start = start
    for (const { version, requests, errors } of counts) {
      const base = this.#base.get(version) ?? NONE
      this.#seen.set(version, {
        requests: base.requests + requests,
        errors: base.errors + errors,
      })
    }
    return [...this.#seen].map(([version, count]) => ({ version, ...count }))
  }
}
