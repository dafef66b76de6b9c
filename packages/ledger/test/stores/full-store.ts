import { randomBytes } from 'node:crypto'
import { WorldError } from '@bulkhead/vocabulary'
import { expect, it } from 'vitest'
import { open } from '../log-fixture.ts'
import { type StoreBench, auditFindings, key, note, textsOf } from './store-bench.ts'
import { openPlace } from './store-place.ts'

/** A store that can be full. */
export interface FullStore {
  /** A new, empty ledger in it. */
  fresh: StoreBench['fresh']
  /** From now on there is no room, or soon none: a store may use up what it has set aside. */
  fill(): Promise<void>
  free(): Promise<void>
  /** What it says then. */
  readonly says: RegExp
  /** Looks at what lies there, with the store's own tools. */
  readonly check?: StoreBench['checkPlace']
}

/** More than any store has set aside. */
const MOST_APPENDS = 100
const LARGE_BYTES = 20_000
const large = () => randomBytes(LARGE_BYTES).toString('base64')

/** Nothing is lost when there is no room, nothing is half done, and it goes on when there is room again. */
export function survivesNoRoom(full: () => FullStore | undefined): void {
  it('that is full says so; what was told to be on record is, nothing else is, and it goes on once there is room', async ({
    skip,
  }) => {
    const store = full()
    if (store === undefined) return skip('a small disk cannot be mounted here: that needs root')
    const place = await store.fresh()
    await using opened = await openPlace(place)
    const ledger = await open(opened.store, key)
    const onRecord: string[] = []
    const append = async (text: string) => {
      await ledger.append([note(text)])
      onRecord.push(text)
    }
    await append('first')
    await store.fill()
    const told = await untilFailure(() => append(large()))
    expect(told).toBeInstanceOf(WorldError)
    expect(String(told)).toMatch(/ledger\/append-failed/)
    expect(String(told)).toMatch(store.says)
    expect(await textsOf(opened.store)).toEqual(onRecord)
    // Also to the same process: it has not gone on in its head.
    await expect(append(large())).rejects.toThrow(WorldError)
    await store.free()
    await append(large())
    await append('last')
    expect(await textsOf(opened.store)).toEqual(onRecord)
    expect(await auditFindings(opened.store)).toEqual([])
    await store.check?.(place)
  }, 120_000)
}

async function untilFailure(append: () => Promise<void>): Promise<unknown> {
  for (let n = 0; n < MOST_APPENDS; n += 1) {
    try {
      await append()
    } catch (error) {
      return error
    }
  }
  return undefined
}
