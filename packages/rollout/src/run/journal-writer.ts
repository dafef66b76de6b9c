import { WorldError } from '@bulkhead/vocabulary'
import { Interruption } from './interruption.ts'
import type { Journal, Receipt, RolloutEvent, StandingOrder } from './journal.ts'

/**
 * Puts events on record in order, one append at a time. Outcomes are deferred, so that outcome k and
 * intent k+1 share an append: with a remote ledger an append costs seconds.
 */
export class JournalWriter {
  readonly #journal: Journal
  #deferred: RolloutEvent[] = []
  #underway: Promise<void> = Promise.resolve()
  #failure: { readonly error: unknown } | undefined
  #standing: StandingOrder | null = null
  #asking = false

  constructor(journal: Journal) {
    this.#journal = journal
  }

  /** What somebody asks of this rollout, as of the last append. */
  get standing(): StandingOrder | null {
    return this.#standing
  }

  /** Keeps an event for the next append. */
  defer(event: RolloutEvent): void {
    this.#deferred.push(event)
  }

  /** Starts an append of what is deferred without waiting; its failure comes out at the next {@link write}. */
  flushBehind(): void {
    this.#enqueue(() => this.#append([]))
  }

  /** Tells that the holder lives, without waiting; fails like {@link flushBehind}. */
  liveBehind(): void {
    this.#enqueue(() => this.#attempt(() => this.#journal.signOfLife()))
  }

  /**
   * Asks what is ordered, without waiting. One question at a time; who gets no answer asks again: a
   * journal that is gone shows itself at the next {@link write}.
   */
  askBehind(): void {
    if (this.#asking) return
    this.#asking = true
    this.#enqueue(async () => {
      const receipt = await this.#journal.standing().catch(onlyWorldFailure)
      if (receipt !== undefined) this.#standing = receipt.standing
      this.#asking = false
    })
  }

  /**
   * Puts everything deferred and `events` on record, in that order.
   * @throws Interruption of kind `stop` when this or an earlier append failed: nothing may begin then.
   */
  async write(events: readonly RolloutEvent[]): Promise<void> {
    this.#enqueue(() => this.#append(events))
    await this.#underway
    this.refuseFailure()
  }

  /** @throws Interruption of kind `stop` when an append behind the scenes has failed. */
  refuseFailure(): void {
    if (this.#failure) throw this.#failure.error
  }

  #enqueue(work: () => Promise<void>): void {
    this.#underway = this.#underway.then(work)
  }

  async #append(events: readonly RolloutEvent[]): Promise<void> {
    const all = [...this.#deferred, ...events]
    this.#deferred = []
    if (all.length > 0) await this.#attempt(() => this.#journal.record(all))
  }

  /** Never rejects, so that an append behind the scenes cannot become an unhandled rejection. */
  async #attempt(write: () => Promise<Receipt>): Promise<void> {
    if (this.#failure) return
    try {
      this.#standing = (await write()).standing
    } catch (error) {
      const stop = error instanceof WorldError
      this.#failure = {
        error: stop ? new Interruption('stop', error.findings, { cause: error }) : error,
      }
    }
  }
}

function onlyWorldFailure(error: unknown): undefined {
  if (!(error instanceof WorldError)) throw error
}
