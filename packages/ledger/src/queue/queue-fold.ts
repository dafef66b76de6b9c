import type { FencingToken } from '@bulkhead/vocabulary'
import type { EjectedRelease, QueueOnRecord, QueuedRelease } from './queue-on-record.ts'

/** How a rollout that carried releases ended. */
type TrainEnd = 'released' | 'rolled-back' | 'other'

/** What the result of a rollout says of what it carried; one that stopped or got stuck says nothing. */
export const trainEndOf = (result: unknown): TrainEnd =>
  result === 'released' || result === 'rolled-back' ? result : 'other'

/**
 * Carries the queue from entry to entry. A rollout that is rolled back makes suspects of all that it
 * carried; what ships clears itself and all that was carried with it; the last suspect is the culprit.
 */
export class QueueFold {
  #waiting: readonly QueuedRelease[] = []
  #carried = new Map<FencingToken, readonly QueuedRelease[]>()
  #suspects: readonly QueuedRelease[] = []
  #ejected: readonly EjectedRelease[] = []

  add(release: Omit<QueuedRelease, 'tries'>): void {
    this.#waiting = [...this.#waiting, { ...release, tries: 0 }]
  }

  remove(id: number): void {
    const others = ({ id: other }: QueuedRelease) => other !== id
    this.#waiting = this.#waiting.filter(others)
    this.#suspects = this.#suspects.filter(others)
    this.#ejected = this.#ejected.filter(others)
  }

  /** Whether it could be removed now: it is known, and no rollout carries it. */
  isRemovable(id: number): boolean {
    return [...this.#waiting, ...this.#suspects, ...this.#ejected].some((one) => one.id === id)
  }

  /** Whether all of these wait, as suspects or not. */
  areWaiting(ids: readonly number[]): boolean {
    const known = new Set([...this.#waiting, ...this.#suspects].map(({ id }) => id))
    return new Set(ids).size === ids.length && ids.every((id) => known.has(id))
  }

  start(token: FencingToken, ids: readonly number[]): void {
    if (ids.length > 0) this.#carried.set(token, this.#known(ids))
  }

  #known(ids: readonly number[]): readonly QueuedRelease[] {
    return [...this.#waiting, ...this.#suspects]
      .filter(({ id }) => ids.includes(id))
      .sort((a, b) => a.id - b.id)
  }

  /** The rollout under a token has ended; `index` is the entry that says so. */
  finish(token: FencingToken, end: TrainEnd, index: number): void {
    const carried = this.#carried.get(token)
    this.#carried.delete(token)
    if (carried === undefined) return
    if (end === 'released') this.#ship(carried, index)
    else if (end === 'rolled-back') this.#suspect(carried, index)
    else this.#tryAgain(carried)
  }

  #ship(carried: readonly QueuedRelease[], index: number): void {
    const shipped = new Set(carried.map(({ id }) => id))
    const left = ({ id }: QueuedRelease) => !shipped.has(id)
    this.#waiting = this.#waiting.filter(left)
    const wereSuspects = this.#suspects.some(({ id }) => shipped.has(id))
    this.#suspects = this.#suspects.filter(left)
    // The good half has shipped; whoever is left alone in the other half is the one.
    if (wereSuspects && this.#suspects.length === 1) this.#eject(this.#suspects, index)
  }

  #suspect(carried: readonly QueuedRelease[], index: number): void {
    const ids = new Set(carried.map(({ id }) => id))
    // The bad one is among those carried: what else was suspected came after it and waits again.
    const cleared = this.#suspects.filter(({ id }) => !ids.has(id))
    this.#waiting = inOrder([...this.#waiting.filter(({ id }) => !ids.has(id)), ...cleared])
    this.#suspects = carried
    if (carried.length === 1) this.#eject(carried, index)
  }

  #eject(culprits: readonly QueuedRelease[], settledBy: number): void {
    this.#ejected = [...this.#ejected, ...culprits.map((one) => ({ ...one, settledBy }))]
    this.#suspects = []
  }

  #tryAgain(carried: readonly QueuedRelease[]): void {
    const ids = new Set(carried.map(({ id }) => id))
    const tried = (one: QueuedRelease) => (ids.has(one.id) ? { ...one, tries: one.tries + 1 } : one)
    this.#waiting = this.#waiting.map(tried)
    this.#suspects = this.#suspects.map(tried)
  }

  fork(): QueueFold {
    const copy = new QueueFold()
    copy.#waiting = this.#waiting
    copy.#carried = new Map(this.#carried)
    copy.#suspects = this.#suspects
    copy.#ejected = this.#ejected
    return copy
  }

  state(): QueueOnRecord {
    const carried = new Set([...this.#carried.values()].flat().map(({ id }) => id))
    return {
      waiting: this.#waiting.filter(({ id }) => !carried.has(id)),
      carried: Object.fromEntries(this.#carried),
      suspects: this.#suspects.filter(({ id }) => !carried.has(id)),
      ejected: this.#ejected,
    }
  }
}

const inOrder = (releases: readonly QueuedRelease[]): readonly QueuedRelease[] =>
  releases.toSorted((a, b) => a.id - b.id)
