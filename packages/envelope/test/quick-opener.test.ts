import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { Room } from '../src/canonical-form.ts'
import {
  generateKeyPair,
  openWithKeys,
  parsePrivateKey,
  parsePublicKey,
  quickOpener,
  sealEnvelope,
} from '../src/index.ts'

const TYPE = 'application/vnd.in-toto+json'
const pair = generateKeyPair()
const signer = parsePrivateKey(pair.privateKey, 'key')
const keys = [parsePublicKey(pair.publicKey, 'key')]

/** A copy: what a quick opener returns is good until it is called again. */
const copied = (result: ReturnType<typeof openWithKeys>) =>
  result.kind === 'opened'
    ? { ...result.envelope, payload: result.envelope.payload.toString('hex') }
    : result

it('an opener that decodes all in the same memory says what is said of each by itself', async () => {
  const edit = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }), cut: fc.nat(2) })
  const one = fc.tuple(fc.uint8Array({ maxLength: 3_000 }), fc.option(edit, { freq: 1 }))
  const open = quickOpener()
  let opened = 0
  await fc.assert(
    fc.asyncProperty(one, async ([payload, change]) => {
      const sealed = await sealEnvelope(TYPE, payload, signer)
      const from = (change?.at ?? 0) % sealed.byteLength
      const bytes =
        change === null
          ? sealed
          : Buffer.concat([
              sealed.subarray(0, from),
              Buffer.from([change.byte]),
              sealed.subarray(from + change.cut),
            ])
      const quick = copied(open(bytes, keys, TYPE))
      if ('digest' in quick) opened += 1
      expect(quick).toEqual(copied(openWithKeys(bytes, keys, TYPE)))
    }),
    { numRuns: 500 },
  )
  expect(opened).toBeGreaterThan(20)
})

it('what it remembers of the envelope before says nothing of the next one', async () => {
  const pairs = [generateKeyPair(), generateKeyPair()]
  const ids = ['key', 'key-2']
  const two = pairs.map(({ privateKey }, at) => parsePrivateKey(privateKey, ids[at] ?? ''))
  const trusted = pairs.map(({ publicKey }, at) => parsePublicKey(publicKey, ids[at] ?? ''))
  const open = quickOpener()
  const kinds: string[] = []
  for (const [nth, type] of [TYPE, TYPE, `${TYPE}2`, TYPE, TYPE, `${TYPE}2`].entries()) {
    const by = two[nth % 2]
    if (by === undefined) throw new Error('two keys')
    const sealed = await sealEnvelope(type, Buffer.from(`payload ${nth}`), by)
    const opened = open(sealed, trusted, TYPE)
    kinds.push(opened.kind === 'opened' ? opened.envelope.signer.name : opened.kind)
    // Another id in the same place, of a key that did not sign.
    const named = trusted.map(({ id }) => id)
    const renamed = sealed.toString().replace(named[nth % 2] ?? '', named[1 - (nth % 2)] ?? '')
    expect(open(Buffer.from(renamed), trusted, TYPE).kind).toBe('malformed')
  }
  expect(kinds).toEqual(['key', 'key-2', 'malformed', 'key-2', 'key', 'malformed'])
})

it('base64 is decoded only from the one text that stands for its bytes', () => {
  const letter = fc.constantFrom(...'AQgw9/+-_= \n!\u00e9'.split(''))
  const written = fc
    .uint8Array({ maxLength: 40 })
    .map((bytes) => Buffer.from(bytes).toString('base64'))
  const edited = fc
    .tuple(written, fc.nat(), fc.string({ unit: letter, maxLength: 4 }), fc.nat(4))
    .map(([text, at, more, cut]) => {
      const from = text.length === 0 ? 0 : at % text.length
      return text.slice(0, from) + more + text.slice(from + cut)
    })
  const made = fc.string({ unit: letter, maxLength: 12 })
  // As long as if all of it were base64, and the end is right.
  const padded = fc
    .tuple(fc.constantFrom('\n', '!', '='), fc.nat(7))
    .map(([skipped, at]) => `${'A'.repeat(at)}${skipped}${'A'.repeat(7 - at)}`)
  let taken = 0
  fc.assert(
    fc.property(fc.oneof(written, edited, made, padded), (text) => {
      const bytes = Buffer.from(text, 'base64')
      const isCanonical = bytes.toString('base64') === text
      const decoded = new Room().decode(TYPE, text, 'QUJD')
      taken += Number(decoded !== undefined)
      expect(decoded?.payload.toString('hex')).toBe(isCanonical ? bytes.toString('hex') : undefined)
    }),
    { numRuns: 5_000 },
  )
  expect(taken).toBeGreaterThan(500)
})
