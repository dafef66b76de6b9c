import { describe, expect, it } from 'vitest'
import { type Bypass, describeBypasses } from './support/bypass.ts'
import { describeCorpusCuts } from './support/corpus-cuts.ts'
import { describeCorpus } from './support/corpus-totals.ts'
import { describeDamage } from './support/damage.ts'
import { passes, read } from './support/reading.ts'

const test = (title: string, status: string, more: object = {}) => ({
  ancestorTitles: ['iso'],
  failureMessages: status === 'failed' ? ['row of tenant B'] : [],
  fullName: `iso ${title}`,
  status,
  title,
  ...more,
})
const count = (tests: readonly { status: string }[], ...statuses: string[]) =>
  tests.filter(({ status }) => statuses.includes(status)).length

function report(
  tests: readonly { status: string }[],
  more: object = {},
  suite: object = {},
): string {
  const failed = count(tests, 'failed')
  return JSON.stringify({
    numFailedTestSuites: failed > 0 ? 1 : 0,
    numFailedTests: failed,
    numPassedTestSuites: failed > 0 ? 0 : 1,
    numPassedTests: count(tests, 'passed'),
    numPendingTestSuites: 0,
    numPendingTests: count(tests, 'pending', 'skipped'),
    numRuntimeErrorTestSuites: 0,
    numTodoTests: count(tests, 'todo'),
    numTotalTestSuites: 1,
    numTotalTests: tests.length,
    startTime: 1,
    success: failed === 0,
    testResults: [
      {
        assertionResults: tests,
        message: '',
        name: '/app/iso.test.js',
        status: failed > 0 ? 'failed' : 'passed',
        ...suite,
      },
    ],
    wasInterrupted: false,
    ...more,
  })
}
const [a, b] = [test('a', 'passed'), test('b', 'passed')]
const good = report([a, b])
const bypass = (line: string, shows: string, blocks: string, because: string): Bypass => ({
  line,
  shows,
  blocks,
  passes: good,
  because,
})

describeBypasses('jest-json', [
  bypass(
    'B37',
    'a suite that could not load',
    report([a, b], { numRuntimeErrorTestSuites: 1 }),
    'test/suite-error',
  ),
  bypass(
    'B38',
    'an afterAll that threw',
    report([a, b], {}, { status: 'failed' }),
    'test/suite-error',
  ),
  bypass('B38', 'a run without success', report([a, b], { success: false }), 'test/suite-error'),
  bypass(
    'B36',
    'a success that lies',
    report([a, test('b', 'failed')], { success: true }),
    'test/counter-mismatch',
  ),
  bypass('B39', 'a todo', report([a, test('b', 'todo')]), 'skipped'),
  bypass('B43', 'a test left out by .only', report([a, test('b', 'pending')]), 'skipped'),
  bypass(
    'B47',
    'a test tried again',
    report([a, test('b', 'passed', { invocations: 2 })]),
    'flaky',
  ),
  bypass(
    'B47',
    'a retry with its reason',
    report([a, test('b', 'passed', { retryReasons: ['x'] })]),
    'flaky',
  ),
  bypass(
    'B48',
    'a test without assertions',
    report([a, test('b', 'passed', { numPassingAsserts: 0 })]),
    'test/no-assertions',
  ),
  bypass(
    'B46',
    'a test that is to fail',
    report([a, test('b', 'passed', { failing: true })]),
    'test/expected-failure',
  ),
  bypass('A17', 'another status', report([a, test('b', 'ok')]), 'test/unknown-status'),
  bypass(
    'A6',
    'a pass that holds failures',
    report([a, test('b', 'passed', { failureMessages: ['no'] })]),
    'failed',
  ),
  bypass(
    'A7',
    'more tests than are listed',
    report([a, b], { numTotalTests: 3 }),
    'test/counter-mismatch',
  ),
  bypass(
    'A7',
    'fewer failures than are counted',
    report([a, b], { numFailedTests: 1 }),
    'test/counter-mismatch',
  ),
  bypass('A13', 'an id twice', report([a, a]), 'duplicate'),
  bypass('A14', 'a test without a title', report([a, test(' ', 'passed')]), 'test/unnamed'),
  bypass('C58', 'an interrupted run', report([a, b], { wasInterrupted: true }), 'test/incomplete'),
  bypass(
    'C74',
    'a key twice',
    good.replace('"success"', '"success":false,"success"'),
    'test/unparseable',
  ),
  bypass(
    'A17',
    'a key that could hide an outcome',
    report([a, test('b', 'passed', { outcome: 'failed' })]),
    'test/unknown-attribute',
  ),
])
describeDamage('jest-json', report([a, test('b', 'failed')]))
describeCorpus(
  'jest-json',
  'jest JSON',
  [],
  new Map([
    ['jest-afterall.json', [1, 0, 0]],
    ['jest-importerr.json', [0, 0, 0]],
    ['jest-only.json', [2, 0, 1]],
  ]),
)
describeCorpusCuts('jest-json', 'jest JSON')
describeCorpus(
  'jest-json',
  'vitest JSON',
  ['vitest-unhandled.json'],
  new Map([
    ['vitest-beforeall.json', [2, 0, 2]],
    ['vitest-only.json', [2, 0, 1]],
    ['vitest-unhandled.json', [1, 0, 0]],
  ]),
)
describeCorpusCuts('jest-json', 'vitest JSON', ['vitest-unhandled.json'])

describe('jest and vitest JSON', () => {
  it('name a test by file, titles around it, and title', async () => {
    const found = await read(good, { format: 'auto' })
    expect([found.format, passes(found)]).toEqual(['jest-json', true])
    expect(found.cases[0]?.id).toEqual({ file: '/app/iso.test.js', className: 'iso', name: 'a' })
  })
})
