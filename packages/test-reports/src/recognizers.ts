import type { ReportHead } from './report-head.ts'

/** Whether a report that begins so is of the format. Says nothing of its soundness. */
type Recognizer = (head: ReportHead) => boolean

const root =
  (...names: readonly string[]): Recognizer =>
  (head) =>
    head.kind === 'xml' && names.includes(head.root)

/** Any of these keys, each of which one format alone writes where it stands. */
const keys =
  (...paths: readonly string[]): Recognizer =>
  (head) =>
    head.kind === 'json' && paths.some((path) => head.keys.has(path))

const TAP_START =
  /^ *(?:pragma [+-]|[Tt][Aa][Pp] [Vv]ersion \d+|\d+\.\.\d+|(?:not )?ok\b|Bail out!)/

/**
 * How each format begins, by the name that READERS gives it; a name without a reader is known and
 * refused. A report that two of them recognize is refused, too: the order means nothing.
 */
export const RECOGNIZERS: ReadonlyMap<string, Recognizer> = new Map([
  ['junit', root('testsuites', 'testsuite')],
  ['nunit', root('test-run')],
  ['nunit2', root('test-results')],
  ['xunit', root('assemblies', 'assembly')],
  ['trx', root('TestRun')],
  ['tap', (head) => head.kind === 'text' && TAP_START.test(head.firstLine)],
  ['go-json', keys('Action')],
  ['jest-json', keys('numTotalTestSuites', 'numTotalTests', 'testResults')],
  ['mocha-json', keys('stats.suites', 'stats.passes', 'stats.pending')],
  ['playwright-json', keys('config.rootDir', 'config.configFile', 'config.projects')],
  ['ctrf', keys('reportFormat', 'results.tool', 'results.summary')],
  ['dart-json', keys('protocolVersion')],
  ['rspec-json', keys('examples', 'summary_line')],
  ['cucumber-json', keys('[].elements', '[].keyword')],
  ['sarif', keys('runs')],
])

/** The formats that a report may be of, by its beginning. */
export const recognize = (head: ReportHead): readonly string[] =>
  [...RECOGNIZERS].filter(([, matches]) => matches(head)).map(([format]) => format)
