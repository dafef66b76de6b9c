import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AnswerPacker, unpackAnswer } from '../src/audit/lane-messages.ts'
import { ENTRY_KINDS, type EntryOnRecord } from '../src/entry.ts'
import { openEntry, sealEntry } from '../src/entry-form.ts'
import { type ReadEntry, readBytes } from '../src/log-chain.ts'
import { fencingToken } from '@bulkhead/vocabulary'
import { quickOpener, sha256 } from '@bulkhead/envelope'
import { ACTORS, ORIGIN, ledgerKey, release } from './log-fixture.ts'

const { signer, key } = ledgerKey()
const open = quickOpener()

const draft = fc.record(
  {
    kind: fc.constantFrom(...ENTRY_KINDS),
    release: fc.constant(release()),
    fence: fc.nat().map(fencingToken),
    actors: fc.constantFrom(ACTORS, []),
    data: fc.dictionary(
      fc.constantFrom('a', 'é', 'of'),
      fc.oneof(fc.nat(), fc.string(), fc.constant(['é', null, {}])),
    ),
  },
  { requiredKeys: ['kind', 'actors', 'data'] },
)

/** One entry of a batch: linked to the one before it, to nothing, or to another; or spoilt on its way. */
const item = fc.record({
  draft,
  link: fc.constantFrom('before', 'none', 'other'),
  index: fc.nat(),
  spoilt: fc.boolean(),
  environment: fc.constantFrom('production', 'staging'),
})

type Item = typeof item extends fc.Arbitrary<infer One> ? One : never

async function sealed({ draft: entry, link, index, environment, spoilt }: Item, before: Buffer) {
  const previous = { before: sha256(before), none: null, other: sha256('other') }[link]
  const at = new Date(index).toISOString()
  const place = { origin: ORIGIN, environment, index, previous, at, runner: { run: '1' } }
  const bytes = await sealEntry(entry, place, signer)
  return spoilt ? bytes.subarray(1) : bytes
}

/** All that anybody can ask of an entry, but for its bytes, which do not travel. */
const asked = ({ index, digest, leaf, reading }: ReadEntry) => ({
  index,
  digest,
  leaf: leaf.toString('hex'),
  reading: reading.kind === 'refused' ? reading : members(reading.entry),
})

const members = (entry: EntryOnRecord) => ({
  kind: entry.kind,
  release: entry.release,
  fence: entry.fence,
  actors: entry.actors,
  data: entry.data,
  index: entry.index,
  previous: entry.previous,
  origin: entry.origin,
  environment: entry.environment,
  at: entry.at,
  runner: entry.runner,
  signer: entry.signer,
  digest: entry.digest,
})

describe('a batch on its way from a lane', () => {
  it('says what it said where it was read, entry by entry', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 12 }), async (items) => {
        const read: ReadEntry[] = []
        const stored: Buffer[] = []
        let before: Buffer = Buffer.from('genesis')
        for (const [at, one] of items.entries()) {
          const bytes = await sealed(one, before)
          read.push(readBytes(at, bytes, [key]))
          stored.push(bytes)
          before = bytes
        }
        const packer = new AnswerPacker(read.length)
        for (const [nth, { digest, leaf }] of read.entries()) {
          packer.add(openEntry(stored[nth] ?? before, [key], open), digest, leaf)
        }
        const sent = structuredClone(packer.answer(new Uint8Array(8)))
        const arrived = [
          ...unpackAnswer(
            sent,
            read.map(({ index }) => index),
          ),
        ]
        expect(arrived.map(asked)).toEqual(read.map(asked))
      }),
    )
  })
})
