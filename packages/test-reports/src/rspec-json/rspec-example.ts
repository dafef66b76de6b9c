import { type JsonRecord, readShape, shapeOf } from '../json/json-shape.ts'
import { worse } from '../outcome-order.ts'
import type { Remarks } from '../remarks.ts'
import type { TestCase, TestStatus } from '../test-run.ts'

const DETAIL_LENGTH = 1000
const EXAMPLE = shapeOf({
  id: 'string absent',
  description: 'string null',
  full_description: 'string null',
  status: 'string null',
  file_path: 'string null',
  line_number: 'number null absent',
  run_time: 'number null absent',
  pending_message: 'string null absent',
  exception: 'object null absent',
})
const EXCEPTION = shapeOf({
  class: 'string null absent',
  message: 'string null absent',
  backtrace: 'array null absent',
})
const STATUSES: ReadonlyMap<string, TestStatus> = new Map([
  ['passed', 'passed'],
  ['failed', 'failed'],
  ['pending', 'skipped'],
])

/** One example, with its status as it stands there. */
export interface RspecExample {
  readonly stated: string
  readonly testCase: TestCase
}

/**
 * Reads one of `examples`. Its number (`id`) moves whenever another is written above it, so that the
 * full description is what names it.
 *
 * @throws Refusal
 */
export function readRspecExample(value: unknown, remarks: Remarks, where: string): RspecExample {
  const example = readShape(value, EXAMPLE, remarks, where)
  const name = example.text('full_description') || example.text('description')
  if (name.trim() === '') remarks.add('test/unnamed', where, 'an example has no description')
  const stated = example.text('status')
  const message = messageOf(example, remarks, where)
  const status = worstOf(example, stated, remarks, where)
  const detail = status === 'passed' ? '' : message.slice(0, DETAIL_LENGTH).toWellFormed()
  const id = { file: example.text('file_path'), className: '', name }
  return { stated, testCase: { id, status, detail } }
}

function worstOf(example: JsonRecord, stated: string, remarks: Remarks, where: string): TestStatus {
  let status = STATUSES.get(stated)
  // An example that an aborted run never came to has no status.
  if (status === undefined) {
    remarks.add('test/unknown-status', where, `the status is "${stated.slice(0, 80)}"`)
    status = 'errored'
  }
  if (example.holds('pending_message')) status = worse(status, 'skipped')
  if (status === 'passed' && example.holds('exception')) {
    remarks.add('test/counter-mismatch', where, 'the example passed, but holds an exception')
    status = 'failed'
  }
  return status
}

function messageOf(example: JsonRecord, remarks: Remarks, where: string): string {
  if (!example.holds('exception')) return example.text('pending_message')
  return readShape(example.value('exception'), EXCEPTION, remarks, `${where}.exception`).text(
    'message',
  )
}
