import type { ByteReader, Reading } from '../byte-reader.ts'
import { JsonReportReader } from '../json/json-report-reader.ts'
import { readShape, shapeOf } from '../json/json-shape.ts'
import { documentOf, keptItems, shapedObject } from '../json/shaped-visitors.ts'
import { TextBalance } from '../text-balance.ts'
import { type MochaList, mochaCase, readMochaTest } from './mocha-test.ts'

const ROOT = shapeOf({
  stats: 'object',
  tests: 'array',
  pending: 'array',
  failures: 'array',
  passes: 'array',
})
const STATS = shapeOf({
  suites: 'number',
  tests: 'number',
  passes: 'number',
  pending: 'number',
  failures: 'number',
  start: 'string absent',
  end: 'string absent',
  duration: 'number absent',
})

/** Reads what mocha's `json` reporter writes. Hooks that failed stand among the failures alone. */
export const makeMochaJsonReader = (reading: Reading): ByteReader =>
  new JsonReportReader(reading, new MochaReport(reading).document())

class MochaReport {
  readonly #reading: Reading
  readonly #counts = { tests: 0, passes: 0, pending: 0, failures: 0 }
  /** Tests that ran against tests that passed or are pending. */
  readonly #balance = new TextBalance()

  constructor(reading: Reading) {
    this.#reading = reading
  }

  document() {
    const { remarks } = this.#reading
    const outcomes = (list: MochaList) => () =>
      keptItems(list, (value, where) => this.#addOutcome(list, value, where))
    const root = shapedObject({
      shape: ROOT,
      remarks,
      where: '',
      within: {
        tests: () => keptItems('tests', (value, where) => this.#addTest(value, where)),
        passes: outcomes('passes'),
        pending: outcomes('pending'),
        failures: outcomes('failures'),
      },
      done: (report) => this.#judge(report.value('stats')),
    })
    return documentOf('object', remarks, root)
  }

  #addTest(value: unknown, where: string): void {
    this.#counts.tests += 1
    this.#balance.putIn(readMochaTest(value, this.#reading.remarks, where).key)
  }

  #addOutcome(list: MochaList, value: unknown, where: string): void {
    const { ledger, remarks } = this.#reading
    this.#counts[list] += 1
    const test = readMochaTest(value, remarks, where)
    if (list !== 'failures') this.#balance.takeOut(test.key)
    ledger.add(mochaCase(test, list, remarks, where))
  }

  #judge(value: unknown): void {
    const { remarks } = this.#reading
    const stats = readShape(value, STATS, remarks, 'stats')
    for (const [counter, listed] of Object.entries(this.#counts)) {
      if (stats.number(counter) === listed) continue
      const message = `${counter} is ${stats.number(counter)}, but ${listed} are listed`
      remarks.add('test/counter-mismatch', 'stats', message)
    }
    const { tests, passes, pending, failures } = this.#counts
    if (tests > passes + pending + failures)
      remarks.add('test/incomplete', 'tests', 'not all of the tests have an outcome')
    // A failing hook is no test, and a test can both pass and fail: a run with failures is not even.
    else if (failures === 0 && !this.#balance.isEven)
      remarks.add('test/counter-mismatch', 'tests', 'they are not those that passed or are pending')
  }
}
