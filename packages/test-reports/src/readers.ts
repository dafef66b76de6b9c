import { createHash } from 'node:crypto'
import { type Digest, WorldError, digest } from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import type { ByteReader, Reading } from './byte-reader.ts'
import { CaseLedger } from './case-ledger.ts'
import { makeCtrfReader } from './ctrf/ctrf-reader.ts'
import { makeJestJsonReader } from './jest-json/jest-json-reader.ts'
import { makeMochaJsonReader } from './mocha-json/mocha-json-reader.ts'
import { makePlaywrightJsonReader } from './playwright-json/playwright-json-reader.ts'
import { makeCucumberJsonReader } from './cucumber-json/cucumber-json-reader.ts'
import { DartJsonReader } from './dart-json/dart-json-reader.ts'
import { DetectingReader } from './detecting-reader.ts'
import { GoJsonReader } from './go-json/go-json-reader.ts'
import { JUnitReader } from './junit/junit-reader.ts'
import { makeNUnitReader } from './nunit/nunit-reader.ts'
import { makeNunit2Reader } from './nunit2/nunit2-reader.ts'
import { READ_LIMITS, type ReadLimits } from './read-limits.ts'
import { Refusal, Remarks, remark } from './remarks.ts'
import { makeRspecJsonReader } from './rspec-json/rspec-json-reader.ts'
import { makeSarifReader } from './sarif/sarif-reader.ts'
import { TapReader } from './tap/tap-reader.ts'
import { makeTrxReader } from './trx/trx-reader.ts'
import { detachId } from './test-identity.ts'
import { makeXUnitReader } from './xunit/xunit-reader.ts'
import type { ReportSummary, TestCase, TestReport } from './test-run.ts'

type MakeReader = (reading: Reading) => ByteReader

/** Every format by the name that the policy gives it; how each begins is in `recognizers.ts`. */
const READERS: ReadonlyMap<string, MakeReader> = new Map<string, MakeReader>([
  ['junit', (reading) => new JUnitReader(reading)],
  ['go-json', (reading) => new GoJsonReader(reading)],
  ['cucumber-json', makeCucumberJsonReader],
  ['dart-json', (reading) => new DartJsonReader(reading)],
  ['rspec-json', makeRspecJsonReader],
  ['jest-json', makeJestJsonReader],
  ['mocha-json', makeMochaJsonReader],
  ['playwright-json', makePlaywrightJsonReader],
  ['ctrf', makeCtrfReader],
  ['sarif', makeSarifReader],
  ['tap', (reading) => new TapReader(reading)],
  ['trx', makeTrxReader],
  ['nunit', makeNUnitReader],
  ['nunit2', makeNunit2Reader],
  ['xunit', makeXUnitReader],
])

/** The formats that are read, by the name that the policy gives them. */
export const readableFormats = (): readonly string[] => [...READERS.keys()]

export interface ScanOptions {
  /** What findings call the report. */
  readonly path: string
  readonly clock: Clock
  readonly limits?: Partial<ReadLimits>
  /**
   * Gets every case as it is read. The strings of its id may keep a piece of the file in memory:
   * who keeps many of them copies them.
   */
  readonly onCase?: (testCase: TestCase) => void
}

/**
 * Reads one report in one pass: the same bytes are hashed and judged. Keeps no cases, so that memory
 * stays flat whatever the size; duplicates are found all the same. A report that cannot be understood
 * is read to its end for the sake of its digest.
 *
 * @param format a name of {@link readableFormats}, or `auto` to tell it by the first bytes
 * @throws WorldError `test/unreadable` when `source` fails
 */
export async function scanReport(
  format: string,
  source: AsyncIterable<Uint8Array>,
  options: ScanOptions,
): Promise<ReportSummary> {
  const limits = { ...READ_LIMITS, ...options.limits }
  const remarks = new Remarks(options.path)
  const ledger = new CaseLedger(limits, remarks, options.onCase)
  const { reader, formatRead } = readerFor(format, { ledger, limits, remarks })
  const feed = new Feed(reader, limits, remarks)
  const began = options.clock.monotonic()
  let goesOn = true
  for await (const chunk of readable(source, options.path)) {
    goesOn = feed.write(chunk, options.clock.monotonic() - began)
    if (!goesOn) break
  }
  if (goesOn) feed.end()
  if (remarks.isEmpty && ledger.counts.tests === 0)
    remarks.add('test/no-tests', '', 'it lists no test cases')
  const { path } = options
  return {
    path,
    format: formatRead(),
    digest: feed.digest(),
    bytes: feed.bytes,
    counts: { ...ledger.counts },
    duplicates: ledger.duplicates(),
    findings: remarks.findings(),
  }
}

/** The reader, and which format it turned out to be once it has read. */
function readerFor(
  format: string,
  reading: Reading,
): { readonly reader: ByteReader | undefined; readonly formatRead: () => string | undefined } {
  const make = (name: string) => READERS.get(name)?.(reading)
  if (format === 'auto') {
    const reader = new DetectingReader(make, reading.remarks)
    return { reader, formatRead: () => reader.format }
  }
  const reader = make(format)
  if (reader !== undefined) return { reader, formatRead: () => format }
  reading.remarks.add('test/unknown-format', '', `no reader is called ${format.slice(0, 80)}`)
  return { reader, formatRead: () => undefined }
}

/** As {@link scanReport}, keeping all cases. */
export async function readReport(
  format: string,
  source: AsyncIterable<Uint8Array>,
  options: Omit<ScanOptions, 'onCase'>,
): Promise<TestReport> {
  const cases: TestCase[] = []
  const onCase = (testCase: TestCase) => cases.push({ ...testCase, id: detachId(testCase.id) })
  return { ...(await scanReport(format, source, { ...options, onCase })), cases }
}

/** Hashes all bytes, and hands them to the reader until it refuses. */
class Feed {
  readonly #hash = createHash('sha256')
  readonly #limits: ReadLimits
  readonly #remarks: Remarks
  #reader: ByteReader | undefined
  bytes = 0

  constructor(reader: ByteReader | undefined, limits: ReadLimits, remarks: Remarks) {
    this.#reader = reader
    this.#limits = limits
    this.#remarks = remarks
  }

  /** @returns false when the report is so large, or takes so long, that reading must stop */
  write(chunk: Uint8Array, elapsed: number): boolean {
    this.#hash.update(chunk)
    this.bytes += chunk.byteLength
    const { bytes, time } = this.#limits
    if (this.bytes > bytes) return this.#stop('test/too-large', `it is larger than ${bytes} bytes`)
    if (elapsed > time)
      return this.#stop('test/too-slow', `reading it takes longer than ${time} ms`)
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    this.#listen((reader) => reader.write(piece))
    return true
  }

  end(): void {
    this.#listen((reader) => reader.end())
  }

  digest(): Digest {
    return digest(`sha256:${this.#hash.digest('hex')}`)
  }

  #stop(code: 'test/too-large' | 'test/too-slow', message: string): false {
    this.#remarks.add(code, '', message)
    this.#reader = undefined
    return false
  }

  #listen(work: (reader: ByteReader) => void): void {
    if (this.#reader === undefined) return
    try {
      work(this.#reader)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#remarks.addRefusal(error)
      this.#reader = undefined
    }
  }
}

/** Tells the world's failures from those of the reader. */
async function* readable(
  source: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array> {
  try {
    yield* source
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : 'the source failed'
    throw new WorldError(remark('test/unreadable', path, message), { cause })
  }
}
