import type { LeaseHolder } from '@bulkhead/rollout'
import { type FencingToken, fencingToken } from '@bulkhead/vocabulary'
import * as v from 'valibot'
import type { TokenRecord } from '../unit-changes.ts'
import { writeDurably } from './durable-file.ts'
import { SerialQueue } from '../serial-queue.ts'
import { readRecord } from './state-records.ts'

const token = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.transform(fencingToken))
const record = v.strictObject({ newest: v.record(v.string(), token) })

/**
 * The newest fencing token that ever acted in each region (law 9). A newer one is on disk before
 * anything is done in its name, so that a restart cannot let an older holder in again.
 */
export class Fence implements TokenRecord {
  readonly #path: string
  readonly #queue = new SerialQueue()
  #newest: ReadonlyMap<string, FencingToken>

  private constructor(path: string, newest: ReadonlyMap<string, FencingToken>) {
    this.#path = path
    this.#newest = newest
  }

  static async open(path: string): Promise<Fence> {
    const stored = await readRecord(path, record)
    return new Fence(path, new Map(Object.entries(stored?.newest ?? {})))
  }

  /** 0 where nobody has acted yet. */
  newest(region: string): FencingToken {
    return this.#newest.get(region) ?? fencingToken(0)
  }

  /** Of every region in which somebody has acted. */
  get all(): Readonly<Record<string, FencingToken>> {
    return Object.fromEntries(this.#newest)
  }

  read(region: string): Promise<FencingToken> {
    return Promise.resolve(this.newest(region))
  }

  admit({ region, token: offered }: LeaseHolder): Promise<boolean> {
    return this.#queue.run(async () => {
      if (offered < this.newest(region)) return false
      if (offered > this.newest(region)) {
        const raised = new Map(this.#newest).set(region, offered)
        await writeDurably(
          this.#path,
          `${JSON.stringify({ newest: Object.fromEntries(raised) })}\n`,
        )
        this.#newest = raised
      }
      return true
    })
  }
}
