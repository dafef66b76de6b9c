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

/** A place as a share of the whole, so that it is one in every report. */
const place = fc.double({ min: 0, max: 1, noNaN: true })
const at = (bytes: Buffer, where: number) => Math.floor(where * bytes.length)

interface Edit {
  readonly where: number
  readonly remove: number
  /** What is put in: bytes, or those that stand elsewhere. */
  readonly insert: Uint8Array | { readonly from: number; readonly size: number }
  readonly cuts: boolean
}

function apply(bytes: Buffer, { where, remove, insert, cuts }: Edit): Buffer {
  const start = at(bytes, where)
  if (cuts) return bytes.subarray(0, start)
  const source = 'from' in insert ? at(bytes, insert.from) : 0
  const put = 'from' in insert ? bytes.subarray(source, source + insert.size) : insert
  return Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(start + remove)])
}

/** @param most bytes that one edit takes out, other than by a cut */
const edits = (most: number): fc.Arbitrary<Edit[]> =>
  fc.array(
    fc.record({
      where: place,
      remove: fc.oneof(fc.constant(0), fc.nat(Math.min(most, 4)), fc.nat(most)),
      insert: fc.oneof(
        fc.constantFrom(...TOKENS),
        fc.uint8Array({ maxLength: 3 }),
        fc.record({ from: place, size: fc.nat(400) }),
      ),
      cuts: fc.nat(4).map((one) => one === 0),
    }),
    { minLength: 1, maxLength: 3 },
  )

/**
 * In these nothing but one word, line or element says that a test failed, and nothing that it is there:
 * whoever takes that out has forged a report, which the inventory and the run record must tell.
 */
const FORGEABLE = new Set(['junit', 'tap', 'go-json'])

describe('every reader', () => {
  for (const format of REPORT_FORMATS)
    describe(format, async () => {
      const seeds = await failingReportsOf(format)
      const readDamaged = async (bytes: Buffer, changes: readonly Edit[]) => {
        const report = await read(changes.reduce(apply, bytes), { format })
        expect(report.counts.tests).toBe(report.cases.length)
        return report
      }

      it.skipIf(corpusIsAbsent && seeds.length === 0)('has a failing report to damage', () => {
        expect(seeds.length).toBeGreaterThan(0)
      })

      it.skipIf(seeds.length === 0)('gains no pass from damage to a failing report', async () => {
        const most = FORGEABLE.has(format) ? 0 : 200
        const damage = async ({ bytes, passed }: Seed, changes: readonly Edit[]) => {
          const report = await readDamaged(bytes, changes)
          if (passes(report)) expect(report.counts.passed).toBeLessThanOrEqual(passed)
        }
        const property = fc.asyncProperty(fc.constantFrom(...seeds), edits(most), damage)
        await fc.assert(property, { numRuns: 1500 })
      })

      it('never throws on a damaged report, be it of this format or of another', async () => {
        const property = fc.asyncProperty(
          fc.constantFrom(...CANDIDATES),
          edits(200),
          async (bytes, changes) => void (await readDamaged(bytes, changes)),
        )
        await fc.assert(property, { numRuns: 300 })
      })
    })
})
