import { DeniedError, type Finding, InputError, WorldError } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { type EntryDraft, verifyLedger } from '../src/index.ts'
import { forgeLog, genesis } from './forged-log.ts'
import {
  ACTORS,
  HandClock,
  MemoryStore,
  all,
  ORIGIN,
  deploy,
  ledgerKey,
  open,
  release,
  verdict,
  writeRelease,
} from './log-fixture.ts'
import { fencingToken } from '@bulkhead/vocabulary'

const DAY_MS = 86_400_000
const key = ledgerKey()
const identity = { trust: { keys: [key.key] }, origin: ORIGIN, environment: 'production' }
const note = (text: string): EntryDraft => ({
  kind: 'deploy.refused',
  actors: ACTORS,
  data: { text },
})
const textsOf = async (store: MemoryStore) => {
  const verified = await verifyLedger({ ...identity, entries: store.read(0) })
  expect(verified.findings).toEqual([])
  return verified.entries.slice(1).map((entry) => entry.data['text'])
}
const codeOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  if (error instanceof WorldError || error instanceof DeniedError || error instanceof InputError) {
    return [error.name, error.findings[0]?.code]
  }
  throw error ?? new Error('it did not fail')
}

describe('opening and appending', () => {
  it('writes nothing at opening, and genesis with the first append', async () => {
    const store = new MemoryStore()
    const ledger = await open(store, key)
    expect(store.entries).toEqual([])
    const appended = await ledger.append([note('one'), note('two')])
    expect(appended.map(({ index }) => index)).toEqual([1, 2])
    expect(await textsOf(store)).toEqual(['one', 'two'])
  })

  it('gives back exactly what everybody will read', async () => {
    const store = new MemoryStore()
    const ledger = await open(store, key)
    const appended = await ledger.append([verdict(), note('cafe\u0301')])
    const { entries } = await verifyLedger({ ...identity, entries: store.read(0) })
    expect(appended).toEqual(entries.slice(1))
    expect(await all(ledger.entries())).toEqual(entries)
  })

  it('appends nothing for nothing', async () => {
    const store = new MemoryStore()
    expect(await (await open(store, key)).append([])).toEqual([])
    expect(store.entries).toEqual([])
  })

  it('keeps the order of appends that are asked for at once', async () => {
    const store = new MemoryStore()
    const ledger = await open(store, key)
    const texts = Array.from({ length: 10 }, (_, n) => `n${n}`)
    await Promise.all(texts.map((text) => ledger.append([note(text)])))
    expect(await textsOf(store)).toEqual(texts)
  })

  it('goes on after an append that was refused', async () => {
    const store = new MemoryStore()
    const ledger = await open(store, key)
    const stray = deploy('deploy.step', fencingToken(3))
    expect(await codeOf(ledger.append([note('whole or not at all'), stray]))).toEqual([
      'WorldError',
      'ledger/illegal-step',
    ])
    expect(store.entries).toEqual([])
    await ledger.append([note('next')])
    expect(await textsOf(store)).toEqual(['next'])
  })

  it('refuses data that do not fit an entry, and nothing of them is written', async () => {
    const store = new MemoryStore()
    const ledger = await open(store, key)
    expect(await codeOf(ledger.append([note('x'.repeat(60_000))]))).toEqual([
      'WorldError',
      'ledger/append-failed',
    ])
    await ledger.append([note('x'.repeat(40_000))])
    expect(await textsOf(store)).toHaveLength(1)
  })

  it('refuses a key of ours that the ledger does not trust, before anything is written', async () => {
    const stranger = ledgerKey('stranger.pub')
    expect(await codeOf(open(new MemoryStore(), key, { signer: stranger.signer }))).toEqual([
      'InputError',
      'usage/wrong-key',
    ])
  })

  it('never dates an entry before the one before it, whatever our clock says', async () => {
    const store = new MemoryStore()
    const clock = new HandClock()
    const ledger = await open(store, key, { clock })
    await ledger.append([note('one')])
    clock.move(-3_600_000)
    const [entry] = await ledger.append([note('two')])
    expect(entry?.at).toBe('2026-01-31T12:00:00.000Z')
    expect(await textsOf(store)).toEqual(['one', 'two'])
  })

  it('appends nothing after an entry that is dated ten minutes ahead or more', async () => {
    const store = new MemoryStore()
    const clock = new HandClock()
    await (await open(store, key, { clock })).append([note('by a clock that is a day ahead')])
    clock.move(-600_000)
    await (await open(store, key, { clock })).append([note('ten minutes may be')])
    clock.move(-1)
    expect(await codeOf(open(store, key, { clock }))).toEqual(['DeniedError', 'ledger/wrong-clock'])
    expect(await textsOf(store)).toHaveLength(2)
  })

  it('goes on from the right date once somebody has corrected a clock that ran ahead', async () => {
    const store = new MemoryStore()
    const clock = new HandClock()
    await (await open(store, key, { clock })).append([note('right')])
    clock.move(DAY_MS)
    await (await open(store, key, { clock })).append([note('a day ahead'), note('still')])
    clock.move(60_000 - DAY_MS)
    await expect(open(store, key, { clock })).rejects.toMatchObject({
      findings: [{ remedy: expect.stringContaining('clock correct 2 --reason') as string }],
    })
    const keeper = await open(store, key, { clock, takesDatesAhead: true })
    const correct = (from: number, reason = 'the runner was a day ahead') =>
      keeper.append([{ kind: 'clock.corrected', actors: ACTORS, data: { from, reason } }])
    await expect(correct(1)).rejects.toThrow(/do not leap ahead with entry 1/)
    await expect(correct(2, ' ')).rejects.toThrow(/illegal-step/)
    await correct(2)
    await expect(correct(2)).rejects.toThrow(/do not leap ahead with entry 2/)
    const [entry] = await (await open(store, key, { clock })).append([note('right again')])
    expect(entry?.at).toBe('2026-01-31T12:01:00.000Z')
    expect(await textsOf(store)).toEqual([
      'right',
      'a day ahead',
      'still',
      undefined,
      'right again',
    ])
  })

  it('folds what is on record', async () => {
    const ledger = await open(new MemoryStore(), key)
    await writeRelease(ledger)
    expect(await ledger.state()).toMatchObject({
      head: { index: 7 },
      released: { ...release(), index: 6 },
      lease: null,
      rollout: null,
      verdicts: { [release().commit]: { outcome: 'PASS', index: 1 } },
    })
  })
})

