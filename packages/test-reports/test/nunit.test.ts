import { type Bypass, describeBypasses } from './support/bypass.ts'
import { describeCorpus } from './support/corpus-totals.ts'
import { describeDamage } from './support/damage.ts'

const testCase = (name: string, attributes = 'result="Passed"', inner = '') =>
  `<test-case id="1" name="${name}" fullname="A.F.${name}" ${attributes} asserts="1">${inner}</test-case>`
const run = (inner: string, suite = 'result="Passed"', attributes = 'result="Passed"') =>
  `<?xml version="1.0"?><test-run id="0" ${attributes}><test-suite type="TestFixture" id="2" name="F" fullname="A.F" ${suite}>${inner}</test-suite></test-run>`
const good = run(testCase('a'))
const result = (line: string, shows: string, attributes: string, because: string): Bypass => ({
  line,
  shows,
  blocks: run(testCase('a', attributes)),
  passes: run(testCase('a', 'result="Passed" runstate="Runnable"')),
  because,
})
const failure = '<failure><message>tenant rows left behind</message></failure>'
const site = (name: string): Bypass => ({
  line: 'C61',
  shows: `a suite that failed in ${name}`,
  blocks: run(`${failure}${testCase('a')}`, `result="Failed" site="${name}"`, 'result="Failed"'),
  passes: good,
  because: 'test/suite-error',
})

const BYPASSES: readonly Bypass[] = [
  result('C61', 'an inconclusive test', 'result="Inconclusive"', 'skipped'),
  result('C61', 'a warning', 'result="Warning"', 'failed'),
  result('A4', 'a skipped test', 'result="Skipped" label="Ignored"', 'skipped'),
  result('A9', 'a failing test in a suite that passed', 'result="Failed"', 'failed'),
  result('A9', 'an error in a suite that passed', 'result="Failed" label="Error"', 'errored'),
  result('A17', 'an unknown result', 'result="Success"', 'test/unknown-status'),
  result('A18', 'a result in small letters', 'result="passed"', 'test/unknown-status'),
  result('A17', 'no result', '', 'test/unknown-status'),
  result('A17', 'a label beside a pass', 'result="Passed" label="x"', 'test/unknown-status'),
  result('A17', 'an unknown state', 'result="Passed" runstate="x"', 'test/unknown-status'),
  result('A11', 'a pass of an ignored test', 'result="Passed" runstate="Ignored"', 'skipped'),
  site('SetUp'),
  site('TearDown'),
  site('Parent'),
  site('Test'),
  site('Child'),
  {
    line: 'C61',
    shows: 'a failing teardown beside a failing test, below a run that says nothing of it',
    blocks: run(
      `${failure}${testCase('a', 'result="Failed"')}`,
      'result="Failed" site="TearDown"',
      'result="Failed"',
    ),
    passes: good,
    because: 'test/suite-error',
  },
  {
    line: 'A8',
    shows: 'a failure of a suite that passed',
    blocks: run(`${failure}${testCase('a')}`),
    passes: run(`<output>tenant rows left behind</output>${testCase('a')}`),
    because: 'test/suite-error',
  },
  ...['Failed', 'Skipped', 'Inconclusive', 'Warning', 'x', ''].map((name) => ({
    line: 'A8',
    shows: `a run with the result "${name}" whose tests passed`,
    blocks: run(testCase('a'), 'result="Passed"', `result="${name}"`),
    passes: good,
    because: 'test/suite-error',
  })),
  {
    line: 'A8',
    shows: 'an ignored fixture whose tests are not listed',
    blocks: run(
      `${testCase('a')}<test-suite type="TestFixture" name="G" result="Skipped" label="Ignored"/>`,
    ),
    passes: run(`${testCase('a')}<test-suite type="TestFixture" name="G" result="Passed"/>`),
    because: 'test/suite-error',
  },
  {
    line: 'A6',
    shows: 'a failure inside of a test that passed',
    blocks: run(testCase('a', 'result="Passed"', failure)),
    passes: run(testCase('a', 'result="Passed"', '<reason><message>x</message></reason>')),
    because: 'failed',
  },
  ...['Failed', 'Error', 'Warning', 'Inconclusive'].map((name) => ({
    line: 'A6',
    shows: `an assertion that ended as ${name} inside of a test that passed`,
    blocks: run(
      testCase('a', 'result="Passed"', `<assertions><assertion result="${name}"/></assertions>`),
    ),
    passes: run(
      testCase('a', 'result="Passed"', '<assertions><assertion result="Passed"/></assertions>'),
    ),
    because: 'test/counter-mismatch',
  })),
  ...['total="2"', 'passed="0"', 'failed="1"', 'skipped="1"', 'testcasecount="0"', 'total="x"'].map(
    (counter) => ({
      line: 'A7',
      shows: `the counter ${counter}`,
      blocks: run(testCase('a'), 'result="Passed"', `result="Passed" ${counter}`),
      passes: run(
        testCase('a'),
        'result="Passed"',
        'result="Passed" total="1" passed="1" failed="0" skipped="0" testcasecount="1"',
      ),
      because: 'test/counter-mismatch',
    }),
  ),
  {
    line: 'B48',
    shows: 'a test without assertions',
    blocks: good.replace('asserts="1"', 'asserts="0"'),
    passes: good,
    because: 'test/no-assertions',
  },
  {
    line: 'A13',
    shows: 'one id failing, then passing',
    blocks: run(testCase('a', 'result="Failed"') + testCase('a')),
    passes: run(testCase('a') + testCase('b')),
    because: 'duplicate',
  },
  {
    line: 'A14',
    shows: 'a test without a name',
    blocks: good.replace('name="a"', ''),
    passes: good,
    because: 'test/unnamed',
  },
  {
    line: 'A17',
    shows: 'an unknown element',
    blocks: run(`${testCase('a')}<test-theory result="Failed"/>`),
    passes: good,
    because: 'test/unknown-element',
  },
  {
    line: 'A17',
    shows: 'an unknown attribute',
    blocks: run(testCase('a', 'result="Passed" outcome="Failed"')),
    passes: good,
    because: 'test/unknown-attribute',
  },
  {
    line: 'A19',
    shows: 'the root of NUnit 2',
    blocks: '<test-results/>',
    passes: good,
    because: 'test/unknown-element',
  },
  {
    line: 'A1',
    shows: 'no tests',
    blocks: run(''),
    passes: good,
    because: 'test/no-tests',
  },
]

describeBypasses('nunit', BYPASSES)
describeCorpus('nunit', 'NUnit3', [])
describeDamage(
  'nunit',
  run(
    testCase('a') + testCase('é', 'result="Failed"', failure),
    'result="Failed"',
    'result="Failed"',
  ),
)
