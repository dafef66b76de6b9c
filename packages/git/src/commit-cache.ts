import type { RawObject } from './repository.ts'

/** Commits of some 30,000 lines of history: what a range check reads twice. */
const MAX_BYTES = 32 * 1024 * 1024

/**
 * Keeps the commits read last, so that listing a range and judging it read each once. An id names its
 * bytes for ever, so nothing here can be stale. Other objects are not kept: they are large, or read once.
 */
export class CommitCache {
  readonly #kept = new Map<string, RawObject>()
  #bytes = 0

  get(id: string): RawObject | undefined {
    return this.#kept.get(id)
  }

  keep(id: string, object: RawObject): void {
    if (object.type !== 'commit' || this.#kept.has(id) || object.bytes.length > MAX_BYTES) return
    this.#kept.set(id, object)
    this.#bytes += object.bytes.length
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#bytes <= MAX_BYTES) return
      this.#kept.delete(oldest)
      this.#bytes -= bytes.length
    }
  }
}
