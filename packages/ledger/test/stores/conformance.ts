import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { runProcess } from '@bulkhead/world'
import { WorldError } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import {
  type EntryDraft,
  type LedgerEntry,
  type LedgerStore,
  auditLog,
  foldEnvironment,
  logAt,
  plainPolicy,
  verifyLedger,
} from '../../src/index.ts'
import { ACTORS, ORIGIN, all, ledgerKey, open, release, writeRelease } from '../log-fixture.ts'
import type { CutProxy } from './cut-proxy.ts'
import { type OpenPlace, type StorePlace, openPlace } from './store-place.ts'
import type { WritingOrder } from './writing-process.ts'

/** A store under test. */
export interface StoreBench {
  /** A new, empty ledger. */
  fresh(): Promise<StorePlace>
  /** The same ledger, over a line that can be cut; absent where there is none. */
  readonly line?: {
    readonly proxy: CutProxy
    through(place: StorePlace): StorePlace
  }
  /** The same ledger where nobody answers. */
  unreachable(place: StorePlace): StorePlace
  /** The program of a process that writes: bundled, for it is started some hundred times. */
  readonly child: string
  /** How many processes try how often to append at once; see also `BULKHEAD_WHOLE_CROWD`. */
  readonly crowd: { readonly processes: number; readonly attempts: number }
}

const key = ledgerKey()
const AT = '2026-01-31T12:00:00.000Z'
const note = (text: string): EntryDraft => ({
  kind: 'deploy.refused',
  actors: ACTORS,
  data: { text },
})

/** Everything in the log, which must verify with its tiles and its checkpoint. */
export async function soundEntries(store: LedgerStore): Promise<readonly LedgerEntry[]> {
  const verified = await verifyLedger({
    entries: store.read(0),
    trust: { keys: [key.key] },
    origin: ORIGIN,
    environment: 'production',
  })
  expect(verified.findings).toEqual([])
  expect(verified.entries.map(({ index }) => index)).toEqual(verified.entries.map((_, at) => at))
  return verified.entries
}

const textsOf = async (store: LedgerStore): Promise<readonly string[]> =>
  (await soundEntries(store)).flatMap(({ data }) =>
    typeof data['text'] === 'string' ? [data['text']] : [],
  )

async function auditFindings(store: LedgerStore) {
  const policy = plainPolicy({ origin: ORIGIN, environment: 'production', logKeys: [key.key] })
  const audit = auditLog({ policy, log: await logAt(store), now: Date.now() + 60_000 })
  const findings = []
  for (;;) {
    const next = await audit.next()
    if (next.done) return [...findings, ...next.value.findings]
    findings.push(...next.value.flatMap((judgement) => judgement.findings))
  }
}

const orderOf = (place: StorePlace, rest: Partial<WritingOrder> & { readonly name: string }) =>
  JSON.stringify({ place, ...key.pem, ...rest } satisfies WritingOrder)

/** What every store of ledgers must do, and must do while the world fails around it. */
export function conformsToLedgerStore(bench: () => StoreBench): void {
  const freshly = async (): Promise<OpenPlace & { readonly place: StorePlace }> => {
    const place = await bench().fresh()
    const opened = await openPlace(place)
    return { ...opened, place }
  }

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

  describe('a process killed outright', () => {
    it('before any step that the world can see, loses nothing and doubles nothing; the next holder goes on', async () => {
      await using fresh = await freshly()
      const { store, place } = fresh
      await (await open(store, key)).append([note('first')])
      const acknowledged: string[] = []
      let killAt = 1
      for (; killAt < 500; killAt += 1) {
        const name = `at step ${killAt}`
        const { end, stdout, stderr } = await runProcess({
          argv: [process.execPath, bench().child, orderOf(place, { name, killAt })],
          cwd: place.repository,
          env: childEnvironment(),
        })
        expect([end.kind, stderr.toString()]).toEqual([expect.any(String), ''])
        acknowledged.push(...stdout.toString().split('\n').filter(Boolean))
        if (end.kind === 'exited') break
        expect(end).toEqual({ kind: 'signalled', signal: 'SIGKILL' })
      }
      expect(killAt).toBeGreaterThan(3)
      const entries = await soundEntries(store)
      const tokens = entries
        .filter(({ kind }) => kind === 'lease.acquired')
        .map(({ index }) => index)
      const texts = await textsOf(store)
      for (const word of acknowledged) {
        const [what, token] = word.split(' ')
        if (what === 'note') expect(texts).toContain(word.slice(5))
        if (what === 'lease') expect(tokens).toContain(Number(token))
        if (what === 'released') {
          expect(
            entries.filter(
              ({ kind, fence }) => kind === 'lease.released' && fence === Number(token),
            ),
          ).toHaveLength(1)
        }
      }
      const own = texts.filter((text) => text.startsWith('at step'))
      expect(new Set(own).size).toBe(own.length)
      expect((await (await open(store, key)).state()).lease).toBeNull()
      // What a crash left out of the tree, the next append has written.
      expect(await auditFindings(store)).toEqual([])
    }, 180_000)
  })

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

  it(
    'a crowd of processes that append at once leaves exactly what the winners won, in order',
    async () => {
      await using fresh = await freshly()
      const { store, place } = fresh
      await (await open(store, key)).append([note('first')])
      const { processes } = bench().crowd
      const attempts = IS_WHOLE ? Math.ceil(WHOLE_CROWD / processes) : bench().crowd.attempts
      const { child: program } = bench()
      const crowd = Array.from({ length: processes }, (_, n) => {
        const child = spawn(
          process.execPath,
          [program, orderOf(place, { name: `p${n}`, attempts })],
          {
            stdio: ['pipe', 'pipe', 'inherit'],
            env: { ...process.env },
          },
        )
        return { child, told: collect(child) }
      })
      for (const { child } of crowd) child.stdin?.write('go\n')
      const told = await Promise.all(crowd.map((each) => each.told))
      const won = told.map(({ code, lines }) => {
        expect(code).toBe(0)
        return lines
      })
      const texts = await textsOf(store)
      for (const [n, lines] of won.entries()) {
        expect(texts.filter((text) => text.startsWith(`p${n} `))).toEqual(lines)
      }
      expect(texts).toHaveLength(won.flat().length + 1)
      expect(won.flat().length).toBeGreaterThan(0)
      // The crowd wrote no tiles: the next writer does.
      await (await open(store, key)).append([note('last')])
      expect(await auditFindings(store)).toEqual([])
    },
    CROWD_DEADLINE_MS,
  )
}

/** All ten thousand attempts on every store: minutes where an attempt is some processes or requests. */
const IS_WHOLE = process.env['BULKHEAD_WHOLE_CROWD'] === '1'
const WHOLE_CROWD = 10_000
const CROWD_DEADLINE_MS = IS_WHOLE ? 3_600_000 : 180_000

const childEnvironment = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && /^(AWS_|PG|GITHUB_)/.test(entry[0]),
    ),
  )

async function collect(child: ChildProcess) {
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, lines: text.split('\n').filter(Boolean) }
}