describe('several writers', () => {
  it('a lost race is signed again on top of the winner', async () => {
    const store = new MemoryStore()
    const [one, other] = [await open(store, key), await open(store, key)]
    await one.append([note('first')])
    await other.append([note('second')])
    await one.append([note('third')])
    expect(await textsOf(store)).toEqual(['first', 'second', 'third'])
  })

  it('judges again after a lost race: what was legal before may not be now', async () => {
    const store = new MemoryStore()
    const one = await open(store, key)
    await one.append([verdict()])
    const lease = await one.acquireLease({ region: 'eu', actors: ACTORS })
    const other = await open(store, key)
    if (lease.kind === 'refused') throw new Error('the lease was free')
    const { token } = lease.lease
    store.beforeAppend = async () => {
      store.beforeAppend = () => undefined
      await other.acquireLease({
        region: 'eu',
        actors: ACTORS,
        breaking: { token, reason: 'test' },
      })
    }
    expect(await codeOf(one.append([deploy('deploy.started', token)]))).toEqual([
      'WorldError',
      'ledger/illegal-step',
    ])
  })

  it('gives up after a bounded number of lost races, with growing pauses', async () => {
    const store = new MemoryStore()
    const clock = new HandClock()
    const pauses: number[] = []
    clock.sleep = (ms) => {
      pauses.push(ms)
      return Promise.resolve()
    }
    const [one, other] = [await open(store, key, { clock }), await open(store, key)]
    store.beforeAppend = async () => {
      const again = store.beforeAppend
      store.beforeAppend = () => undefined
      await other.append([note('winner')])
      store.beforeAppend = again
    }
    expect(await codeOf(one.append([note('loser')]))).toEqual(['WorldError', 'ledger/lost-race'])
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b))
    expect(Math.max(...pauses)).toBeLessThanOrEqual(2_000)
    store.beforeAppend = () => undefined
    expect(await textsOf(store)).not.toContain('loser')
  })
})

