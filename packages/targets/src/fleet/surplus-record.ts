import type { UnitPlace } from '@bulkhead/rollout'
import * as v from 'valibot'
import { name, unitIdText } from '../control/schemas.ts'
import { SerialQueue } from '../serial-queue.ts'
import { writeDurably } from './durable-file.ts'
import { readRecord } from './state-records.ts'

const places = v.array(v.strictObject({ id: unitIdText, region: name, zone: name }))

/** Units beyond their zone's own. On disk before one is started, so that none is ever forgotten. */
export class SurplusRecord {
  readonly #path: string
  readonly #queue = new SerialQueue()
  #places: readonly UnitPlace[]

  private constructor(path: string, known: readonly UnitPlace[]) {
    this.#path = path
    this.#places = known
  }

  static async open(path: string): Promise<SurplusRecord> {
    return new SurplusRecord(path, (await readRecord(path, places)) ?? [])
  }

  get places(): readonly UnitPlace[] {
    return this.#places
  }

  add(place: UnitPlace): Promise<void> {
    return this.#write((known) => [...known.filter(({ id }) => id !== place.id), place])
  }

  delete({ id }: UnitPlace): Promise<void> {
    return this.#write((known) => known.filter((one) => one.id !== id))
  }

  #write(change: (known: readonly UnitPlace[]) => readonly UnitPlace[]): Promise<void> {
    return this.#queue.run(async () => {
      const changed = change(this.#places)
      await writeDurably(this.#path, `${JSON.stringify(changed)}\n`)
      this.#places = changed
    })
  }
}
