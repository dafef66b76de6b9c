import { describe, expect, it } from 'vitest'
import { passes, read } from './reading.ts'
import { corpusEntriesOf, corpusFile, corpusIsAbsent } from './shared-corpus.ts'

/** Files whose totals their source counts otherwise, with the totals that are in the file. */
export type OwnTotals = ReadonlyMap<string, readonly [tests: number, bad: number, skipped: number]>

const IN_JSON = /-json$/

/**
 * Reads every corpus file of a format and compares the totals with those of the manifest.
 *
 * @param green the only files in which nothing must block, by the end of their path
 */
export function describeCorpus(
  format: string,
  producer: string,
  green: readonly string[],
  own: OwnTotals = new Map(),
): void {
  describe.skipIf(corpusIsAbsent)(`real ${format} reports (needs ../shared/corpus)`, () => {
    it('are there', () => {
      expect(corpusEntriesOf(producer).length).toBeGreaterThan(0)
    })

    for (const { path, expected } of corpusEntriesOf(producer))
      it(`reads ${path}`, async () => {
        const report = await read(corpusFile(path), { format })
        const { tests, failed, errored, skipped } = report.counts
        const stated = [expected.tests, expected.bad, expected.skipped] as const
        const [, totals] = [...own].find(([end]) => path.endsWith(end)) ?? ['', stated]
        // Where the source states none, the test that names the file does.
        if (IN_JSON.test(format)) expect(totals).not.toContain(Number.NaN)
        if (!Number.isNaN(totals[0])) expect([tests, failed + errored, skipped]).toEqual(totals)
        expect(passes(report)).toBe(green.some((end) => path.endsWith(end)))
      })
  })
}
