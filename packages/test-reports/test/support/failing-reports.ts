const lines = (...text: string[]) => `${text.join('\n')}\n`
const jsonLines = (...events: object[]) => lines(...events.map((event) => JSON.stringify(event)))
const mochaTest = (title: string, more: object = {}) => ({
  title,
  fullTitle: `t ${title}`,
  duration: 1,
  currentRetry: 0,
  err: {},
  ...more,
})

/** A small report of each format in which one test passes and one fails. */
export const FAILING_REPORTS: readonly string[] = [
  // junit
  `<testsuite name="t" tests="2" failures="1" errors="0" skipped="0"><testcase classname="t" name="a"/>
<testcase classname="t" name="b"><failure message="leak"/></testcase></testsuite>`,
  // nunit
  `<test-run testcasecount="2" result="Failed" total="2" passed="1" failed="1" skipped="0">
<test-suite type="Assembly" name="s" result="Failed" total="2" passed="1" failed="1" skipped="0">
<test-case name="a" fullname="s.a" result="Passed"/>
<test-case name="b" fullname="s.b" result="Failed"><failure><message>leak</message></failure></test-case>
</test-suite></test-run>`,
  // nunit2
  `<test-results name="T.dll" total="2" errors="0" failures="1" not-run="0" inconclusive="0" ignored="0" skipped="0" invalid="0">
<test-suite type="TestFixture" name="F" executed="True" result="Failure" success="False" asserts="0"><results>
<test-case name="N.F.a" executed="True" result="Success" success="True" asserts="1"/>
<test-case name="N.F.b" executed="True" result="Failure" success="False" asserts="1"><failure><message>leak</message></failure></test-case>
</results></test-suite></test-results>`,
  // xunit
  `<assemblies><assembly name="T.dll" total="2" passed="1" failed="1" skipped="0" errors="0"><errors/>
<collection name="c" total="2" passed="1" failed="1" skipped="0">
<test name="N.C.a" type="N.C" method="a" time="0" result="Pass"/>
<test name="N.C.b" type="N.C" method="b" time="0" result="Fail"><failure exception-type="E"><message>leak</message></failure></test>
</collection></assembly></assemblies>`,
  // tap
  lines('TAP version 14', '1..2', 'ok 1 - a', 'not ok 2 - b', '# fail 1'),
  // go-json
  jsonLines(
    { Action: 'start', Package: 'p' },
    { Action: 'run', Package: 'p', Test: 'TestA' },
    { Action: 'pass', Package: 'p', Test: 'TestA', Elapsed: 0 },
    { Action: 'run', Package: 'p', Test: 'TestB' },
    { Action: 'fail', Package: 'p', Test: 'TestB', Elapsed: 0 },
    { Action: 'fail', Package: 'p', Elapsed: 0 },
  ),
  // dart-json
  jsonLines(
    { protocolVersion: '0.1.1', runnerVersion: null, pid: 1, type: 'start', time: 0 },
    { suite: { id: 0, platform: 'vm', path: 'test/a_test.dart' }, type: 'suite', time: 0 },
    { count: 1, type: 'allSuites', time: 0 },
    { test: { id: 1, name: 'a', suiteID: 0, groupIDs: [] }, type: 'testStart', time: 1 },
    { testID: 1, result: 'success', skipped: false, hidden: false, type: 'testDone', time: 2 },
    { test: { id: 2, name: 'b', suiteID: 0, groupIDs: [] }, type: 'testStart', time: 3 },
    { testID: 2, error: 'leak', stackTrace: '', isFailure: true, type: 'error', time: 4 },
    { testID: 2, result: 'failure', skipped: false, hidden: false, type: 'testDone', time: 5 },
    { success: false, type: 'done', time: 6 },
  ),
  // rspec-json
  JSON.stringify({
    version: '3.13.0',
    examples: ['passed', 'failed'].map((status) => ({
      description: status,
      full_description: `t ${status}`,
      status,
      file_path: './t_spec.rb',
    })),
    summary: {
      duration: 1,
      example_count: 2,
      failure_count: 1,
      pending_count: 0,
      errors_outside_of_examples_count: 0,
    },
    summary_line: '2 examples, 1 failure',
  }),
  // cucumber-json
  JSON.stringify([
    {
      uri: 't.feature',
      name: 't',
      elements: ['passed', 'failed'].map((status, line) => ({
        type: 'scenario',
        name: status,
        line,
        before: [{ result: { status: 'passed' } }],
        steps: [{ name: 'x', result: { status } }],
      })),
    },
  ]),
  // sarif
  JSON.stringify({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 's', rules: [{ id: 'A1' }] } },
        invocations: [{ executionSuccessful: true, exitCode: 1 }],
        results: [{ ruleId: 'A1', level: 'error', message: { text: 'leak' } }],
      },
    ],
  }),
  // jest-json
  JSON.stringify({
    numFailedTestSuites: 1,
    numFailedTests: 1,
    numPassedTestSuites: 0,
    numPassedTests: 1,
    numPendingTestSuites: 0,
    numPendingTests: 0,
    numRuntimeErrorTestSuites: 0,
    numTodoTests: 0,
    numTotalTestSuites: 1,
    numTotalTests: 2,
    startTime: 1,
    success: false,
    testResults: [
      {
        assertionResults: ['passed', 'failed'].map((status) => ({
          ancestorTitles: ['t'],
          failureMessages: status === 'failed' ? ['leak'] : [],
          fullName: `t ${status}`,
          status,
          title: status,
        })),
        message: '',
        name: '/app/t.test.js',
        status: 'failed',
      },
    ],
  }),
  // mocha-json
  JSON.stringify({
    stats: { suites: 1, tests: 2, passes: 1, pending: 0, failures: 1 },
    tests: [mochaTest('a'), mochaTest('b', { err: { message: 'leak' } })],
    pending: [],
    failures: [mochaTest('b', { err: { message: 'leak' } })],
    passes: [mochaTest('a')],
  }),
  // playwright-json
  JSON.stringify({
    config: { rootDir: '/app' },
    suites: [
      {
        title: 't.spec.js',
        file: 't.spec.js',
        specs: ['passed', 'failed'].map((status) => ({
          title: status,
          ok: status === 'passed',
          file: 't.spec.js',
          tests: [
            {
              annotations: [],
              expectedStatus: 'passed',
              projectName: 'web',
              status: status === 'passed' ? 'expected' : 'unexpected',
              results: [{ status, errors: status === 'passed' ? [] : [{ message: 'leak' }] }],
            },
          ],
        })),
      },
    ],
    errors: [],
    stats: { expected: 1, skipped: 0, unexpected: 1, flaky: 0 },
  }),
  // ctrf
  JSON.stringify({
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    results: {
      tool: { name: 't' },
      summary: {
        tests: 2,
        passed: 1,
        failed: 1,
        pending: 0,
        skipped: 0,
        other: 0,
        start: 0,
        stop: 1,
      },
      tests: ['passed', 'failed'].map((status) => ({ name: status, status, duration: 1 })),
    },
  }),
]
