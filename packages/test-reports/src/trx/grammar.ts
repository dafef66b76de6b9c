import type { ElementRule, Grammar } from '../xml-grammar.ts'

export const NAMESPACE = 'http://microsoft.com/schemas/VisualStudio/TeamTest/2010'

const result =
  'executionId parentExecutionId testId testName computerName duration startTime endTime testType outcome testListId relativeResultsDirectory dataRowInfo resultType'
const children = (names: string, attributes = ''): ElementRule => ({
  children: names.split(' '),
  attributes: attributes.split(' '),
})
const empty = (attributes: string): ElementRule => ({ attributes: attributes.split(' ') })
const unread: ElementRule = { text: 'ignored' }

/** Counters of the summary, each named after an outcome, besides `total` and `executed`. */
export const OUTCOME_COUNTERS: readonly string[] =
  'passed failed error timeout aborted inconclusive passedButRunAborted notRunnable notExecuted disconnected warning completed inProgress pending'.split(
    ' ',
  )

/** The part of the schema `vstst.xsd` (Visual Studio Team Test, 2010) that loggers write. */
export const TRX_GRAMMAR: Grammar = new Map<string, ElementRule>([
  [
    'TestRun',
    children(
      'Times TestSettings Results TestDefinitions TestEntries TestLists ResultSummary',
      'id name runUser xmlns',
    ),
  ],
  ['Times', empty('creation queuing start finish')],
  ['TestSettings', children('Deployment', 'name id')],
  ['Deployment', empty('runDeploymentRoot userDeploymentRoot useDefaultDeploymentRoot')],
  ['Results', children('UnitTestResult')],
  ['UnitTestResult', children('Output InnerResults ResultFiles CollectorDataEntries', result)],
  ['InnerResults', children('UnitTestResult')],
  ['Output', children('StdOut StdErr DebugTrace TraceInfo ErrorInfo TextMessages')],
  ['StdOut', unread],
  ['StdErr', unread],
  ['DebugTrace', unread],
  ['TraceInfo', unread],
  ['TextMessages', children('Message')],
  ['ErrorInfo', children('Message StackTrace Exception')],
  ['Message', { text: 'read' }],
  ['StackTrace', unread],
  ['Exception', unread],
  ['ResultFiles', children('ResultFile')],
  ['ResultFile', empty('path')],
  ['CollectorDataEntries', { opaque: true }],
  ['TestDefinitions', children('UnitTest')],
  [
    'UnitTest',
    children(
      'Execution TestMethod Description TestCategory Properties Owners WorkItemIDs',
      'name storage id priority',
    ),
  ],
  ['Execution', empty('id parentId')],
  ['TestMethod', empty('codeBase adapterTypeName className name isValid')],
  ['Description', unread],
  ['TestCategory', { opaque: true }],
  ['Properties', { opaque: true }],
  ['Owners', { opaque: true }],
  ['WorkItemIDs', { opaque: true }],
  ['TestEntries', children('TestEntry')],
  ['TestEntry', empty('testId executionId parentExecutionId testListId')],
  ['TestLists', children('TestList')],
  ['TestList', empty('name id')],
  [
    'ResultSummary',
    children('Counters Output RunInfos ResultFiles CollectorDataEntries', 'outcome'),
  ],
  ['Counters', { attributes: ['total', 'executed', ...OUTCOME_COUNTERS] }],
  ['RunInfos', children('RunInfo')],
  ['RunInfo', children('Text Exception', 'computerName outcome timestamp')],
  ['Text', { text: 'read' }],
])
