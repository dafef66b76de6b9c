import { type JsonRecord, membersOf, readShape, shapeOf } from '../json/json-shape.ts'
import type { Remarks } from '../remarks.ts'
import type { TestStatus } from '../test-run.ts'

const DETAIL_LENGTH = 1000
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
const STEP = shapeOf({
  title: 'string',
  duration: 'number absent',
  error: 'object absent',
  steps: 'array absent',
})
const STATUSES: ReadonlyMap<string, TestStatus> = new Map([
  ['passed', 'passed'],
  ['failed', 'failed'],
  ['timedOut', 'failed'],
  ['interrupted', 'errored'],
  ['skipped', 'skipped'],
])

/** Marks that change what an outcome means; any other annotation is a note. */
const MARKS = ['skip', 'fixme', 'fail']

/** The mark on a test or on a result of it. */
export function markOf(marked: JsonRecord): string | undefined {
  const types = marked.list('annotations').map((one) => membersOf(one)?.get('type'))
  return MARKS.find((mark) => types.includes(mark))
}

/** One try of one test. */
export interface PlaywrightResult {
  readonly status: TestStatus
  readonly retry: number
  readonly mark: string | undefined
  /** Message of its first error, '' when it has none. */
  readonly detail: string
}

/** Reads one of a test's `results`. @throws Refusal */
export function readPlaywrightResult(
  value: unknown,
  remarks: Remarks,
  where: string,
): PlaywrightResult {
  const result = readShape(value, RESULT, remarks, where)
  const stated = result.text('status')
  let status = STATUSES.get(stated)
  if (status === undefined) {
    remarks.add('test/unknown-status', where, `the status is "${stated.slice(0, 80)}"`)
    status = 'errored'
  }
  if (status === 'passed' && holdsError(result, remarks, where)) {
    remarks.add('test/counter-mismatch', where, 'the result passed, but holds an error')
    status = 'failed'
  }
  const retry = result.number('retry')
  return { status, retry, mark: markOf(result), detail: detailOf(result) }
}

const holdsError = (result: JsonRecord, remarks: Remarks, where: string): boolean =>
  result.has('error') ||
  result.has('errorLocation') ||
  result.list('errors').length > 0 ||
  hasFailedStep(result.list('steps'), remarks, `${where}.steps`)

function hasFailedStep(steps: readonly unknown[], remarks: Remarks, where: string): boolean {
  const failed = steps.map((value, index) => {
    const place = `${where}[${index}]`
    const step = readShape(value, STEP, remarks, place)
    return hasFailedStep(step.list('steps'), remarks, `${place}.steps`) || step.has('error')
  })
  return failed.includes(true)
}

function detailOf(result: JsonRecord): string {
  const errors = [result.value('error'), ...result.list('errors')]
  const messages = errors.map((one) => membersOf(one)?.get('message'))
  const first = messages.find((message) => typeof message === 'string')
  return typeof first === 'string' ? first.slice(0, DETAIL_LENGTH).toWellFormed() : ''
}
