import { sealEnvelope, sha256 } from '@bulkhead/envelope'
import { describe, expect, it } from 'vitest'
import {
  type StoredEntry,
  type VerifyLedgerRequest,
  judgeLedger,
  verifyLedger,
} from '../src/index.ts'
import { forgeLog, genesis } from './forged-log.ts'
import {
  ACTORS,
  MemoryStore,
  ORIGIN,
  ledgerKey,
  open,
  verdict,
  writeRelease,
} from './log-fixture.ts'

const key = ledgerKey()
const stranger = ledgerKey('stranger.pub')
const store = new MemoryStore()
await writeRelease(await open(store, key))
const log = store.entries

const verify = (entries: readonly StoredEntry[], changes: Partial<VerifyLedgerRequest> = {}) =>
  verifyLedger({
    entries,
    trust: { keys: [key.key] },
    origin: ORIGIN,
    environment: 'production',
    ...changes,
  })
const codes = async (...request: Parameters<typeof verify>) => [
  ...new Set((await verify(...request)).findings.map((finding) => finding.code)),
]
const at = (index: number) => log[index]?.bytes ?? Buffer.alloc(0)
const renumber = (entries: readonly StoredEntry[]) =>
  entries.map(({ bytes }, index) => ({ index, bytes }))
const replaced = (index: number, bytes: Buffer) => log.with(index, { index, bytes })
const pin = (index: number, bytes = at(index)) => ({
  trust: { keys: [key.key], head: { index, digest: sha256(bytes) } },
})

