import { WorldError } from '@bulkhead/vocabulary'
import { Interruption } from './interruption.ts'
import type { Journal, RolloutEvent } from './journal.ts'

/**
 * Puts events on record in order, one append at a time. Outcomes are deferred, so that outcome k and
 * intent k+1 share an append: with a remote ledger an append costs seconds.
 */
export class JournalWriter {
  readonly #journal: Journal
  #deferred: RolloutEvent[] = []
  #underway: Promise<void> = Promise.resolve()
  #failure: { readonly error: unknown } | undefined

  constructor(journal: Journal) {
    this.#journal = journal
  }

  /** Keeps an event for the next append. */
  defer(event: RolloutEvent): void {
    this.#deferred.push(event)
  }

  /** Starts an append of what is deferred without waiting; its failure comes out at the next {@link write}. */
  flushBehind(): void {
    this.#underway = this.#underway.then(() => this.#append([]))
  }

  /**
   * Puts everything deferred and `events` on record, in that order.
   * @throws Interruption of kind `stop` when this or an earlier append failed: nothing may begin then.
   */
  async write(events: readonly RolloutEvent[]): Promise<void> {
    this.#underway = this.#underway.then(() => this.#append(events))
    await this.#underway
    if (this.#failure) throw this.#failure.error
  }

  /** Never rejects, so that an append behind the scenes cannot become an unhandled rejection. */
  async #append(events: readonly RolloutEvent[]): Promise<void> {
    const all = [...this.#deferred, ...events]
    this.#deferred = []
    if (this.#failure || all.length === 0) return
    try {
      await this.#journal.record(all)
    } catch (error) {
      const stop = error instanceof WorldError
      this.#failure = {
        error: stop ? new Interruption('stop', error.findings, { cause: error }) : error,
      }
    }
  }
}
