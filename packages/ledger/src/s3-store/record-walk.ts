import { type RecordPlace, keyOf } from './s3-keys.ts'
import type { S3Record } from './s3-record.ts'

/** An append where it lies. */
export interface PlacedRecord {
  readonly place: RecordPlace
  readonly record: S3Record
}

/** Index of the entry after the last one of an append. */
export const endOf = ({ place, record }: PlacedRecord): number =>
  place.first + record.entries.length

/**
 * Follows appends in order of their keys. Each begins where the one before it ends, or takes the place
 * of the one before it, which was none of the log. What lies elsewhere is passed by.
 */
export class RecordWalk {
  #current: PlacedRecord | undefined

  constructor(start?: PlacedRecord) {
    this.#current = start
  }

  get current(): PlacedRecord | undefined {
    return this.#current
  }

  /** @returns the append before this one, once nothing can take its place any more */
  take(next: PlacedRecord): PlacedRecord | undefined {
    const before = this.#current
    if (before !== undefined && next.place.first === before.place.first) {
      if (next.place.attempt > before.place.attempt) this.#current = next
      return undefined
    }
    if (next.place.first !== (before === undefined ? 0 : endOf(before))) return undefined
    this.#current = next
    return before
  }

  /** Names the append that the walk has come to, and the size of the log there. */
  get tip(): string | null {
    return this.#current === undefined
      ? null
      : `${endOf(this.#current)}:${keyOf(this.#current.place)}`
  }
}

/** What a tip says. */
export function readTip(tip: string): { readonly size: number; readonly key: string } {
  const [size = '', key = ''] = tip.split(':')
  return { size: Number(size), key }
}
