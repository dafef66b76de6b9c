import { createHash } from 'node:crypto'
import { sealEnvelope } from '@bulkhead/envelope'
import { describe, expect, it } from 'vitest'
import { readEntry, sealEntry } from '../src/entry-form.ts'
import { ENTRY_KINDS } from '../src/entry.ts'
import { noteKey, witnessKey } from '../src/tlog/note-key.ts'
import { TiledTree } from '../src/tlog/tiled-tree.ts'
import { writeNote } from '../src/tlog/signed-note.ts'
import type { WitnessMemory } from '../src/witness/witness-memory.ts'
import { witnessCheckpoint } from '../src/witness/witness.ts'
import {
  type ForgedLog,
  NOW,
  forged,
  kept,
  ledger,
  logOf,
  plain,
  policy,
  refused,
  second,
} from './attack-corpus.ts'
import { codesOf } from './audit-codes.ts'
import { type Forgery, genesis } from './forged-log.ts'
import { ACTORS, ORIGIN, ledgerKey, release } from './log-fixture.ts'

describe('a log that is cut', () => {
  it('by any number of entries is found by who remembers a checkpoint', async () => {
    const log = await forged(plain(40))
    for (let size = 0; size < 40; size += 1) {
      const cut = await kept(log, size)
      // A log of which nothing is left gives itself away.
      expect(await codesOf({ log: cut, from: log.checkpoint }, ['remembered'])).toEqual(
        size === 0 ? ['ledger/missing'] : [],
      )
      expect(await codesOf({ log: cut, from: log.checkpoint })).toContain('ledger/rewritten')
    }
  })
})

describe('a split view', () => {
  it('is found as soon as two verifiers compare what they saw', async () => {
    const shown = {
      ada: await forged([...plain(6), refused(98), refused(7)]),
      bob: await forged([...plain(6), refused(99)]),
    }
    // Each by itself is a log without a flaw.
    for (const log of Object.values(shown)) expect(await codesOf({ log })).toEqual([])
    for (const [log, from] of [
      [shown.ada, shown.bob.checkpoint],
      [shown.bob, shown.ada.checkpoint],
    ] as const) {
      expect(await codesOf({ log, from }, ['remembered'])).toEqual([])
      expect(await codesOf({ log, from })).toEqual(['ledger/rewritten'])
    }
  })
})

describe('a key of one role', () => {
  it.each(ENTRY_KINDS.filter((kind) => kind !== 'genesis'))(
    'signs no kind but those of its role: %s',
    async (kind) => {
      // Whatever else is wrong with such an entry, its role is judged by itself.
      const entry: Forgery = {
        kind,
        actors: ACTORS,
        data: {},
        release: release(),
        signedBy: second.signer,
      }
      const log = await forged([genesis, entry])
      const others = ENTRY_KINDS.filter((other) => other !== kind)
      const roles = (kinds: readonly string[]) =>
        policy({ roles: Object.fromEntries(kinds.map((each) => [each, ['ledger.pub']])) })
      expect(await codesOf({ log, policy: roles([kind]) })).toContain('ledger/wrong-role')
      expect(await codesOf({ log, policy: roles([kind]) }, ['role'])).not.toContain(
        'ledger/wrong-role',
      )
      expect(await codesOf({ log, policy: roles(others) })).not.toContain('ledger/wrong-role')
    },
  )
})

