import type { Reading } from '../byte-reader.ts'
import { worse } from '../outcome-order.ts'
import type { TestCase, TestStatus } from '../test-run.ts'
import { CtrfObject } from './ctrf-object.ts'
import { RAW_PASSES, STEP_KEYS, TEST_KEYS } from './schema.ts'

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
export function readCtrfTest(value: unknown, where: string, remarks: Reading['remarks']): CtrfTest {
  const test = new CtrfObject(value, TEST_KEYS, where, remarks)
  const name = test.value('name', 'string') ?? ''
  if (name.trim() === '') remarks.add('test/unnamed', where, 'a test has no name')
  const stated = test.value('status', 'string') ?? ''
  const isFlaky = tellsOfRetries(test)
  let status = statusOf(stated, where, remarks)
  for (const [index, step] of test.list('steps').entries())
    status = worse(status, stepStatus(step, `${where}.steps[${index}]`, remarks))
  if (isFlaky && status === 'passed') status = 'flaky'
  judgeRawStatus(test, stated, remarks)
  const id = {
    file: test.value('filePath', 'string') ?? '',
    className: test.texts('suite').join(' › '),
    name,
  }
  const message = (test.value('message', 'string') ?? '').slice(0, 1000).toWellFormed()
  const detail = status === 'passed' ? '' : message
  return { stated, isFlaky, testCase: { id, status, detail } }
}

function statusOf(stated: string, where: string, remarks: Reading['remarks']): TestStatus {
  const status = STATUSES.get(stated)
  if (status !== undefined) return status
  remarks.add('test/unknown-status', where, `status "${stated.slice(0, 80)}"`)
  return 'errored'
}

function stepStatus(value: unknown, where: string, remarks: Reading['remarks']): TestStatus {
  const step = new CtrfObject(value, STEP_KEYS, where, remarks)
  return statusOf(step.value('status', 'string') ?? '', where, remarks)
}

/** Any of the three ways in which a test may tell that it was tried again. */
const tellsOfRetries = (test: CtrfObject): boolean =>
  [
    test.value('flaky', 'boolean') === true,
    (test.value('retries', 'number') ?? 0) !== 0,
    test.list('retryAttempts').length > 0,
  ].includes(true)

/** The word of the runner itself, which the reporter may have translated into a pass. */
function judgeRawStatus(test: CtrfObject, stated: string, remarks: Reading['remarks']): void {
  const raw = test.value('rawStatus', 'string')
  if (stated !== 'passed' || raw === undefined || RAW_PASSES.has(raw.toLowerCase())) return
  const message = `it is passed, but the runner called it "${raw.slice(0, 80)}"`
  remarks.add('test/unknown-status', test.where, message)
}
