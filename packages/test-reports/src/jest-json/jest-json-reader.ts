import type { ByteReader, Reading } from '../byte-reader.ts'
import { JsonReportReader } from '../json/json-report-reader.ts'
import { type JsonRecord, shapeOf } from '../json/json-shape.ts'
import { documentOf, shapedObject, visitedItems } from '../json/shaped-visitors.ts'
import type { Remarks } from '../remarks.ts'
import { judgeSnapshots } from './jest-snapshots.ts'
import { jestSuite } from './jest-suite.ts'
import { JestTotals } from './jest-totals.ts'

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

/** Reads the JSON of jest (`--json`) and of vitest's reporter of that name. */
export function makeJestJsonReader(reading: Reading): ByteReader {
  const { remarks } = reading
  const totals = new JestTotals(remarks)
  const suites = () =>
    visitedItems('testResults', remarks, (where) =>
      jestSuite(where, reading, (suite) => totals.add(suite)),
    )
  const root = shapedObject({
    shape: ROOT,
    remarks,
    where: '',
    within: { testResults: suites, coverageMap: () => 'pass-over' },
    done(report) {
      totals.judge(report)
      judgeRun(report, remarks)
    },
  })
  return new JsonReportReader(reading, documentOf('object', remarks, root))
}

/** What is said of the run as a whole, outside of tests. */
function judgeRun(root: JsonRecord, remarks: Remarks): void {
  const broken = root.number('numRuntimeErrorTestSuites')
  if (broken !== 0) remarks.add('test/suite-error', '', `${broken} suites failed outside of tests`)
  if (root.flag('wasInterrupted')) remarks.add('test/incomplete', '', 'the run was interrupted')
  if (root.holds('runExecError'))
    remarks.add('test/suite-error', 'runExecError', 'the run itself failed')
  const open = root.list('openHandles').length
  if (open > 0)
    remarks.add('test/suite-error', 'openHandles', `${open} handles were still open at the end`)
  if (root.has('snapshot')) judgeSnapshots(root.value('snapshot'), remarks)
}
