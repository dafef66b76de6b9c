import type { ByteReader, Reading } from '../byte-reader.ts'
import { type JsonRecord, readShape, shapeOf } from '../json-shape.ts'
import { WholeJsonReader } from '../whole-json-reader.ts'
import { type JestTest, readJestTest } from './jest-test.ts'

const ROOT = shapeOf({
  numFailedTestSuites: 'number',
  numFailedTests: 'number',
  numPassedTestSuites: 'number',
  numPassedTests: 'number',
  numPendingTestSuites: 'number',
  numPendingTests: 'number',
  numRuntimeErrorTestSuites: 'number absent',
  numTodoTests: 'number absent',
  numTotalTestSuites: 'number',
  numTotalTests: 'number',
  openHandles: 'array absent',
  snapshot: 'object absent',
  startTime: 'number',
  success: 'boolean',
  testResults: 'array',
  wasInterrupted: 'boolean absent',
  coverageMap: 'object null absent',
  runExecError: 'object null absent',
})
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
const SUITE_STATUSES = new Set(['passed', 'failed', 'pending', 'skipped', 'focused', 'todo'])

/** Reads the JSON of jest (`--json`) and of vitest's reporter of that name. */
export const makeJestJsonReader = (reading: Reading): ByteReader =>
  new WholeJsonReader(reading, judgeReport)

function judgeReport(value: unknown, reading: Reading): void {
  const { remarks } = reading
  const root = readShape(value, ROOT, remarks, '')
  const tests = root.list('testResults').flatMap((suite, index) => readSuite(suite, index, reading))
  judgeCounters(root, tests, remarks)
  const broken = root.number('numRuntimeErrorTestSuites')
  if (broken !== 0) remarks.add('test/suite-error', '', `${broken} suites failed outside of tests`)
  if (root.flag('wasInterrupted')) remarks.add('test/incomplete', '', 'the run was interrupted')
  const isThere = root.value('runExecError') !== undefined && root.value('runExecError') !== null
  if (isThere) remarks.add('test/suite-error', 'runExecError', 'the run itself failed')
  judgeSuccess(root, tests, remarks)
}

/** `success` is no proof (annex, 36), yet its absence is: something failed that no test tells of. */
function judgeSuccess(
  root: JsonRecord,
  tests: readonly JestTest[],
  remarks: Reading['remarks'],
): void {
  const failed = tests.some(({ testCase }) => testCase.status === 'failed')
  if (root.flag('success') === !failed) return
  if (failed) remarks.add('test/counter-mismatch', 'success', 'it says true, but a test failed')
  else remarks.add('test/suite-error', 'success', 'it says false, though no test failed')
}

function readSuite(
  value: unknown,
  index: number,
  { ledger, remarks }: Reading,
): readonly JestTest[] {
  const where = `testResults[${index}]`
  const suite = readShape(value, SUITE, remarks, where)
  const tests = suite.list('assertionResults').map((one, number) => {
    const test = readJestTest(
      one,
      suite.text('name'),
      remarks,
      `${where}.assertionResults[${number}]`,
    )
    ledger.add(test.testCase)
    return test
  })
  const status = suite.text('status')
  const message = suite.text('message').trim().slice(0, 300).toWellFormed()
  if (!SUITE_STATUSES.has(status))
    remarks.add('test/unknown-status', where, `the status of a suite is "${status.slice(0, 80)}"`)
  if (status === 'failed' && !tests.some(({ testCase }) => testCase.status === 'failed'))
    remarks.add(
      'test/suite-error',
      suite.text('name'),
      message || 'the suite failed outside of tests',
    )
  const error = suite.value('testExecError')
  if (error !== undefined && error !== null)
    remarks.add('test/suite-error', suite.text('name'), message || 'the suite could not run')
  return tests
}

const COUNTERS = {
  numPassedTests: ['passed'],
  numFailedTests: ['failed'],
  numPendingTests: ['pending', 'skipped', 'disabled'],
  numTodoTests: ['todo'],
} as const

function judgeCounters(
  root: JsonRecord,
  tests: readonly JestTest[],
  remarks: Reading['remarks'],
): void {
  const compare = (counter: string, listed: number) => {
    if (!root.has(counter) || root.number(counter) === listed) return
    const message = `${counter} is ${root.number(counter)}, but ${listed} are listed`
    remarks.add('test/counter-mismatch', counter, message)
  }
  compare('numTotalTests', tests.length)
  for (const [counter, statuses] of Object.entries(COUNTERS)) {
    const listed = tests.filter(({ stated }) => statuses.some((status) => status === stated))
    compare(counter, listed.length)
  }
}
