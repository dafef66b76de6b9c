import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REPORT_FORMATS } from '../src/index.ts'
import { FAILING_REPORTS } from './support/failing-reports.ts'
import { passes, read } from './support/reading.ts'
import { corpusEntriesOf, corpusFile, corpusIsAbsent } from './support/shared-corpus.ts'

/** Larger reports only cost time: what a reader does with a token does not depend on their number. */
const LARGEST = 32 * 1024
const CANDIDATES = [
  ...FAILING_REPORTS.map((text) => Buffer.from(text)),
  ...corpusEntriesOf('')
    .filter(({ path }) => path !== '')
    .map(({ path }) => corpusFile(path)),
].filter(({ length }) => length <= LARGEST)

interface Seed {
  readonly bytes: Buffer
  /** Tests that pass in it. */
  readonly passed: number
}

/** All reports that a reader understands as far as having tests, and that fail. */
async function failingReportsOf(format: string): Promise<Seed[]> {
  const seeds: Seed[] = []
  for (const bytes of CANDIDATES) {
    const report = await read(bytes, { format })
    const { tests, passed } = report.counts
    if (tests > 0 && !passes(report)) seeds.push({ bytes, passed })
  }
  return seeds
}

const WORDS = '" { } [ ] , : < > /> <!-- & \\ ok passed pass true null 0 -1 1e9 # TODO'
const TOKENS = [...WORDS.split(' '), '\n', '\r', '\t', ' ', '    ', '\0', '\u{FEFF}'].map((token) =>
  Buffer.from(token),
)

type Edit = (bytes: Buffer) => Buffer
const place = fc.double({ min: 0, max: 1, noNaN: true })
const at = (bytes: Buffer, where: number) => Math.floor(where * bytes.length)
const splice = (bytes: Buffer, start: number, remove: number, insert: Uint8Array) =>
  Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)])

const edit: fc.Arbitrary<Edit> = fc.oneof(
  place.map(
    (where): Edit =>
      (bytes) =>
        bytes.subarray(0, at(bytes, where)),
  ),
  fc.tuple(place, fc.nat(200)).map(
    ([where, size]): Edit =>
      (bytes) =>
        splice(bytes, at(bytes, where), size, Buffer.alloc(0)),
  ),
  fc.tuple(place, fc.nat(4), fc.constantFrom(...TOKENS)).map(
    ([where, size, token]): Edit =>
      (bytes) =>
        splice(bytes, at(bytes, where), size, token),
  ),
  fc.tuple(place, fc.nat(2), fc.uint8Array({ maxLength: 3 })).map(
    ([where, size, any]): Edit =>
      (bytes) =>
        splice(bytes, at(bytes, where), size, any),
  ),
  fc.tuple(place, place, fc.nat(400)).map(([from, to, size]): Edit => (bytes) => {
    const start = at(bytes, from)
    return splice(bytes, at(bytes, to), 0, bytes.subarray(start, start + size))
  }),
)
const edits = fc.array(edit, { minLength: 1, maxLength: 3 })

describe('every reader', () => {
  for (const format of REPORT_FORMATS)
    describe(format, async () => {
      const seeds = await failingReportsOf(format)

      it.skipIf(corpusIsAbsent && seeds.length === 0)('has a failing report to damage', () => {
        expect(seeds.length).toBeGreaterThan(0)
      })

      it.skipIf(seeds.length === 0)('gains no pass from damage to a failing report', async () => {
        const damage = async ({ bytes, passed }: Seed, changes: readonly Edit[]) => {
          const damaged = changes.reduce((before, change) => change(before), bytes)
          const report = await read(damaged, { format })
          expect(report.counts.tests).toBe(report.cases.length)
          if (passes(report)) expect(report.counts.passed).toBeLessThanOrEqual(passed)
        }
        const property = fc.asyncProperty(fc.constantFrom(...seeds), edits, damage)
        await fc.assert(property, { numRuns: 1500 })
      })

      it('never throws on, and never passes, a damaged report of any format', async () => {
        const damage = async (bytes: Buffer, changes: readonly Edit[]) => {
          const damaged = changes.reduce((before, change) => change(before), bytes)
          expect(passes(await read(damaged, { format }))).toBe(false)
        }
        const reports = FAILING_REPORTS.map((text) => Buffer.from(text))
        await fc.assert(fc.asyncProperty(fc.constantFrom(...reports), edits, damage))
      })
    })
})
