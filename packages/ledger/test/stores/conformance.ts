import { WorldError } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { type LedgerStore, foldEnvironment } from '../../src/index.ts'
import { all, open, release, writeRelease } from '../log-fixture.ts'
import { survivesCrowd } from './crowd.ts'
import { survivesKills } from './kill-sweep.ts'
import {
  type StoreBench,
  auditFindings,
  freshly as freshlyOn,
  key,
  note,
  soundEntries,
  textsOf,
} from './store-bench.ts'
import { openPlace } from './store-place.ts'

const AT = '2026-01-31T12:00:00.000Z'

/** What every store of ledgers must do, and must do while the world fails around it. */
export function conformsToLedgerStore(bench: () => StoreBench): void {
  const freshly = () => freshlyOn(bench())

  describe('a log', () => {
    it('is empty at first, then is written, read back, verified and folded, with tiles and checkpoint', async () => {
      await using fresh = await freshly()
      const { store } = fresh
      expect(await store.head()).toMatchObject({ tip: null })
      expect(await all(store.read(0))).toEqual([])
      expect(await store.readFile('checkpoint')).toBeUndefined()
      await writeRelease(await open(store, key))
      const entries = await soundEntries(store)
      expect(entries).toHaveLength(8)
      expect(foldEnvironment(entries)).toMatchObject({ released: release(), lease: null })
      expect(await auditFindings(store)).toEqual([])
      expect(await store.inspect()).toEqual([])
    })

    it('crosses the edge of a tile, and is read on from any entry', async () => {
      await using fresh = await freshly()
      const { store } = fresh
      const ledger = await open(store, key)
      for (let batch = 0; batch < 7; batch += 1) {
        await ledger.append(Array.from({ length: 40 }, (_, n) => note(`${batch} ${n}`)))
      }
      expect(await auditFindings(store)).toEqual([])
      for (const from of [1, 39, 40, 41, 255, 256, 280]) {
        const indexes = (await all(store.read(from))).map(({ index }) => index)
        expect(indexes).toEqual(Array.from({ length: 281 - from }, (_, n) => from + n))
      }
      expect(await all(store.read(281))).toEqual([])
      expect(await store.readFile('tile/0/000')).toHaveLength(256 * 32)
      expect(await store.readFile('tile/0/001.p/25')).toHaveLength(25 * 32)
      expect(await store.readFile('tile/0/009')).toBeUndefined()
      // A process that knows nothing finds the end, and goes on.
      await using again = await openPlace(fresh.place)
      await (await open(again.store, key)).append([note('again')])
      expect(await textsOf(store)).toHaveLength(281)
    })

    it('reads at a position what was there, whatever is appended later', async () => {
      await using fresh = await freshly()
      const { store } = fresh
      const ledger = await open(store, key)
      await ledger.append([note('one')])
      const before = await store.head()
      const then = [await all(store.read(0, before)), await store.readFile('checkpoint', before)]
      await ledger.append([note('two')])
      expect([
        await all(store.read(0, before)),
        await store.readFile('checkpoint', before),
      ]).toEqual(then)
      expect(await store.readFile('tile/0/000.p/2', before)).toHaveLength(64)
    })
  })

  describe('a race', () => {
    it('is won once by the same request delivered twice, one after the other or at once', async () => {
      await using fresh = await freshly()
      const { store } = fresh
      await (await open(store, key)).append([note('one')])
      const request = {
        expected: await store.head(),
        entries: [{ index: 2, bytes: Buffer.from('twice') }],
        at: AT,
      }
      const kinds = await Promise.all([store.append(request), store.append(request)])
      expect(kinds.map(({ kind }) => kind).sort()).toEqual(['appended', 'lost-race'])
      expect((await store.append(request)).kind).toBe('lost-race')
      expect(await all(store.read(2))).toHaveLength(1)
    })

    it('is lost on a position that is not the newest, also on none', async () => {
      await using fresh = await freshly()
      const { store } = fresh
      const nothing = await store.head()
      const ledger = await open(store, key)
      await ledger.append([note('one')])
      const stale = await store.head()
      await ledger.append([note('two')])
      for (const [expected, index] of [
        [nothing, 0],
        [stale, 2],
      ] as const) {
        const entries = [{ index, bytes: Buffer.from('late') }]
        expect(await store.append({ expected, entries, at: AT })).toEqual({ kind: 'lost-race' })
      }
      expect(await textsOf(store)).toEqual(['one', 'two'])
    })

    it('after a stale read is lost, read again, signed again and won', async () => {
      await using fresh = await freshly()
      const { store } = fresh
      const ledger = await open(store, key)
      await ledger.append([note('one')])
      const old = await store.head()
      await ledger.append([note('two')])
      let stale = 2
      const behind: LedgerStore = {
        ...store,
        head: async () => (stale-- > 0 ? old : store.head()),
      }
      await (await open(behind, key)).append([note('three')])
      expect(stale).toBeLessThan(0)
      expect(await textsOf(store)).toEqual(['one', 'two', 'three'])
      expect(await auditFindings(store)).toEqual([])
    })

    it('between writers of two processes loses nobody anything', async () => {
      await using fresh = await freshly()
      await using other = await openPlace(fresh.place)
      const ledgers = [await open(fresh.store, key), await open(other.store, key)]
      const ten = Array.from({ length: 10 }, (_, n) => n)
      await Promise.all(
        ledgers.flatMap((ledger, who) => ten.map((n) => ledger.append([note(`${who} ${n}`)]))),
      )
      const texts = await textsOf(fresh.store)
      for (const who of [0, 1]) {
        const own = texts.filter((text) => text.startsWith(`${who} `))
        expect(own).toEqual(ten.map((n) => `${who} ${n}`))
      }
      expect(texts).toHaveLength(20)
      expect(await auditFindings(fresh.store)).toEqual([])
    })
  })

  it('junk in the places of the next entries is skipped and told, and the next append takes its place', async () => {
    await using fresh = await freshly()
    const { store } = fresh
    await (await open(store, key)).append([note('one')])
    const junk = [2, 3].map((index) => ({ index, bytes: Buffer.from(`junk ${index}`) }))
    await store.append({ expected: await store.head(), entries: junk, at: AT })
    const told: string[] = []
    const ledger = await open(store, key, { onJunk: ({ subject }) => told.push(subject) })
    expect(told).toEqual(['entry 2', 'entry 3'])
    await ledger.append([note('two')])
    await ledger.append([note('three'), note('four')])
    await using again = await openPlace(fresh.place)
    await (await open(again.store, key)).append([note('five')])
    expect(await textsOf(store)).toEqual(['one', 'two', 'three', 'four', 'five'])
    expect(await auditFindings(store)).toEqual([])
  })

  survivesKills(bench)

  it('a line that is cut at any piece of an append, either way, leaves one entry of it or none', async ({
    skip,
  }) => {
    const { line } = bench()
    if (line === undefined) return skip('there is no line to a server')
    await using fresh = await freshly()
    const { store } = fresh
    await (await open(store, key)).append([note('first')])
    const told: string[] = []
    let appended = 0
    for (const [direction, how] of [
      ['to-client', 'none'],
      ['to-server', 'half'],
    ] as const) {
      for (let piece = 1, cut = true; cut && piece < 200; piece += 1) {
        await using cuttable = await openPlace(line.through(fresh.place))
        const ledger = await open(cuttable.store, key)
        const text = `${direction} ${piece}`
        line.proxy.cutAt(piece, direction, how)
        const done = await ledger.append([note(text)]).then(
          () => true,
          (error: unknown) => {
            expect(error).toBeInstanceOf(WorldError)
            return false
          },
        )
        cut = line.proxy.mend()
        const times = (await textsOf(store)).filter((other) => other === text).length
        expect([text, times]).toEqual([text, done ? 1 : expect.toBeOneOf([0, 1])])
        if (done) appended += 1
        told.push(text)
      }
    }
    expect(told.length).toBeGreaterThanOrEqual(4)
    expect(appended).toBeGreaterThan(0)
    await (await open(store, key)).append([note('last')])
    expect((await textsOf(store)).at(-1)).toBe('last')
    expect(await auditFindings(store)).toEqual([])
  }, 120_000)

  it('a store that cannot be reached is an error of the world', async () => {
    await using fresh = await freshly()
    await using gone = await openPlace(bench().unreachable(fresh.place))
    await expect(open(gone.store, key)).rejects.toThrow(WorldError)
    await expect(open(gone.store, key)).rejects.toThrow(/ledger\/append-failed/)
  })

  survivesCrowd(bench)
}