describe('text that two readers understand differently', () => {
  const whole = {
    origin: ORIGIN,
    environment: 'production',
    index: 0,
    previous: null,
    at: '2026-01-31T12:00:00.000Z',
    runner: {},
  }
  const draft = { kind: 'heartbeat', actors: ACTORS, data: {} } as const
  const payloadOf = (bytes: Buffer): string =>
    Buffer.from((JSON.parse(bytes.toString()) as { payload: string }).payload, 'base64').toString()

  it.each([
    ['a duplicate key', '"outcome":"BLOCK","outcome":"PASS"'],
    ['a key that is a twin in Unicode', '"caf\u00e9":"BLOCK","cafe\u0301":"PASS"'],
    ['JSON 10,000 levels deep', `"a":${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['data without an end in sight', `"a":"${'x'.repeat(70_000)}"`],
  ])('is read as something by a lenient reader, and refused by ours: %s', async (_name, data) => {
    const honest = payloadOf(await sealEntry(draft, whole, ledger.signer))
    const payload = honest.replace('"data":{}', `"data":{${data}}`)
    expect(JSON.parse(payload)).toBeTypeOf('object')
    const seal = (text: string) =>
      sealEnvelope('application/vnd.in-toto+json', Buffer.from(text), ledger.signer)
    expect(readEntry(await seal(payload), [ledger.key])).toMatchObject({
      kind: 'refused',
      code: 'ledger/malformed-entry',
    })
    expect(readEntry(await seal(honest), [ledger.key]).kind).toBe('read')
  })
})

describe('two entries of which git makes one object id', () => {
  // A stub of a collision: git's own check for known ones is not what we rest on.
  const idsOf = (log: ForgedLog, pair: readonly Buffer[]) =>
    log.entries.map(({ bytes }) =>
      pair.some((one) => one.equals(bytes))
        ? 'shattered'
        : createHash('sha1').update(bytes).digest('hex'),
    )

  it('is the same log to who compares object ids, and another one to us', async () => {
    const seen = await forged([...plain(3), refused(1)])
    const swapped = await forged([...plain(3), refused(2)])
    const pair = [seen, swapped].flatMap(({ entries }) => entries.at(-1)?.bytes ?? [])
    expect(idsOf(swapped, pair)).toEqual(idsOf(seen, pair))
    expect(idsOf(swapped, [])).not.toEqual(idsOf(seen, []))
    // The tiles and the checkpoint of the log that was seen lie beside the swapped entry.
    const served = { ...swapped, readFile: seen.readFile }
    expect(await codesOf({ log: seen, from: seen.checkpoint })).toEqual([])
    expect(await codesOf({ log: served, from: seen.checkpoint })).toEqual(
      expect.arrayContaining(['ledger/rewritten', 'ledger/bad-tile']),
    )
  })
})

describe('a crash between push and witness', () => {
  const own = ledgerKey('w1')
  const key = witnessKey('example.net/w1', own.key.publicKey)

  function witness() {
    let last: Awaited<ReturnType<WitnessMemory['last']>> = null
    const memory: WitnessMemory = {
      last: () => Promise.resolve(last),
      replace: (_origin, expected, checkpoint) => {
        if (expected?.sequence !== last?.sequence) return Promise.resolve(false)
        last = { sequence: (last?.sequence ?? 0) + 1, checkpoint }
        return Promise.resolve(true)
      },
    }
    return (log: ForgedLog) =>
      witnessCheckpoint(
        {
          origin: ORIGIN,
          logKeys: [noteKey(ORIGIN, ledger.key.publicKey)],
          key,
          signer: own.signer,
          memory,
          now: () => NOW,
        },
        {
          checkpoint: writeNote(log.checkpoint.note),
          prove: (old, size) => new TiledTree(size, log.readFile).consistencyProof(old),
        },
      )
  }

  it('leaves entries that the next witness covers, and that nobody may change meanwhile', async () => {
    const whole = await forged(plain(9))
    // The writer died after each of its appends before it asked for a cosignature, at every size.
    for (let pushed = 4; pushed <= 9; pushed += 1) {
      const ask = witness()
      expect((await ask(await kept(whole, 3))).kind).toBe('cosigned')
      const next = await ask(await kept(whole, pushed))
      expect(next.kind).toBe('cosigned')
      // Whoever saw the push refuses another tail, though no witness has seen it yet.
      const other = await logOf((await forged([...plain(pushed - 1), refused(99)])).entries)
      const from = (await kept(whole, pushed)).checkpoint
      expect(await codesOf({ log: other, from }, ['remembered'])).toEqual([])
      expect(await codesOf({ log: other, from })).toEqual(['ledger/rewritten'])
      expect((await ask(other)).kind).toBe('refused')
    }
  })
})
