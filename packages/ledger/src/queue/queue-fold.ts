import type { EntryKind, EntryOnRecord } from '../entry.ts'
import type { EjectedRelease, QueueOnRecord, QueuedRelease, Train } from './queue-on-record.ts'
import { isPinned, removedItemOf, settlementOf, takenItemsOf } from './queue-data.ts'

type Folded = Pick<EntryOnRecord, 'kind' | 'index' | 'release' | 'actors' | 'data' | 'at'>

const QUEUE_KINDS: ReadonlySet<EntryKind> = new Set([
  'queue.added',
  'queue.removed',
  'queue.taken',
  'queue.settled',
])

export const isQueueKind = (kind: EntryKind): boolean => QUEUE_KINDS.has(kind)

/** The queue as it is kept between two verifications: all of it, trains and what they carry too. */
export interface QueueMemory {
  readonly waiting: readonly QueuedRelease[]
  readonly trains: readonly Train[]
  readonly suspects: readonly QueuedRelease[]
  readonly ejected: readonly EjectedRelease[]
}

/**
 * Carries the queue from entry to entry. A rollout that is rolled back makes suspects of all that it
 * carried; what ships clears itself and all that was carried with it; the last suspect is the culprit.
 */
export class QueueFold {
  #waiting: readonly QueuedRelease[] = []
  #trains: readonly Train[] = []
  #suspects: readonly QueuedRelease[] = []
  #ejected: readonly EjectedRelease[] = []

  /** Takes in an entry that its rule has nothing against. */
  apply(entry: Folded): void {
    const { kind, data, index, release } = entry
    if (kind === 'queue.added' && release !== undefined) this.#add(entry)
    else if (kind === 'queue.removed') this.#remove(removedItemOf(data))
    else if (kind === 'queue.taken' && release !== undefined) {
      const carries = this.#known(takenItemsOf(data) ?? [])
      this.#trains = [...this.#trains, { id: index, head: release, carries }]
    } else if (kind === 'queue.settled') this.#settle(entry)
  }

  #add({ release, index, data, actors: [actor], at }: Folded): void {
    if (release === undefined) return
    const by = actor === undefined ? 'unknown' : `${actor.provider}:${actor.id}`
    const fresh = { ...release, id: index, pinned: isPinned(data), by, at, tries: 0 }
    this.#waiting = [...this.#waiting, fresh]
  }

  #remove(id: number | undefined): void {
    const others = ({ id: other }: QueuedRelease) => other !== id
    this.#waiting = this.#waiting.filter(others)
    this.#suspects = this.#suspects.filter(others)
    this.#ejected = this.#ejected.filter(others)
    if (this.#suspects.length === 1) this.#tryAlone()
  }

  /** A human has named another culprit: the one left may be innocent. */
  #tryAlone(): void {
    this.#waiting = inOrder([...this.#waiting, ...this.#suspects])
    this.#suspects = []
  }

  /** Whether it could be removed now: it is known, and no rollout carries it. */
  isRemovable(id: number): boolean {
    const { waiting, suspects, ejected } = this.state()
    return [...waiting, ...suspects, ...ejected].some((one) => one.id === id)
  }

  /** Whether all of these wait, as suspects or not, and nobody has taken them. */
  areWaiting(ids: readonly number[]): boolean {
    const { waiting, suspects } = this.state()
    const free = new Set([...waiting, ...suspects].map(({ id }) => id))
    return ids.length > 0 && new Set(ids).size === ids.length && ids.every((id) => free.has(id))
  }

  trainOf(id: number): Train | undefined {
    return this.#trains.find((train) => train.id === id)
  }

  #known(ids: readonly number[]): readonly QueuedRelease[] {
    return inOrder([...this.#waiting, ...this.#suspects].filter(({ id }) => ids.includes(id)))
  }

  #settle({ data, index }: Folded): void {
    const settlement = settlementOf(data)
    const train = settlement && this.trainOf(settlement.of)
    if (settlement === undefined || train === undefined) return
    this.#trains = this.#trains.filter((other) => other !== train)
    if (settlement.result === 'released') this.#ship(train.carries, index)
    else if (settlement.result === 'rolled-back') this.#suspect(train.carries, index)
    else this.#tryAgain(train.carries)
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

  /** Forgets what these entries said: they no longer count. */
  takeBack(isGone: (index: number) => boolean): void {
    const stays = ({ id }: { readonly id: number }) => !isGone(id)
    this.#waiting = this.#waiting.filter(stays)
    this.#trains = this.#trains.filter(stays)
    this.#suspects = this.#suspects.filter(stays)
    this.#ejected = this.#ejected.filter((one) => stays(one) && !isGone(one.settledBy))
  }

  fork(): QueueFold {
    return QueueFold.resume(this.memory())
  }

  memory(): QueueMemory {
    return {
      waiting: this.#waiting,
      trains: this.#trains,
      suspects: this.#suspects,
      ejected: this.#ejected,
    }
  }

  static resume({ waiting, trains, suspects, ejected }: QueueMemory): QueueFold {
    const fold = new QueueFold()
    fold.#waiting = waiting
    fold.#trains = trains
    fold.#suspects = suspects
    fold.#ejected = ejected
    return fold
  }

  state(): QueueOnRecord {
    const taken = new Set(this.#trains.flatMap(({ carries }) => carries.map(({ id }) => id)))
    const free = ({ id }: QueuedRelease) => !taken.has(id)
    return {
      waiting: this.#waiting.filter(free),
      trains: this.#trains,
      suspects: this.#suspects.filter(free),
      ejected: this.#ejected,
    }
  }
}

const inOrder = (releases: readonly QueuedRelease[]): readonly QueuedRelease[] =>
  releases.toSorted((a, b) => a.id - b.id)
