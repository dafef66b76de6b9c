import type { EntryKind, EntryOnRecord } from '../entry.ts'
import type { ShiftOnRecord } from './zone-on-record.ts'
import { zoneOf } from './zone-rules.ts'

type Folded = Pick<EntryOnRecord, 'kind' | 'index' | 'actors' | 'data' | 'at'>

/** Where a zone is; its name is only unique within its region. */
interface Place {
  readonly region: string
  readonly zone: string
}

export type ZoneMemory = readonly ShiftOnRecord[]

export const isZoneKind = (kind: EntryKind): boolean =>
  kind === 'zone.shifted' || kind === 'zone.restored'

/**
 * Carries the zones whose traffic is away from entry to entry. A shift counts from its intent on, a
 * restoration only once it is done: in between nobody knows, and a zone that is away carries nothing.
 */
export class ZoneFold {
  #shifts: ZoneMemory = []

  get all(): ZoneMemory {
    return this.#shifts
  }

  shiftOf({ region, zone }: Place): ShiftOnRecord | undefined {
    return this.#shifts.find((shift) => shift.region === region && shift.zone === zone)
  }

  /** Takes in an entry that its rule has nothing against. */
  apply(entry: Folded): void {
    const { region, zone, reason, step } = zoneOf(entry.data)
    const known = this.shiftOf({ region, zone })
    const others = this.#shifts.filter((shift) => shift !== known)
    const isDone = step === 'done'
    if (entry.kind === 'zone.restored') {
      this.#shifts = isDone
        ? others
        : known === undefined
          ? this.#shifts
          : [...others, { ...known, returning: true }]
      return
    }
    const fresh = { region, zone, by: byOf(entry), reason, at: entry.at, index: entry.index }
    const shift = known ?? { ...fresh, done: false }
    this.#shifts = [...others, { ...shift, done: shift.done || isDone, returning: false }]
  }

  /** Forgets what these entries said: they no longer count. */
  takeBack(isGone: (index: number) => boolean): void {
    this.#shifts = this.#shifts.filter(({ index }) => !isGone(index))
  }

  fork(): ZoneFold {
    return ZoneFold.resume(this.memory())
  }

  memory(): ZoneMemory {
    return this.#shifts
  }

  static resume(memory: ZoneMemory): ZoneFold {
    const fold = new ZoneFold()
    fold.#shifts = memory
    return fold
  }
}

const byOf = ({ actors: [actor] }: Folded): string =>
  actor === undefined ? 'unknown' : `${actor.provider}:${actor.id}`
