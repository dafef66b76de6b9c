import type { Reading } from '../byte-reader.ts'
import { type JsonRecord, shapeOf } from '../json/json-shape.ts'
import type { JsonVisitor } from '../json/json-visitor.ts'
import { keptItems, shapedObject } from '../json/shaped-visitors.ts'
import type { Remarks } from '../remarks.ts'
import { type JestTest, caseOf, readJestTest } from './jest-test.ts'

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

export interface JestSuite {
  readonly status: string
  readonly tests: readonly JestTest[]
}

/**
 * Reads one of `testResults`: a file of tests. Its name stands behind its tests, so that they wait for
 * its end.
 */
export function jestSuite(
  where: string,
  { ledger, limits, remarks }: Reading,
  done: (suite: JestSuite) => void,
): JsonVisitor {
  const tests: JestTest[] = []
  const add = (value: unknown, place: string) => {
    tests.push(readJestTest(value, remarks, place))
    if (ledger.counts.tests + tests.length <= limits.cases) return
    throw remarks.refusal(
      'test/too-many-tests',
      '',
      `it lists more than ${limits.cases} test cases`,
    )
  }
  return shapedObject({
    shape: SUITE,
    remarks,
    where,
    within: {
      assertionResults: () => keptItems({ where: `${where}.assertionResults` }, add),
      coverage: () => 'pass-over',
    },
    done(suite) {
      for (const test of tests) ledger.add(caseOf(test, suite.text('name')))
      judgeSuite(suite, tests, remarks, where)
      done({ status: suite.text('status'), tests })
    },
  })
}

function judgeSuite(
  suite: JsonRecord,
  tests: readonly JestTest[],
  remarks: Remarks,
  where: string,
): void {
  const status = suite.text('status')
  const says = STATUSES.get(status)
  const message = suite.text('message').trim().slice(0, 300).toWellFormed()
  const add = (code: Parameters<Remarks['add']>[0], text: string) =>
    remarks.add(code, suite.text('name') || where, text)
  if (says === undefined)
    add('test/unknown-status', `the status of a suite is "${status.slice(0, 80)}"`)
  const failed = tests.some((test) => test.status === 'failed')
  if (says === 'one-failed' && !failed)
    add('test/suite-error', message || 'the suite failed outside of tests')
  // The failures of its tests, and nothing else, are in the message of a suite.
  else if (!failed && message !== '') add('test/suite-error', message)
  if (suite.holds('testExecError')) add('test/suite-error', message || 'the suite could not run')
  if (says === 'one-skipped' && !tests.some((test) => test.status === 'skipped'))
    add('test/counter-mismatch', `the suite is ${status}, but no test of it is left out`)
  if (says === 'all-passed' && tests.length === 0) add('test/no-tests', 'the suite has no tests')
}
