import { type JsonRecord, readShape } from '../json/json-shape.ts'
import { worse } from '../outcome-order.ts'
import type { Remarks } from '../remarks.ts'
import type { TestCase, TestStatus } from '../test-run.ts'
import { RAW_PASSES, STEP, TEST } from './schema.ts'

const STATUSES: ReadonlyMap<string, TestStatus> = new Map([
  ['passed', 'passed'],
  ['failed', 'failed'],
  ['skipped', 'skipped'],
  ['pending', 'skipped'],
  ['other', 'errored'],
])

/** One entry of `tests`, with its status as it stands there. */
export interface CtrfTest {
  readonly stated: string
  readonly isFlaky: boolean
  readonly testCase: TestCase
}

/** @throws Refusal when it is not shaped as a test */
export function readCtrfTest(value: unknown, where: string, remarks: Remarks): CtrfTest {
  const test = readShape(value, TEST, remarks, where)
  const name = test.text('name')
  if (name.trim() === '') remarks.add('test/unnamed', where, 'a test has no name')
  const stated = test.text('status')
  const isFlaky = tellsOfRetries(test)
  const status = judge(test, isFlaky, remarks, where)
  const className = suitesOf(test, remarks, where).join(' › ')
  const id = { file: test.text('filePath'), className, name }
  const message = test.text('message').slice(0, 1000).toWellFormed()
  const detail = status === 'passed' ? '' : message
  return { stated, isFlaky, testCase: { id, status, detail } }
}

function judge(test: JsonRecord, isFlaky: boolean, remarks: Remarks, where: string): TestStatus {
  const stated = test.text('status')
  let status = statusOf(stated, where, remarks)
  for (const [index, step] of test.list('steps').entries())
    status = worse(status, stepStatus(step, `${where}.steps[${index}]`, remarks))
  if (status !== 'passed') return status
  judgeRawStatus(test, where, remarks)
  if (isFlaky) return 'flaky'
  if (test.text('trace').trim() === '') return 'passed'
  remarks.add('test/counter-mismatch', where, 'the test passed, but holds the trace of an error')
  return 'failed'
}

function statusOf(stated: string, where: string, remarks: Remarks): TestStatus {
  const status = STATUSES.get(stated)
  if (status !== undefined) return status
  remarks.add('test/unknown-status', where, `status "${stated.slice(0, 80)}"`)
  return 'errored'
}

function stepStatus(value: unknown, where: string, remarks: Remarks): TestStatus {
  return statusOf(readShape(value, STEP, remarks, where).text('status'), where, remarks)
}

/** Any of the three ways in which a test may tell that it was tried again. */
const tellsOfRetries = (test: JsonRecord): boolean =>
  test.flag('flaky') || test.number('retries') !== 0 || test.list('retryAttempts').length > 0

/** The word of the runner itself, which the reporter may have translated into a pass. */
function judgeRawStatus(test: JsonRecord, where: string, remarks: Remarks): void {
  if (!test.has('rawStatus') || RAW_PASSES.has(test.text('rawStatus').toLowerCase())) return
  const message = `it is passed, but the runner called it "${test.text('rawStatus').slice(0, 80)}"`
  remarks.add('test/unknown-status', where, message)
}

/** A text, or a list of texts. */
function suitesOf(test: JsonRecord, remarks: Remarks, where: string): readonly string[] {
  const stated = test.value('suite')
  const list = typeof stated === 'string' ? [stated] : test.list('suite')
  const texts = list.filter((one) => typeof one === 'string')
  if (texts.length === list.length) return texts
  throw remarks.refusal('test/unparseable', where, 'suite holds more than texts')
}
