import type { JsonRecord } from '../json/json-shape.ts'
import type { Remarks } from '../remarks.ts'
import type { JestSuite } from './jest-suite.ts'

const TEST_COUNTERS = {
  numPassedTests: ['passed'],
  numFailedTests: ['failed'],
  numPendingTests: ['pending', 'skipped', 'disabled'],
  numTodoTests: ['todo'],
} as const
const SUITE_COUNTERS = ['numPassedTestSuites', 'numFailedTestSuites', 'numPendingTestSuites']

/** Holds what a report says of the whole against what it lists. */
export class JestTotals {
  readonly #remarks: Remarks
  /** Tests, and files, by the status that they state. */
  readonly #tests = new Map<string, number>()
  readonly #suites = new Map<string, number>()
  #anySkipped = false

  constructor(remarks: Remarks) {
    this.#remarks = remarks
  }

  add({ status, stated, anySkipped }: JestSuite): void {
    this.#suites.set(status, (this.#suites.get(status) ?? 0) + 1)
    for (const [one, count] of stated) this.#tests.set(one, (this.#tests.get(one) ?? 0) + count)
    this.#anySkipped ||= anySkipped
  }

  judge(root: JsonRecord): void {
    const compare = (counter: string, listed: number) => {
      if (!root.has(counter) || root.number(counter) === listed) return
      this.#mismatch(counter, `it is ${root.number(counter)}, but ${listed} are listed`)
    }
    compare('numTotalTests', sum(this.#tests.values()))
    for (const [counter, statuses] of Object.entries(TEST_COUNTERS))
      compare(counter, sum(statuses.map((status) => this.#tests.get(status) ?? 0)))
    this.#judgeSuites(root)
    this.#judgeSuccess(root)
  }

  /** jest counts files as suites, vitest both files and the blocks within them. */
  #judgeSuites(root: JsonRecord): void {
    const total = root.number('numTotalTestSuites')
    const parts = sum(SUITE_COUNTERS.map((counter) => root.number(counter)))
    if (total !== parts)
      this.#mismatch('numTotalTestSuites', `it is ${total}, but its parts are ${parts}`)
    const files = sum(this.#suites.values())
    const countsFiles = root.has('numRuntimeErrorTestSuites')
    if (countsFiles ? total !== files : total < files)
      this.#mismatch('numTotalTestSuites', `it is ${total}, but ${files} files are listed`)
    const failed = root.number('numFailedTestSuites')
    if (failed !== 0 && !this.#suites.has('failed'))
      this.#remarks.add('test/suite-error', 'numFailedTestSuites', `${failed} suites failed`)
    const pending = root.number('numPendingTestSuites')
    if (pending !== 0 && !this.#anySkipped)
      this.#mismatch('numPendingTestSuites', `it is ${pending}, but no test is left out`)
  }

  /** `success` is no proof (runners write it before they know), yet its absence is one of failure. */
  #judgeSuccess(root: JsonRecord): void {
    const anyFailed = this.#tests.has('failed')
    if (root.flag('success') === !anyFailed) return
    if (anyFailed) this.#mismatch('success', 'it says true, but a test failed')
    else this.#remarks.add('test/suite-error', 'success', 'it says false, though no test failed')
  }

  #mismatch(where: string, message: string): void {
    this.#remarks.add('test/counter-mismatch', where, message)
  }
}

function sum(counts: Iterable<number>): number {
  let total = 0
  for (const count of counts) total += count
  return total
}
