import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { type TestReport, readReport } from '../../src/index.ts'
import { stillClock } from './reading.ts'

const HEADER = 'file\tformat\ttests\tpassed\tfailed\terrored\tskipped\tflaky\ttwice\tfindings'

/** The lines of a table, one a file, without its header. */
export function readTable(place: URL): readonly string[] {
  const [header, ...lines] = readFileSync(place, 'utf8').trimEnd().split('\n')
  if (header !== HEADER) throw new Error(`${place.pathname} has another header`)
  return lines
}

export const fileOf = (line: string): string => line.slice(0, line.indexOf('\t'))

/** What a report says, its format told by content, as a line of a table. */
function lineOf(path: string, { format, counts, duplicates, findings }: TestReport): string {
  const { tests, passed, failed, errored, skipped, flaky } = counts
  const codes = [...new Set(findings.map(({ code }) => code))].sort().join(' ')
  const numbers = [tests, passed, failed, errored, skipped, flaky, duplicates.length]
  return [path, format ?? '-', ...numbers, codes === '' ? '-' : codes].join('\t')
}

async function* whole(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes)
}

/** Reads a report whose format nobody names. */
export const readUnnamed = (bytes: Buffer): Promise<TestReport> =>
  readReport('auto', whole(bytes), { path: 'r', clock: stillClock() })

/**
 * Shows that every file reads as its line says: totals, ids that come twice, codes of the findings. A
 * line that changes is a change of meaning, to be argued for.
 */
export function testTable(lines: readonly string[], bytesOf: (path: string) => Buffer): void {
  it.each(lines)('reads as the table says: %s', async (line) => {
    const report = await readUnnamed(bytesOf(fileOf(line)))
    expect(lineOf(fileOf(line), report)).toBe(line)
    const passed = report.cases.filter(({ status }) => status === 'passed')
    expect(passed.length).toBe(report.counts.passed)
  })
}
