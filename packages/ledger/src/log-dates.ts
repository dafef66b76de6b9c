import { type Shape, count, objectOf, readShape, text } from '@bulkhead/envelope'
import type { EntryDraft, EntryOnRecord } from './entry.ts'

/** Clocks of two machines that are kept by the network differ by less. */
export const MOST_AHEAD_MS = 600_000

/**
 * Data of `clock.corrected`: a clock had run ahead, and a person says so. Dates begin anew with this
 * entry's own; what was dated ahead stays as it is, and is named by every verifier.
 */
export interface ClockCorrection {
  /** Index of the first entry that was dated ahead. */
  readonly from: number
  readonly reason: string
}

const correctionShape: Shape<ClockCorrection> = objectOf({ from: count, reason: text })

export function correctionOf(data: EntryDraft['data']): ClockCorrection | undefined {
  const read = readShape(correctionShape, data)
  return read.kind === 'read' && read.value.reason.trim() !== '' ? read.value : undefined
}

/** An entry that is dated far after the one before it: where a wrong clock may have begun. */
interface Leap {
  readonly index: number
  readonly at: string
  /** The newest date before it; empty when it is the first entry. */
  readonly before: string
}

/** Entries from an index up to another that were dated ahead, as entry `by` says. */
export interface CorrectedDates {
  readonly from: number
  readonly upTo: number
  readonly by: number
  readonly reason: string
}

/** What a log made of its dates, as it is kept between two verifications. */
export interface DatesMemory {
  readonly leaps: readonly Leap[]
  readonly corrected: readonly CorrectedDates[]
}

/** A correction may name one of so many; what ran ahead before them is past mending. */
const LEAPS_KEPT = 256

type Dated = Pick<EntryOnRecord, 'kind' | 'index' | 'at' | 'data'>

/**
 * The dates of a log: they never go back, unless a person corrects a clock. A correction only takes back
 * dates from a leap on, and is never dated before what it keeps: it cannot backdate past the entry before.
 */
export class LogDates {
  #newest = ''
  #leaps: readonly Leap[] = []
  #corrected: readonly CorrectedDates[] = []

  /** The newest date that counts; empty when there is none. */
  get newest(): string {
    return this.#newest
  }

  /** What corrections took back, in their order. */
  get corrected(): readonly CorrectedDates[] {
    return this.#corrected
  }

  /** The entry with which dates began to run ahead of a moment, in milliseconds since the epoch. */
  aheadOf(now: number): number | undefined {
    return this.#leaps.find(({ at }) => Date.parse(at) > now)?.index
  }

  isCorrected(index: number): boolean {
    return this.#corrected.some(({ from, upTo }) => index >= from && index < upTo)
  }

  /** Why an entry may not be dated so, if it may not. */
  objection({ kind, at, data }: Dated): string | undefined {
    const correction = kind === 'clock.corrected' ? correctionOf(data) : undefined
    if (correction === undefined)
      return at >= this.#newest
        ? undefined
        : `it is dated ${at}, before an earlier entry of ${this.#newest}`
    const leap = this.#leaps.find(({ index }) => index === correction.from)
    if (leap === undefined) return `dates do not leap ahead with entry ${correction.from}`
    if (at >= leap.at)
      return `it corrects nothing: it is dated ${at}, entry ${leap.index} ${leap.at}`
    return at >= leap.before
      ? undefined
      : `it is dated ${at}, before an entry of ${leap.before} that it leaves as it is`
  }

  /** Takes in the date of an entry that is part of the log. */
  apply({ kind, index, at, data }: Dated): void {
    const correction = kind === 'clock.corrected' ? correctionOf(data) : undefined
    const leap = this.#leaps.find((one) => one.index === correction?.from)
    if (correction !== undefined && leap !== undefined && at < leap.at) {
      this.#corrected = [...this.#corrected, { ...correction, upTo: index, by: index }]
      this.#leaps = this.#leaps.filter((one) => one.index < leap.index)
      this.#newest = leap.before
    }
    if (at <= this.#newest) return
    if (isLeap(this.#newest, at))
      this.#leaps = [...this.#leaps, { index, at, before: this.#newest }].slice(-LEAPS_KEPT)
    this.#newest = at
  }

  memory(): DatesMemory {
    return { leaps: this.#leaps, corrected: this.#corrected }
  }

  /** Goes on from there. Without a memory, as one saved before there were corrections, there were none. */
  static resume(newest: string, { leaps, corrected }: Partial<DatesMemory> = {}): LogDates {
    const dates = new LogDates()
    dates.#newest = newest
    dates.#leaps = leaps ?? []
    dates.#corrected = corrected ?? []
    return dates
  }

  fork(): LogDates {
    return LogDates.resume(this.#newest, this.memory())
  }
}

/** Up to its tens of minutes: nearly every entry shares them with the one before. */
const TENS_OF_MINUTES = '2026-01-31T12:0'.length

function isLeap(before: string, at: string): boolean {
  if (before.slice(0, TENS_OF_MINUTES) === at.slice(0, TENS_OF_MINUTES)) return false
  return before === '' || Date.parse(at) - Date.parse(before) > MOST_AHEAD_MS
}
