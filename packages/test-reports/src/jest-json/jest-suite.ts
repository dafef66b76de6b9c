import type { ReasonCode } from '@bulkhead/vocabulary'
import type { Reading } from '../byte-reader.ts'
import { HeldPasses } from '../held-passes.ts'
import { type JsonRecord, shapeOf } from '../json/json-shape.ts'
import type { JsonVisitor } from '../json/json-visitor.ts'
import { keptItems, shapedObject } from '../json/shaped-visitors.ts'
import type { Remarks } from '../remarks.ts'
import type { TestCase } from '../test-run.ts'
import { type JestTest, readJestTest } from './jest-test.ts'

const SUITE = shapeOf({
  assertionResults: 'array',
  coverage: 'object absent',
  endTime: 'number absent',
  message: 'string absent',
  name: 'string',
  startTime: 'number absent',
  status: 'string',
  summary: 'string absent',
  testExecError: 'object null absent',
})
/** What the status of a suite says of its tests: that all of them passed, or that one did not. */
const STATUSES: ReadonlyMap<string, 'all-passed' | 'one-failed' | 'one-skipped'> = new Map([
  ['passed', 'all-passed'],
  ['failed', 'one-failed'],
  ['focused', 'one-skipped'],
  ['pending', 'one-skipped'],
  ['skipped', 'one-skipped'],
  ['todo', 'one-skipped'],
])

/** What a suite states, and how often each status is stated in it. */
export interface JestSuite {
  readonly status: string
  readonly stated: ReadonlyMap<string, number>
  readonly anySkipped: boolean
}

/**
 * Reads one of `testResults`: a file of tests. Its name stands behind its tests, so that they wait for
 * its end.
 */
export function jestSuite(
  where: string,
  reading: Reading,
  done: (suite: JestSuite) => void,
): JsonVisitor {
  const { ledger, remarks } = reading
  const tests = new WaitingTests(reading)
  return shapedObject({
    shape: SUITE,
    remarks,
    where,
    within: {
      assertionResults: () =>
        keptItems(`${where}.assertionResults`, (value, at) =>
          tests.add(readJestTest(value, remarks, at)),
        ),
      coverage: () => 'pass-over',
    },
    done(record) {
      const file = record.text('name')
      for (const testCase of tests.cases(file)) ledger.add(testCase)
      const suite = tests.suiteThatStates(record.text('status'))
      judgeSuite(record, suite, remarks, file || where)
      done(suite)
    },
  })
}

/** The tests of a file whose name is not known yet. */
class WaitingTests {
  readonly #reading: Reading
  readonly #passes = new HeldPasses()
  readonly #others: JestTest[] = []
  readonly #stated = new Map<string, number>()

  constructor(reading: Reading) {
    this.#reading = reading
  }

  /** @throws Refusal when there are more cases than the limit */
  add(test: JestTest): void {
    const { ledger, limits, remarks } = this.#reading
    this.#stated.set(test.stated, (this.#stated.get(test.stated) ?? 0) + 1)
    if (test.status === 'passed') this.#passes.add(test.className, test.name)
    else this.#others.push(test)
    if (ledger.counts.tests + this.#passes.count + this.#others.length <= limits.cases) return
    throw remarks.refusal(
      'test/too-many-tests',
      '',
      `it lists more than ${limits.cases} test cases`,
    )
  }

  *cases(file: string): Generator<TestCase> {
    for (const { className, name } of this.#passes.each())
      yield { id: { file, className, name }, status: 'passed', detail: '' }
    for (const { className, name, status, detail } of this.#others)
      yield { id: { file, className, name }, status, detail }
  }

  suiteThatStates(status: string): JestSuite {
    const anySkipped = this.#others.some((test) => test.status === 'skipped')
    return { status, stated: this.#stated, anySkipped }
  }
}

function judgeSuite(record: JsonRecord, suite: JestSuite, remarks: Remarks, name: string): void {
  const { status, anySkipped, stated } = suite
  const anyFailed = stated.has('failed')
  const says = STATUSES.get(status)
  const message = record.text('message').trim().slice(0, 300).toWellFormed()
  const add = (code: ReasonCode, text: string) => remarks.add(code, name, text)
  if (says === undefined)
    add('test/unknown-status', `the status of a suite is "${status.slice(0, 80)}"`)
  if (says === 'one-failed' && !anyFailed)
    add('test/suite-error', message || 'the suite failed outside of tests')
  // The failures of its tests, and nothing else, are in the message of a suite.
  else if (!anyFailed && message !== '') add('test/suite-error', message)
  if (record.holds('testExecError')) add('test/suite-error', message || 'the suite could not run')
  if (says === 'one-skipped' && !anySkipped)
    add('test/counter-mismatch', `the suite is ${status}, but no test of it is left out`)
  if (says === 'all-passed' && stated.size === 0) add('test/no-tests', 'the suite has no tests')
}
