import { type FencingToken, fencingToken } from '@bulkhead/vocabulary'
import * as v from 'valibot'
import type { TokenRecord } from '../unit-changes.ts'
import { writeDurably } from './durable-file.ts'
import { SerialQueue } from '../serial-queue.ts'
import { readRecord } from './state-records.ts'

const record = v.strictObject({ newest: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) })

/**
 * The newest fencing token that ever acted on this fleet (law 9). A newer one is on disk before
 * anything is done in its name, so that a restart cannot let an older holder in again.
 */
export class Fence implements TokenRecord {
  readonly #path: string
  readonly #queue = new SerialQueue()
  #newest: FencingToken

  private constructor(path: string, newest: FencingToken) {
    this.#path = path
    this.#newest = newest
  }

  static async open(path: string): Promise<Fence> {
    const stored = await readRecord(path, record)
    return new Fence(path, fencingToken(stored?.newest ?? 0))
  }

  get newest(): FencingToken {
    return this.#newest
  }

  read(): Promise<FencingToken> {
    return Promise.resolve(this.#newest)
  }

  admit(token: FencingToken): Promise<boolean> {
    return this.#queue.run(async () => {
      if (token < this.#newest) return false
      if (token > this.#newest) {
        await writeDurably(this.#path, `${JSON.stringify({ newest: token })}\n`)
        this.#newest = token
      }
      return true
    })
  }
}
