import { type JsonRecord, readShape, shapeOf } from '../json/json-shape.ts'
import { worse } from '../outcome-order.ts'
import type { Remarks } from '../remarks.ts'
import type { TestStatus } from '../test-run.ts'
import { type PlaywrightResult, markOf, readPlaywrightResult } from './playwright-result.ts'

const TEST = shapeOf({
  timeout: 'number absent',
  annotations: 'array',
  expectedStatus: 'string',
  projectId: 'string absent',
  projectName: 'string',
  results: 'array',
  status: 'string',
})
/** What Playwright makes of the results of a test in the light of what was expected. */
const OUTCOMES: ReadonlyMap<string, TestStatus> = new Map([
  ['expected', 'passed'],
  ['unexpected', 'failed'],
  ['flaky', 'flaky'],
  ['skipped', 'skipped'],
])
/** One test in one project. */
export interface PlaywrightTest {
  /** The outcome as it stands there. */
  readonly stated: string
  readonly project: string
  readonly status: TestStatus
  readonly detail: string
}

/** Reads one of a spec's `tests`. @throws Refusal */
export function readPlaywrightTest(
  value: unknown,
  remarks: Remarks,
  where: string,
): PlaywrightTest {
  const test = readShape(value, TEST, remarks, where)
  const results = test
    .list('results')
    .map((one, index) => readPlaywrightResult(one, remarks, `${where}.results[${index}]`))
  const status = judge(test, results, remarks, where)
  const failed = results.find(({ detail }) => detail !== '')
  const detail = status === 'passed' ? '' : (failed?.detail ?? '')
  return { stated: test.text('status'), project: test.text('projectName'), status, detail }
}

function judge(
  test: JsonRecord,
  results: readonly PlaywrightResult[],
  remarks: Remarks,
  where: string,
): TestStatus {
  const stated = test.text('status')
  const outcome = OUTCOMES.get(stated)
  if (outcome === undefined) {
    remarks.add('test/unknown-status', where, `the status is "${stated.slice(0, 80)}"`)
    return 'errored'
  }
  if (outcome === 'skipped' || outcome === 'failed') return outcome
  if (results.length === 0) {
    remarks.add('test/incomplete', where, 'the test has no result')
    return 'errored'
  }
  if (isToFail(test, results, remarks, where)) return 'failed'
  return outcome === 'flaky' ? outcome : worstOf(results, remarks, where)
}

function isToFail(
  test: JsonRecord,
  results: readonly PlaywrightResult[],
  remarks: Remarks,
  where: string,
): boolean {
  const expected = test.text('expectedStatus')
  if (expected !== 'passed') {
    const message = `the test was expected to end as "${expected.slice(0, 80)}" (\`test.fail\`)`
    remarks.add('test/expected-failure', where, message)
    return true
  }
  const mark = markOf(test) ?? results.map((result) => result.mark).find((one) => one)
  if (mark === undefined) return false
  remarks.add('test/counter-mismatch', where, `it is as expected, but marked as "${mark}"`)
  return true
}

/** Of a test that is called as expected: its one and only result passed, and holds no error. */
function worstOf(
  results: readonly PlaywrightResult[],
  remarks: Remarks,
  where: string,
): TestStatus {
  const [last] = results.slice(-1)
  if (last?.status !== 'passed') {
    const message = 'it is as expected, but its last result did not pass'
    remarks.add('test/counter-mismatch', where, message)
    return worse('failed', last?.status ?? 'failed')
  }
  const isOnly = results.length === 1 && last.retry === 0
  return isOnly ? 'passed' : 'flaky'
}