describe('a log that nobody touched', () => {
  it('verifies, and names its head', async () => {
    const verified = await verify(log)
    expect(verified.findings).toEqual([])
    expect(verified.entries).toHaveLength(8)
    expect(verified.head).toBe(sha256(at(7)))
  })

  it('verifies with its genesis and any of its entries pinned', async () => {
    for (const { index } of log) expect(await codes(log, pin(index))).toEqual([])
    expect(
      await codes(log, { trust: { keys: [stranger.key, key.key], genesisDigest: sha256(at(0)) } }),
    ).toEqual([])
  })

  it('is judged entry by entry as it streams by', async () => {
    const seen: number[] = []
    const judgements = judgeLedger({
      entries: log,
      trust: { keys: [key.key] },
      origin: ORIGIN,
      environment: 'production',
    })
    for (let next = await judgements.next(); ; next = await judgements.next()) {
      if (next.done) {
        expect(next.value).toMatchObject({ findings: [], state: { head: { index: 7 } } })
        break
      }
      seen.push(next.value.index)
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  it('may be empty, unless something of it is pinned', async () => {
    expect(await codes([])).toEqual([])
    expect(await codes([], pin(0))).toEqual(['ledger/rewritten'])
    expect(await codes([], { trust: { keys: [key.key], genesisDigest: sha256(at(0)) } })).toEqual([
      'ledger/missing',
    ])
  })
})

describe('a log that somebody changed is refused', () => {
  it('with any byte of it flipped', async () => {
    const short = log.slice(0, 2)
    for (const { index, bytes } of short) {
      for (let byte = 0; byte < bytes.byteLength; byte += 1) {
        const flipped = Buffer.from(bytes)
        flipped[byte] = (flipped[byte] ?? 0) ^ (1 << (byte % 8))
        const { findings } = await verify(short.with(index, { index, bytes: flipped }))
        expect(findings, `entry ${index}, byte ${byte}`).not.toEqual([])
      }
    }
  })

  it('with any two neighbours swapped', async () => {
    for (let index = 0; index < 7; index += 1) {
      const swapped = log
        .with(index, { index, bytes: at(index + 1) })
        .with(index + 1, { index: index + 1, bytes: at(index) })
      expect(await codes(swapped)).toContain('ledger/broken-chain')
    }
  })

  it('with any entry but the last left out, or written twice', async () => {
    for (let index = 0; index < 7; index += 1) {
      const without = log.filter((entry) => entry.index !== index)
      expect(await codes(without)).toContain('ledger/broken-chain')
      expect(await codes(renumber(without))).toContain('ledger/broken-chain')
      expect(await codes(renumber([...log.slice(0, index + 1), ...log.slice(index)]))).toContain(
        'ledger/broken-chain',
      )
    }
  })

  it('cut by any number of entries, when the head was seen; a cut log alone looks whole', async () => {
    for (let kept = 0; kept < 8; kept += 1) {
      expect(await codes(log.slice(0, kept), pin(7))).toEqual(['ledger/rewritten'])
      expect(await codes(log.slice(0, kept))).toEqual([])
    }
  })

  it('forked after what was seen of it', async () => {
    const one = await forgeLog(key.signer, [genesis, verdict(), verdict()])
    const other = await forgeLog(key.signer, [genesis, verdict(), verdict(undefined, 'BLOCK')])
    const seen = {
      trust: { keys: [key.key], head: { index: 2, digest: sha256(one[2]?.bytes ?? '') } },
    }
    expect(await codes(one, seen)).toEqual([])
    expect(await codes(other)).toEqual([])
    expect(await codes(other, seen)).toEqual(['ledger/rewritten'])
  })

  it('of another origin or environment, replayed here', async () => {
    expect(await codes(log, { origin: 'bulkhead.dev/ledger/other/production' })).toEqual([
      'ledger/wrong-origin',
    ])
    expect(await codes(log, { environment: 'staging' })).toEqual(['ledger/wrong-origin'])
    const replay = { origin: 'bulkhead.dev/ledger/other/production' }
    const mixed = await forgeLog(key.signer, [genesis, verdict(), { ...verdict(), lies: replay }])
    expect(await codes(mixed)).toEqual(['ledger/wrong-origin'])
  })

  it('begun anew by somebody with a trusted key, when the genesis is pinned', async () => {
    const other = await forgeLog(key.signer, [genesis, verdict()])
    expect(await codes(other)).toEqual([])
    expect(
      await codes(other, { trust: { keys: [key.key], genesisDigest: sha256(at(0)) } }),
    ).toEqual(['ledger/wrong-genesis'])
  })

  it('signed by a stranger, wholly or in one entry', async () => {
    expect(await codes(log, { trust: { keys: [stranger.key] } })).toContain('ledger/bad-signature')
    expect(await codes(log, { trust: { keys: [] } })).toContain('ledger/bad-signature')
    const inserted = await forgeLog(key.signer, [
      genesis,
      { ...verdict(), signedBy: stranger.signer },
      verdict(),
    ])
    expect(await codes(inserted)).toEqual(['ledger/bad-signature'])
    expect(await codes(inserted, { trust: { keys: [key.key, stranger.key] } })).toEqual([])
  })

  const twin = [genesis, verdict(), verdict()]
  it.each([
    ['an index that is not its own', { index: 5 }, 'ledger/broken-chain'],
    ['another previous entry', { previous: sha256('other') }, 'ledger/broken-chain'],
    ['no previous entry', { previous: null }, 'ledger/broken-chain'],
    [
      'a date before the entry before it',
      { at: '2026-01-31T11:00:00.000Z' },
      'ledger/broken-chain',
    ],
  ])('with %s, although signed by a trusted key', async (_name, lies, code) => {
    expect(await codes(await forgeLog(key.signer, twin))).toEqual([])
    const lying = await forgeLog(key.signer, [genesis, verdict(), { ...verdict(), lies }])
    expect(await codes(lying)).toEqual([code])
  })

  it('with a second genesis, or without one', async () => {
    expect(await codes(await forgeLog(key.signer, [genesis, genesis]))).toEqual([
      'ledger/wrong-genesis',
    ])
    expect(await codes(await forgeLog(key.signer, [verdict()]))).toEqual(['ledger/wrong-genesis'])
  })
})

describe('an entry in a form that is not ours is refused, although signed by a trusted key', () => {
  const payload = Buffer.from(
    (JSON.parse(at(0).toString()) as { payload: string }).payload,
    'base64',
  ).toString()
  const seal = (text: string) =>
    sealEnvelope('application/vnd.in-toto+json', Buffer.from(text), key.signer)
  const first = async (text: string) =>
    (await verify([{ index: 0, bytes: await seal(text) }])).findings[0]?.code

  it('unlike its twin, the untouched payload sealed again', async () => {
    expect(await first(payload)).toBeUndefined()
  })

  it.each([
    ['a duplicate key', payload.replace('"kind":', '"kind":"genesis","kind":')],
    ['an unknown member', payload.replace('"runner":', '"extra":1,"runner":')],
    ['an unknown kind', payload.replace('"kind":"genesis"', '"kind":"waiver"')],
    ['space in its payload', `${payload} `],
    ['an event that says something else', payload.replace('.created.', '.deleted.')],
    [
      'an event of another time',
      payload.replace(/"timestamp":"[^"]+"/, '"timestamp":"2020-01-01T00:00:00.000Z"'),
    ],
    ['another subject', payload.replace(/"sha256":"[0-9a-f]{64}"/, `"sha256":"${'0'.repeat(64)}"`)],
    ['another predicate type', payload.replace('ledger-entry/v1', 'ledger-entry/v2')],
    ['no clock', payload.replace(/"clocks":\[[^\]]+\]/, '"clocks":[]')],
    ['a second clock', payload.replace(/"clocks":\[([^\]]+)\]/, '"clocks":[$1,$1]')],
    ['no payload at all', ''],
  ])('%s', async (_name, text) => {
    expect(text).not.toBe(payload)
    expect(await first(text)).toBe('ledger/malformed-entry')
  })

  it('more than 64 KiB', async () => {
    const sized = (length: number) =>
      forgeLog(key.signer, [
        genesis,
        { ...verdict(), data: { outcome: 'PASS', note: 'x'.repeat(length) } },
      ])
    expect(await codes(await sized(40_000))).toEqual([])
    expect(await codes(await sized(60_000))).toEqual(['ledger/malformed-entry'])
  })

  it('a second signature on a whole entry', async () => {
    const envelope = JSON.parse(at(1).toString()) as { signatures: readonly object[] }
    const twice = Buffer.from(
      JSON.stringify({ ...envelope, signatures: [...envelope.signatures, ...envelope.signatures] }),
    )
    expect(await codes(replaced(1, twice))).toContain('ledger/malformed-entry')
  })
})

it('stops looking after a thousand findings', async () => {
  const junk = Array.from({ length: 5_000 }, (_, index) => ({ index, bytes: Buffer.from('junk') }))
  const verified = await verify(junk)
  expect(verified.findings.length).toBeLessThan(1_100)
  expect(verified.head).toBeNull()
})

it('keeps actors and data of an entry as they were written', async () => {
  const [, entry] = (
    await verify(
      await forgeLog(key.signer, [
        genesis,
        { ...verdict(), data: { outcome: 'BLOCK', note: 'cafe\u0301', list: [1, { a: null }] } },
      ]),
    )
  ).entries
  expect(entry).toMatchObject({
    actors: ACTORS,
    data: { outcome: 'BLOCK', note: 'caf\u00e9', list: [1, { a: null }] },
  })
})
