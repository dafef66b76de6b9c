import type { ByteReader, Reading } from '../byte-reader.ts'
import { type JsonRecord, readShape, shapeOf } from '../json-shape.ts'
import { membersOf } from '../report-json.ts'
import type { TestStatus } from '../test-run.ts'
import { WholeJsonReader } from '../whole-json-reader.ts'

const DETAIL_LENGTH = 1000
const ROOT = shapeOf({
  stats: 'object',
  tests: 'array',
  pending: 'array',
  failures: 'array',
  passes: 'array',
})
const STATS = shapeOf({
  suites: 'number',
  tests: 'number',
  passes: 'number',
  pending: 'number',
  failures: 'number',
  start: 'string absent',
  end: 'string absent',
  duration: 'number absent',
})
const TEST = shapeOf({
  title: 'string',
  fullTitle: 'string',
  file: 'string null absent',
  duration: 'number absent',
  currentRetry: 'number absent',
  speed: 'string absent',
  err: 'object absent',
})

/** Reads what mocha's `json` reporter writes. Hooks that failed stand among the failures alone. */
export const makeMochaJsonReader = (reading: Reading): ByteReader =>
  new WholeJsonReader(reading, judgeReport)

function judgeReport(value: unknown, reading: Reading): void {
  const { remarks } = reading
  const root = readShape(value, ROOT, remarks, '')
  const stats = readShape(root.value('stats'), STATS, remarks, 'stats')
  const told = [
    ...addAll(root, 'passes', 'passed', reading),
    ...addAll(root, 'pending', 'skipped', reading),
    ...addAll(root, 'failures', 'failed', reading),
  ]
  for (const counter of ['tests', 'passes', 'pending', 'failures']) {
    const listed = root.list(counter).length
    if (stats.number(counter) === listed) continue
    const message = `${counter} is ${stats.number(counter)}, but ${listed} are listed`
    remarks.add('test/counter-mismatch', 'stats', message)
  }
  judgeUntold(root, told, reading)
}

function addAll(
  root: JsonRecord,
  list: string,
  outcome: TestStatus,
  { ledger, remarks }: Reading,
): readonly string[] {
  return root.list(list).map((one, index) => {
    const where = `${list}[${index}]`
    const test = readShape(one, TEST, remarks, where)
    const name = test.text('title')
    const full = test.text('fullTitle')
    if (name.trim() === '') remarks.add('test/unnamed', where, 'a test has no title')
    const error = membersOf(test.value('err'))
    const status = worst(test, outcome, (error?.size ?? 0) > 0)
    const message = error?.get('message')
    const detail = typeof message === 'string' && status !== 'passed' ? message : ''
    const className = full.endsWith(` ${name}`) ? full.slice(0, -name.length - 1) : ''
    const id = { file: test.text('file'), className, name }
    ledger.add({ id, status, detail: detail.slice(0, DETAIL_LENGTH).toWellFormed() })
    return JSON.stringify([id.file, full])
  })
}

function worst(test: JsonRecord, outcome: TestStatus, failed: boolean): TestStatus {
  if (outcome !== 'passed') return outcome
  if (failed) return 'failed'
  return test.number('currentRetry') > 0 ? 'flaky' : 'passed'
}

/** A test that ran and is in none of the three lists has an outcome that nobody tells. */
function judgeUntold(root: JsonRecord, told: readonly string[], { remarks }: Reading): void {
  const left = new Map<string, number>()
  for (const key of told) left.set(key, (left.get(key) ?? 0) + 1)
  for (const [index, one] of root.list('tests').entries()) {
    const test = readShape(one, TEST, remarks, `tests[${index}]`)
    const key = JSON.stringify([test.text('file'), test.text('fullTitle')])
    const count = left.get(key) ?? 0
    if (count > 0) left.set(key, count - 1)
    else remarks.add('test/incomplete', `tests[${index}]`, 'the test has no outcome')
  }
}
