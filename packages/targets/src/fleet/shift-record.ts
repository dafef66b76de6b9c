import type { Place } from '@bulkhead/rollout'
import * as v from 'valibot'
import { zonePlace } from '../control/schemas.ts'
import { SerialQueue } from '../serial-queue.ts'
import { writeDurably } from './durable-file.ts'
import { readRecord } from './state-records.ts'

const isSame = (a: Place, b: Place) => a.region === b.region && a.zone === b.zone

/**
 * Zones whose traffic was shifted away. Kept on disk: no unit there serves, whatever is placed or
 * started anew, until the zone is restored.
 */
export class ShiftRecord {
  readonly #path: string
  readonly #queue = new SerialQueue()
  #zones: readonly Place[]

  private constructor(path: string, zones: readonly Place[]) {
    this.#path = path
    this.#zones = zones
  }

  static async open(path: string): Promise<ShiftRecord> {
    return new ShiftRecord(path, (await readRecord(path, v.array(zonePlace))) ?? [])
  }

  get zones(): readonly Place[] {
    return this.#zones
  }

  has(place: Place): boolean {
    return this.#zones.some((zone) => isSame(zone, place))
  }

  /** It is on disk when this resolves. */
  set({ region, zone }: Place, away: boolean): Promise<void> {
    return this.#queue.run(async () => {
      const others = this.#zones.filter((known) => !isSame(known, { region, zone }))
      const changed = away ? [...others, { region, zone }] : others
      await writeDurably(this.#path, `${JSON.stringify(changed)}\n`)
      this.#zones = changed
    })
  }
}
