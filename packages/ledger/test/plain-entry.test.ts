import * as fc from 'fast-check'
import { sealEnvelope } from '@bulkhead/envelope'
import { fencingToken } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { readEntry, readStrictly, sealEntry } from '../src/entry-form.ts'
import { ENTRY_KINDS } from '../src/entry.ts'
import { readPlainly } from '../src/plain-entry.ts'
import { ACTORS, ORIGIN, ledgerKey, release } from './log-fixture.ts'

const { signer, key } = ledgerKey()

const draft = fc.record(
  {
    kind: fc.constantFrom(...ENTRY_KINDS),
    release: fc.constant(release()),
    fence: fc.nat().map(fencingToken),
    actors: fc.constant(ACTORS),
    data: fc.dictionary(fc.string({ maxLength: 6 }), fc.jsonValue({ maxDepth: 3 })),
  },
  { requiredKeys: ['kind', 'actors', 'data'] },
)
const place = fc.record({
  origin: fc.constantFrom(ORIGIN, 'o"\\'),
  environment: fc.constant('production'),
  index: fc.nat(),
  previous: fc.constantFrom(null, release().artifacts[0]?.digest ?? null),
  at: fc
    .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
    .map((date) => date.toISOString()),
  runner: fc.dictionary(fc.string({ maxLength: 4 }), fc.string({ maxLength: 4 }), { maxKeys: 3 }),
})

const payloadOf = (bytes: Buffer): Buffer =>
  Buffer.from((JSON.parse(bytes.toString()) as { payload: string }).payload, 'base64')

/** @returns whether the short way was taken */
function agrees(payload: Buffer): boolean {
  const short = readPlainly(payload)
  if (short === undefined) return false
  const { dataText, draft: given, place: where } = short
  // Its data are a getter, which no spread takes along.
  const said = { draft: { ...given, data: given.data }, place: where }
  expect(readStrictly(payload)).toEqual(said)
  expect(JSON.parse(dataText)).toEqual(given.data)
  return true
}

/** Keys that writers refuse, and two that become one in NFC, cannot be sealed: other tests have them. */
const sealed = (...args: Parameters<typeof sealEntry>) =>
  sealEntry(...args).catch((error: unknown) => {
    if (error instanceof TypeError) return undefined
    throw error
  })

describe('the short way to read an entry', () => {
  it('is taken for plain entries, and says what the strict reader says', async () => {
    let plain = 0
    await fc.assert(
      fc.asyncProperty(draft, place, async (entry, where) => {
        const bytes = await sealed(entry, where, signer)
        fc.pre(bytes !== undefined)
        if (agrees(payloadOf(bytes))) plain += 1
      }),
    )
    expect(plain).toBeGreaterThan(20)
  })

  it('is never taken for what the strict reader refuses', async () => {
    const edits = fc.array(
      fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 127 }), cut: fc.nat(3) }),
      { minLength: 1, maxLength: 3 },
    )
    await fc.assert(
      fc.asyncProperty(draft, place, edits, async (entry, where, changes) => {
        const bytes = await sealed(entry, where, signer)
        fc.pre(bytes !== undefined)
        let text = payloadOf(bytes).toString('latin1')
        for (const { at, byte, cut } of changes) {
          const from = at % text.length
          text = text.slice(0, from) + String.fromCharCode(byte) + text.slice(from + cut)
        }
        const changed = Buffer.from(text, 'latin1')
        agrees(changed)
      }),
      { numRuns: 2_000 },
    )
  })

  const at = '2026-01-31T12:00:00.000Z'
  const whole = {
    origin: ORIGIN,
    environment: 'production',
    index: 0,
    previous: null,
    at,
    runner: {},
  }
  const seal = (data: Readonly<Record<string, unknown>>) =>
    sealEntry({ kind: 'heartbeat', actors: ACTORS, data }, whole, signer)

  it.each([
    ['a duplicate key', '"data":{}', '"data":{"a":1,"a":1}'],
    ['keys out of order', '"data":{}', '"data":{"b":1,"a":1}'],
    ['numbers that sort otherwise as numbers', '"data":{}', '"data":{"9":1,"10":1}'],
    ['a number beyond what doubles hold', '"data":{}', '"data":{"a":9007199254740992}'],
    ['the key __proto__', '"data":{}', '"data":{"__proto__":1}'],
    ['a lone surrogate', '"data":{}', '"data":{"a":"\\ud800"}'],
    ['another spelling of a text', '"data":{}', '"data":{"a":"\\/"}'],
    ['a control character in a text', '"data":{}', '"data":{"a":"\u0007"}'],
    ['a control character in a name', 'production', 'produc\u0001tion'],
    ['a control character between parts', '"kind":', '\n"kind":'],
    ['a member in the middle of two parts', '"kind":', '"x":1,"kind":'],
    ['a kind that is none', '"heartbeat"', '"toString"'],
    ['an index with a leading zero', '"index":0', '"index":00'],
    ['an index below zero', '"index":0', '"index":-0'],
    ['a date that is none', at, '2026-02-31T12:00:00.000Z'],
  ])('refuses %s', async (_name, from, to) => {
    const payload = payloadOf(await seal({})).toString()
    expect(readPlainly(Buffer.from(payload))).toBeDefined()
    const changed = payload.replaceAll(from, to)
    expect(changed).not.toBe(payload)
    expect(readPlainly(Buffer.from(changed))).toBeUndefined()
    const envelope = await sealEnvelope(
      'application/vnd.in-toto+json',
      Buffer.from(changed),
      signer,
    )
    expect(readEntry(envelope, [key])).toMatchObject({ code: 'ledger/malformed-entry' })
  })
})
