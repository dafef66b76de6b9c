import type { ShippedRelease, UnitId } from '@bulkhead/rollout'
import * as v from 'valibot'
import { shippedRelease, unitIdText } from '../control/schemas.ts'
import { writeDurably } from './durable-file.ts'
import { SerialQueue } from '../serial-queue.ts'
import { readRecord } from './state-records.ts'

const record = v.array(v.tuple([unitIdText, shippedRelease]))

/**
 * Which release each unit served well last: what a fleet that comes back after a crash or a reboot
 * starts again. A unit whose last replacement failed is absent, as it was stopped.
 */
export class ReleaseRecord {
  readonly #path: string
  readonly #queue = new SerialQueue()
  readonly #releases: Map<UnitId, ShippedRelease>

  private constructor(path: string, releases: Map<UnitId, ShippedRelease>) {
    this.#path = path
    this.#releases = releases
  }

  static async open(path: string): Promise<ReleaseRecord> {
    return new ReleaseRecord(path, new Map(await readRecord(path, record)))
  }

  get(unit: UnitId): ShippedRelease | undefined {
    return this.#releases.get(unit)
  }

  set(unit: UnitId, release: ShippedRelease | undefined): Promise<void> {
    if (release === undefined) this.#releases.delete(unit)
    else this.#releases.set(unit, release)
    return this.#queue.run(() =>
      writeDurably(this.#path, `${JSON.stringify([...this.#releases])}\n`),
    )
  }
}
