import type { TrafficCount } from '@bulkhead/rollout'
import type { CommitId } from '@bulkhead/vocabulary'

const MOST_VERSIONS = 50

/**
 * Requests and errors per version since the fleet started. An error is an answer of 5xx, or none. A
 * request whose client went away before the answer counts as neither: else anybody could make a
 * good release look bad by hanging up.
 */
export class Traffic {
  readonly #counts = new Map<CommitId, TrafficCount>()
  #unserved = 0

  count(version: CommitId, isError: boolean): void {
    const before = this.#counts.get(version) ?? { version, requests: 0, errors: 0 }
    const errors = before.errors + (isError ? 1 : 0)
    // Deleting first keeps the versions that still serve at the end, away from the limit.
    this.#counts.delete(version)
    this.#counts.set(version, { version, requests: before.requests + 1, errors })
    const oldest = this.#counts.keys().next()
    if (this.#counts.size > MOST_VERSIONS && !oldest.done) this.#counts.delete(oldest.value)
  }

  /** No unit was in rotation: no version's fault, but a user saw it. */
  countUnserved(): void {
    this.#unserved++
  }

  get unserved(): number {
    return this.#unserved
  }

  counts(): readonly TrafficCount[] {
    return [...this.#counts.values()].sort((a, b) => (a.version < b.version ? -1 : 1))
  }
}
