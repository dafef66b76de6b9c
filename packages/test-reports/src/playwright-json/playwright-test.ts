import { type JsonRecord, readShape, shapeOf } from '../json-shape.ts'
import { membersOf } from '../report-json.ts'
import type { Remarks } from '../remarks.ts'
import type { TestStatus } from '../test-run.ts'

const DETAIL_LENGTH = 1000
const TEST = shapeOf({
  timeout: 'number absent',
  annotations: 'array',
  expectedStatus: 'string',
  projectId: 'string absent',
  projectName: 'string',
  results: 'array',
  status: 'string',
})
const RESULT = shapeOf({
  workerIndex: 'number absent',
  parallelIndex: 'number absent',
  shardIndex: 'number absent',
  status: 'string absent',
  duration: 'number absent',
  error: 'object absent',
  errors: 'array absent',
  errorLocation: 'object absent',
  stdout: 'array absent',
  stderr: 'array absent',
  steps: 'array absent',
  retry: 'number absent',
  startTime: 'string absent',
  annotations: 'array absent',
  attachments: 'array absent',
})
const OUTCOMES = new Set(['expected', 'unexpected', 'flaky', 'skipped'])
const RESULTS = new Set(['passed', 'failed', 'timedOut', 'skipped', 'interrupted'])

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
    .map((one, index) => readShape(one, RESULT, remarks, `${where}.results[${index}]`))
  const stated = test.text('status')
  const unknown = OUTCOMES.has(stated)
    ? results.map((one) => one.text('status')).find((one) => !RESULTS.has(one))
    : stated
  if (unknown !== undefined)
    remarks.add('test/unknown-status', where, `the status is "${unknown.slice(0, 80)}"`)
  const status = unknown === undefined ? judge(test, results, remarks, where) : 'errored'
  return {
    stated,
    project: test.text('projectName'),
    status,
    detail: status === 'passed' ? '' : detailOf(results),
  }
}

function judge(
  test: JsonRecord,
  results: readonly JsonRecord[],
  remarks: Remarks,
  where: string,
): TestStatus {
  const stated = test.text('status')
  if (stated === 'skipped') return 'skipped'
  if (stated === 'unexpected') return 'failed'
  if (results.length === 0) {
    remarks.add('test/incomplete', where, 'the test has no result')
    return 'errored'
  }
  if (test.text('expectedStatus') !== 'passed') {
    remarks.add('test/expected-failure', where, 'the test passed because it failed (`test.fail`)')
    return 'failed'
  }
  if (stated === 'flaky') return 'flaky'
  const last = results.at(-1)
  const held = last?.text('status') === 'passed' && last.list('errors').length === 0
  if (!held) {
    remarks.add(
      'test/counter-mismatch',
      where,
      'it is as expected, but its last result did not pass',
    )
    return 'failed'
  }
  return results.length > 1 ? 'flaky' : 'passed'
}

function detailOf(results: readonly JsonRecord[]): string {
  const messages = results.flatMap((result) =>
    [result.value('error'), ...result.list('errors')].map((one) => membersOf(one)?.get('message')),
  )
  const first = messages.find((message) => typeof message === 'string')
  return typeof first === 'string' ? first.slice(0, DETAIL_LENGTH).toWellFormed() : ''
}
