import { type JsonRecord, readShape, shapeOf } from '../json/json-shape.ts'
import type { Remarks } from '../remarks.ts'
import type { TestStatus } from '../test-run.ts'

const DETAIL_LENGTH = 1000
const ASSERTION = shapeOf({
  ancestorTitles: 'array',
  benchmarks: 'array absent',
  duration: 'number null absent',
  failing: 'boolean absent',
  failureDetails: 'array absent',
  failureMessages: 'array null',
  fullName: 'string',
  invocations: 'number absent',
  location: 'object null absent',
  meta: 'object absent',
  numPassingAsserts: 'number absent',
  retryMessages: 'array absent',
  retryReasons: 'array absent',
  startAt: 'number null absent',
  status: 'string',
  tags: 'array absent',
  title: 'string',
})
const STATUSES: ReadonlyMap<string, TestStatus> = new Map([
  ['passed', 'passed'],
  ['failed', 'failed'],
  ['pending', 'skipped'],
  ['skipped', 'skipped'],
  ['disabled', 'skipped'],
  ['todo', 'skipped'],
])

/** One test, with its status as it stands there. The name of its file comes later. */
export interface JestTest {
  readonly stated: string
  readonly className: string
  readonly name: string
  readonly status: TestStatus
  readonly detail: string
}

/**
 * Reads one of `assertionResults`. The class is the titles around the test.
 * @throws Refusal
 */
export function readJestTest(value: unknown, remarks: Remarks, where: string): JestTest {
  const test = readShape(value, ASSERTION, remarks, where)
  const stated = test.text('status')
  const name = test.text('title')
  if (name.trim() === '') remarks.add('test/unnamed', where, 'a test has no title')
  const status = judge(test, stated, remarks, where)
  const messages = test.list('failureMessages').filter((one) => typeof one === 'string')
  const detail =
    status === 'passed' ? '' : messages.join('\n').slice(0, DETAIL_LENGTH).toWellFormed()
  return { stated, className: titlesOf(test, remarks, where), name, status, detail }
}

function titlesOf(test: JsonRecord, remarks: Remarks, where: string): string {
  const titles = test.list('ancestorTitles').filter((title) => typeof title === 'string')
  if (titles.length === test.list('ancestorTitles').length) return titles.join(' › ')
  throw remarks.refusal('test/unparseable', where, 'a title around the test is no text')
}

function judge(test: JsonRecord, stated: string, remarks: Remarks, where: string): TestStatus {
  const status = STATUSES.get(stated)
  if (status === undefined) {
    remarks.add('test/unknown-status', where, `the status is "${stated.slice(0, 80)}"`)
    return 'errored'
  }
  if (status !== 'passed') return status
  // vitest leaves the failures of earlier tries at a test that passed in the end.
  if (test.list('failureMessages').length > 0 || test.list('failureDetails').length > 0) {
    remarks.add('test/counter-mismatch', where, 'the test passed, but holds failures')
    return 'failed'
  }
  if (test.flag('failing')) {
    const message = 'the test passed because it failed (`test.failing`)'
    remarks.add('test/expected-failure', where, message)
    return 'failed'
  }
  // What jest never started has a duration of null.
  if (test.has('duration') && !test.holds('duration'))
    remarks.add('test/incomplete', where, 'the test passed, but was not run')
  // jest tells how many assertions held; vitest does not.
  if (test.has('numPassingAsserts') && test.number('numPassingAsserts') <= 0)
    remarks.add('test/no-assertions', where, 'the test passed without a single `expect`')
  return wasTriedOnce(test) ? 'passed' : 'flaky'
}

const wasTriedOnce = (test: JsonRecord): boolean =>
  (!test.has('invocations') || test.number('invocations') === 1) &&
  test.list('retryReasons').length === 0 &&
  test.list('retryMessages').length === 0
