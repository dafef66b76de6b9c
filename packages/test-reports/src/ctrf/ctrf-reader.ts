import type { ByteReader, Reading } from '../byte-reader.ts'
import { readReportJson } from '../report-json.ts'
import { CtrfObject } from './ctrf-object.ts'
import { type CtrfTest, readCtrfTest } from './ctrf-test.ts'
import { RESULTS_KEYS, ROOT_KEYS, SUMMARY_KEYS } from './schema.ts'

/** The one format that is read as a whole: a report of 64 MiB has some 100,000 tests. */
const MOST_BYTES = 64 * 1024 * 1024
const STATUSES = ['passed', 'failed', 'skipped', 'pending', 'other']

/** Reads the Common Test Report Format. */
export class CtrfReader implements ByteReader {
  readonly #reading: Reading
  readonly #most: number
  #pieces: Buffer[] = []
  #size = 0

  /** @param most bytes of the report */
  constructor(reading: Reading, most = MOST_BYTES) {
    this.#reading = reading
    this.#most = most
  }

  write(bytes: Buffer): void {
    this.#size += bytes.length
    if (this.#size > this.#most) {
      this.#pieces = []
      throw this.#reading.remarks.refusal(
        'test/limits',
        '',
        `a CTRF report may have ${this.#most} bytes at most`,
      )
    }
    // A copy: whoever pushes the bytes may use their memory again.
    this.#pieces.push(Buffer.from(bytes))
  }

  end(): void {
    const { limits, remarks } = this.#reading
    const value = readReportJson(Buffer.concat(this.#pieces), limits.depth, remarks, '')
    this.#pieces = []
    const root = new CtrfObject(value, ROOT_KEYS, '', remarks)
    const format = root.value('reportFormat', 'string') ?? 'CTRF'
    if (format !== 'CTRF')
      remarks.add('test/unknown-attribute', '', `reportFormat is "${format.slice(0, 80)}"`)
    this.#readResults(root.object('results', RESULTS_KEYS))
  }

  #readResults(results: CtrfObject): void {
    const { ledger, remarks } = this.#reading
    const tests = results.list('tests').map((value, index) => {
      const test = readCtrfTest(value, `results.tests[${index}]`, remarks)
      ledger.add(test.testCase)
      return test
    })
    this.#judgeSummary(results.object('summary', SUMMARY_KEYS), tests)
    if (!results.has('environment')) return
    const environment = results.object('environment', undefined)
    if (environment.value('healthy', 'boolean') === false)
      remarks.add('test/suite-error', environment.where, 'the environment was not healthy')
  }

  #judgeSummary(summary: CtrfObject, tests: readonly CtrfTest[]): void {
    this.#compare(summary, 'tests', tests.length)
    for (const status of STATUSES)
      this.#compare(summary, status, tests.filter(({ stated }) => stated === status).length)
    if (summary.has('flaky'))
      this.#compare(summary, 'flaky', tests.filter(({ isFlaky }) => isFlaky).length)
  }

  #compare(summary: CtrfObject, counter: string, listed: number): void {
    const stated = summary.value(counter, 'number')
    if (stated === listed) return
    const message = `${counter} is ${stated ?? 'missing'}, but the report lists ${listed}`
    this.#reading.remarks.add('test/counter-mismatch', summary.where, message)
  }
}
