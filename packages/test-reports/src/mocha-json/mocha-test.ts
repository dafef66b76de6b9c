import { type JsonRecord, membersOf, readShape, shapeOf } from '../json/json-shape.ts'
import type { Remarks } from '../remarks.ts'
import type { TestCase, TestStatus } from '../test-run.ts'

const DETAIL_LENGTH = 1000
const TEST = shapeOf({
  title: 'string',
  fullTitle: 'string',
  file: 'string null absent',
  duration: 'number absent',
  currentRetry: 'number',
  speed: 'string absent',
  err: 'object',
})
const SPEEDS = ['fast', 'medium', 'slow']

export type MochaList = 'passes' | 'pending' | 'failures'
const OUTCOMES = { passes: 'passed', pending: 'skipped', failures: 'failed' } as const

/** An entry of one of mocha's lists. Every test is in two: `tests`, and that of its outcome. */
export interface MochaTest {
  readonly fields: JsonRecord
  /** What two entries of one test have in common. */
  readonly key: string
  readonly error: ReadonlyMap<string, unknown>
}

/** @throws Refusal */
export function readMochaTest(value: unknown, remarks: Remarks, where: string): MochaTest {
  const fields = readShape(value, TEST, remarks, where)
  const error = membersOf(fields.value('err')) ?? new Map()
  const parts = ['file', 'fullTitle', 'title', 'currentRetry', 'speed', 'duration']
  const key = JSON.stringify([...parts.map((part) => fields.value(part)), error.size > 0])
  return { fields, key, error }
}

/** What an entry of a list says of its test. */
export function mochaCase(
  { fields, error }: MochaTest,
  list: MochaList,
  remarks: Remarks,
  where: string,
): TestCase {
  const name = fields.text('title')
  const full = fields.text('fullTitle')
  if (name.trim() === '') remarks.add('test/unnamed', where, 'a test has no title')
  if (list === 'passes') judgePass(fields, remarks, where)
  const status = worst(fields, OUTCOMES[list], error.size > 0)
  const message = error.get('message')
  const detail = typeof message === 'string' && status !== 'passed' ? message : ''
  const className = full.endsWith(` ${name}`) ? full.slice(0, -name.length - 1) : ''
  const id = { file: fields.text('file'), className, name }
  return { id, status, detail: detail.slice(0, DETAIL_LENGTH).toWellFormed() }
}

function judgePass(test: JsonRecord, remarks: Remarks, where: string): void {
  // What `--dry-run` lists as passed has no duration.
  if (!test.has('duration')) remarks.add('test/incomplete', where, 'the test was not run')
  const speed = test.text('speed')
  if (test.has('speed') && !SPEEDS.includes(speed))
    remarks.add('test/unknown-status', where, `the speed is "${speed.slice(0, 80)}"`)
}

function worst(test: JsonRecord, outcome: TestStatus, hasError: boolean): TestStatus {
  if (outcome !== 'passed') return outcome
  if (hasError) return 'failed'
  return test.number('currentRetry') === 0 ? 'passed' : 'flaky'
}
