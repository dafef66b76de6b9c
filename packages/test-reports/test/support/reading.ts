import {
  type ReadLimits,
  type ReportSummary,
  type TestReport,
  readReport,
} from '../../src/index.ts'

/** A clock that stands still unless told otherwise. */
export function stillClock(readings: readonly number[] = [0]) {
  let index = 0
  const monotonic = () => readings[Math.min(index++, readings.length - 1)] ?? 0
  return { now: () => 0, monotonic, sleep: () => Promise.resolve() }
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) {
    yield bytes.subarray(start, start + size)
    await Promise.resolve()
  }
}

/** Reads a report given as text or bytes, in one piece or in many. */
export function read(
  content: string | Buffer,
  options: { limits?: Partial<ReadLimits>; piece?: number; format?: string } = {},
): Promise<TestReport> {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(content)
  const { limits = {}, piece = Math.max(bytes.length, 1), format = 'junit' } = options
  return readReport(format, pieces(bytes, piece), { path: 'r.xml', clock: stillClock(), limits })
}

/** What a gate makes of one report at the least: every case passed, there is one, nothing is wrong. */
export const passes = (report: ReportSummary): boolean =>
  report.findings.length === 0 &&
  report.duplicates.length === 0 &&
  report.counts.tests > 0 &&
  report.counts.passed === report.counts.tests

export const codes = (report: ReportSummary): string[] => [
  ...new Set(report.findings.map(({ code }) => code)),
]
