import type { UnitId } from '@bulkhead/rollout'
import * as v from 'valibot'
import { unitIdText } from '../control/schemas.ts'
import { writeDurably } from './durable-file.ts'
import { SerialQueue } from '../serial-queue.ts'
import { readRecord } from './state-records.ts'

/**
 * Units that somebody took out of traffic and has not given back. Kept on disk: a zone under repair
 * must not be served from because a process or the supervisor was started anew.
 */
export class DrainRecord {
  readonly #path: string
  readonly #queue = new SerialQueue()
  readonly #units: Set<UnitId>

  private constructor(path: string, units: Set<UnitId>) {
    this.#path = path
    this.#units = units
  }

  static async open(path: string): Promise<DrainRecord> {
    return new DrainRecord(path, new Set(await readRecord(path, v.array(unitIdText))))
  }

  has(unit: UnitId): boolean {
    return this.#units.has(unit)
  }

  async add(unit: UnitId): Promise<void> {
    if (this.#units.has(unit)) return
    this.#units.add(unit)
    await this.#write()
  }

  async delete(unit: UnitId): Promise<void> {
    if (this.#units.delete(unit)) await this.#write()
  }

  #write(): Promise<void> {
    return this.#queue.run(() => writeDurably(this.#path, `${JSON.stringify([...this.#units])}\n`))
  }
}
