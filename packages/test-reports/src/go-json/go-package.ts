import type { CaseLedger } from '../case-ledger.ts'
import type { Remarks } from '../remarks.ts'
import { detachText } from '../test-identity.ts'
import type { TestStatus } from '../test-run.ts'

const DETAIL_LENGTH = 1000

/** What became of a test by the name of its last event. */
export const GO_OUTCOMES: ReadonlyMap<string, TestStatus> = new Map([
  ['pass', 'passed'],
  ['fail', 'failed'],
  ['skip', 'skipped'],
])

interface GoTest {
  running: boolean
  readonly results: TestStatus[]
  output: string
}

/** One run of one package, from its first event to the event that ends it. */
export class GoPackage {
  readonly #name: string
  readonly #remarks: Remarks
  readonly #tests = new Map<string, GoTest>()

  constructor(name: string, remarks: Remarks) {
    this.#name = name
    this.#remarks = remarks
  }

  beginTest(name: string): void {
    const test = this.#tests.get(name)
    if (test === undefined)
      this.#tests.set(detachText(name), { running: true, results: [], output: '' })
    else if (test.running) this.#contradict(name, 'begins twice without ending')
    else test.running = true
  }

  addOutput(name: string, output: string): void {
    const test = this.#tests.get(name)
    if (test === undefined || test.output.length >= DETAIL_LENGTH) return
    test.output = (test.output + output).slice(0, DETAIL_LENGTH)
  }

  endTest(name: string, status: TestStatus): void {
    const test = this.#tests.get(name)
    if (!test?.running) this.#contradict(name, 'ends without having begun')
    const known = test ?? { running: false, results: [], output: '' }
    known.running = false
    known.results.push(status)
    if (status === 'passed' && known.results.length === 1) known.output = ''
    this.#tests.set(name, known)
  }

  /** @param end what the package says of itself; undefined when it never did */
  close(end: TestStatus | undefined, failedBuild: boolean, ledger: CaseLedger): void {
    const statuses = [...this.#tests].map(([name, test]) => this.#settle(name, test, ledger))
    const failed = statuses.some((status) => status !== 'passed' && status !== 'skipped')
    if (end === undefined)
      this.#add('test/incomplete', 'its last event is missing: the report ends before the package')
    if (end === 'failed' && (failedBuild || !failed))
      this.#add('test/suite-error', 'the package failed outside of its tests')
    if (end === 'passed' && statuses.length === 0)
      this.#add('test/no-tests', 'the package ran no tests')
    if (end === 'passed' && statuses.some((status) => status === 'failed' || status === 'errored'))
      this.#add('test/counter-mismatch', 'the package passed, but not all of its tests')
    if (end === 'skipped' && statuses.length > 0)
      this.#add('test/counter-mismatch', 'the package was skipped, but lists tests')
  }

  #settle(name: string, test: GoTest, ledger: CaseLedger): TestStatus {
    const id = { file: '', className: this.#name, name }
    const { results } = test
    if (test.running) {
      this.#contradict(name, 'begins and never ends')
      results.push('errored')
    }
    // Readers that keep the last result only would see a test that passes.
    const flaky = results.includes('passed') && results.some((one) => one === 'failed')
    const kept: TestStatus[] = flaky && !test.running ? ['flaky'] : results
    for (const status of kept)
      ledger.add({ id, status, detail: status === 'passed' ? '' : detailOf(test) })
    return kept.find((status) => status !== 'passed') ?? 'passed'
  }

  #contradict(test: string, message: string): void {
    this.#remarks.add('test/incomplete', `${this.#name} › ${test}`, `the test ${message}`)
  }

  #add(code: Parameters<Remarks['add']>[0], message: string): void {
    this.#remarks.add(code, this.#name, message)
  }
}

const detailOf = (test: GoTest): string => detachText(test.output.trim().toWellFormed())