describe('junk in the places of the next entries', () => {
  const stranger = ledgerKey('stranger.pub')

  it('is skipped and told, and the next entry links to the last good one', async () => {
    const store = new MemoryStore()
    const ledger = await open(store, key)
    await ledger.append([note('one')])
    const good = store.entries
    const other = await forgeLog(stranger.signer, [genesis, note('a'), note('forged')])
    const told: string[] = []
    const junk = [Buffer.from('{}'), ...other.slice(2).map(({ bytes }) => bytes), good[1]?.bytes]
    for (const bytes of junk) {
      if (bytes === undefined) throw new Error('there is no such entry')
      store.junk({ index: store.entries.length, bytes })
      const onJunk = ({ code, subject }: Finding) => told.push(`${code} ${subject}`)
      await (await open(store, key, { onJunk })).append([note('next')])
    }
    expect(told).toEqual([
      'ledger/malformed-entry entry 2',
      'ledger/bad-signature entry 3',
      'ledger/broken-chain entry 4',
    ])
    expect(await textsOf(store)).toEqual(['one', 'next', 'next', 'next'])
  })

  it('is no junk where a signed checkpoint says that an entry was there', async () => {
    const store = new MemoryStore()
    const ledger = await open(store, key)
    await ledger.append([note('one')])
    await ledger.append([note('two')])
    store.entries = store.entries.with(2, { index: 2, bytes: Buffer.from('{}') })
    expect(await codeOf(open(store, key))).toEqual(['DeniedError', 'ledger/malformed-entry'])
  })

  it('never lets a log be begun anew that none of our keys signed', async () => {
    const store = new MemoryStore()
    store.put(await forgeLog(stranger.signer, [genesis, note('theirs')]))
    expect(await codeOf(open(store, key))).toEqual(['DeniedError', 'ledger/bad-signature'])
  })
})

describe('a log that does not verify', () => {
  it('is not opened, nor appended to', async () => {
    const store = new MemoryStore()
    const ledger = await open(store, key)
    await ledger.append([note('one')])
    await ledger.append([note('two')])
    const whole = store.entries
    for (const at of [0, 1]) {
      store.put(whole.with(at, { index: at, bytes: Buffer.from('{}') }))
      expect(await codeOf(open(store, key))).toEqual(['DeniedError', 'ledger/malformed-entry'])
    }
    store.put(whole)
    await open(store, key)
  })

  it.each(['cut', 'cut to nothing', 'written anew'] as const)(
    'is noticed by a process that saw it before: %s',
    async (how) => {
      const store = new MemoryStore()
      const ledger = await open(store, key)
      await ledger.append([note('one')])
      await ledger.append([note('two')])
      const anew = await forgeLog(key.signer, [genesis, note('one'), note('other'), note('more')])
      store.put({ cut: store.entries.slice(0, 2), 'cut to nothing': [], 'written anew': anew }[how])
      expect(await codeOf(ledger.append([note('three')]))).toEqual([
        'DeniedError',
        'ledger/rewritten',
      ])
      expect(await codeOf(ledger.state())).toEqual(['DeniedError', 'ledger/rewritten'])
    },
  )

  it('is noticed by a process that was told what was seen before', async () => {
    const store = new MemoryStore()
    const ledger = await open(store, key)
    await ledger.append([note('one'), note('two')])
    const { head } = await ledger.state()
    if (head === null) throw new Error('the log is empty')
    await open(store, key, { head })
    store.put(store.entries.slice(0, 2))
    expect(await codeOf(open(store, key, { head }))).toEqual(['DeniedError', 'ledger/rewritten'])
    await open(store, key)
  })
})
