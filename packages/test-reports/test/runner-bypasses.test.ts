import { describe, expect, it } from 'vitest'
import { type Bypass, describeBypasses } from './support/bypass.ts'
import { codes, passes, read } from './support/reading.ts'
import { RUNNER_REPORTS, edited } from './support/runner-reports.ts'

type Edit = readonly [path: readonly (string | number)[], put: unknown]
/** What a run hides, and the same report with that place as an honest run has it. */
type Case = readonly [line: string, shows: string, because: string, bad: Edit[], honest?: Edit[]]

const JEST_TEST = ['testResults', 0, 'assertionResults', 1]
const JEST_SUITE = ['testResults', 0]
const at = (...path: (string | number)[]) => path
const snapshot = (key: string, bad: unknown, because: string, honest: unknown): Case => [
  'B36',
  `snapshot.${key} ${JSON.stringify(bad)}`,
  because,
  [[at('snapshot', key), bad]],
  [[at('snapshot', key), honest]],
]
const SNAPSHOTS: readonly Case[] = [
  snapshot('failure', true, 'test/suite-error', false),
  snapshot('failed', 1, 'test/unknown-attribute', undefined),
  snapshot('unmatched', 1, 'test/suite-error', 0),
  snapshot('filesUnmatched', 1, 'test/suite-error', 0),
  snapshot('unchecked', 1, 'test/incomplete', 0),
  snapshot('uncheckedKeysByFile', [{ filePath: 'a', keys: ['x 1'] }], 'test/incomplete', []),
  snapshot('filesRemoved', 1, 'test/incomplete', 0),
  snapshot('filesRemovedList', ['a.snap'], 'test/incomplete', []),
  snapshot('added', 1, 'test/no-assertions', 0),
  snapshot('updated', 1, 'test/no-assertions', 0),
  snapshot('filesAdded', 1, 'test/no-assertions', 0),
  snapshot('filesUpdated', 1, 'test/no-assertions', 0),
  snapshot('didUpdate', true, 'test/no-assertions', false),
  snapshot('total', 1, 'test/counter-mismatch', 0),
  snapshot('matched', -1, 'test/counter-mismatch', 0),
]
const root = (line: string, key: string, bad: unknown, because: string): Case => [
  line,
  `${key} ${JSON.stringify(bad)}`,
  because,
  [[at(key), bad]],
]
/** What jest and vitest have in common. */
const JEST_LIKE: readonly Case[] = [
  ...SNAPSHOTS,
  root('B38', 'success', false, 'test/suite-error'),
  root('B36', 'success', 'true', 'test/unparseable'),
  root('B36', 'success', undefined, 'test/unparseable'),
  root('B38', 'numFailedTests', 1, 'test/counter-mismatch'),
  root('B38', 'numFailedTestSuites', 1, 'test/suite-error'),
  root('B43', 'numPendingTests', 1, 'test/counter-mismatch'),
  root('B43', 'numPendingTestSuites', 1, 'test/counter-mismatch'),
  root('B39', 'numTodoTests', 1, 'test/counter-mismatch'),
  root('B37', 'numTotalTests', 3, 'test/counter-mismatch'),
  root('B37', 'numTotalTestSuites', 3, 'test/counter-mismatch'),
  root('B37', 'numPassedTestSuites', 0, 'test/counter-mismatch'),
  root('B37', 'numPassedTests', 1, 'test/counter-mismatch'),
  root('B36', 'runExecError', { message: 'x' }, 'test/suite-error'),
  root('B36', 'unhandledErrors', [{ message: 'late' }], 'test/unknown-attribute'),
  root('B37', 'numRuntimeErrorTestSuites', 1, 'test/suite-error'),
  root('B36', 'wasInterrupted', true, 'test/incomplete'),
  root('B36', 'openHandles', [{ message: 'TCPSERVERWRAP' }], 'test/suite-error'),
  [
    'B38',
    'a failed suite whose tests passed',
    'test/suite-error',
    [[at(...JEST_SUITE, 'status'), 'failed']],
  ],
  [
    'B38',
    'a suite that passed with a message',
    'test/suite-error',
    [[at(...JEST_SUITE, 'message'), 'cleanup found rows']],
  ],
  [
    'B37',
    'a suite that could not run',
    'test/suite-error',
    [[at(...JEST_SUITE, 'testExecError'), { message: 'x' }]],
  ],
  [
    'B43',
    'a focused suite without the tests that it left out',
    'test/counter-mismatch',
    [[at(...JEST_SUITE, 'status'), 'focused']],
  ],
  [
    'B43',
    'a skipped suite whose tests passed',
    'test/counter-mismatch',
    [[at(...JEST_SUITE, 'status'), 'skipped']],
  ],
  [
    'B37',
    'a suite in a state that nobody knows',
    'test/unknown-status',
    [[at(...JEST_SUITE, 'status'), 'ok']],
  ],
  [
    'B37',
    'a second suite that lists no tests',
    'test/no-tests',
    [
      [
        at('testResults'),
        [{ assertionResults: [], message: '', name: '/app/b.test.js', status: 'passed' }],
      ],
    ],
  ],
  [
    'B38',
    'a test that passed with a failure message',
    'failed',
    [[at(...JEST_TEST, 'failureMessages'), ['leak']]],
    [[at(...JEST_TEST, 'failureMessages'), []]],
  ],
  [
    'B38',
    'a test that passed with failure details',
    'failed',
    [[at(...JEST_TEST, 'failureDetails'), [{}]]],
    [[at(...JEST_TEST, 'failureDetails'), []]],
  ],
  [
    'B38',
    'a test that passed with an error',
    'test/unknown-attribute',
    [[at(...JEST_TEST, 'error'), 'leak']],
  ],
  ['B39', 'a todo among what passed', 'skipped', [[at(...JEST_TEST, 'status'), 'todo']]],
  ['B43', 'a pending test among what passed', 'skipped', [[at(...JEST_TEST, 'status'), 'pending']]],
  ['B43', 'a focused test', 'test/unknown-status', [[at(...JEST_TEST, 'status'), 'focused']]],
  [
    'B46',
    'a test that is to fail',
    'test/expected-failure',
    [[at(...JEST_TEST, 'failing'), true]],
    [[at(...JEST_TEST, 'failing'), false]],
  ],
  [
    'B47',
    'two invocations',
    'flaky',
    [[at(...JEST_TEST, 'invocations'), 2]],
    [[at(...JEST_TEST, 'invocations'), 1]],
  ],
  [
    'B47',
    'no invocation',
    'flaky',
    [[at(...JEST_TEST, 'invocations'), 0]],
    [[at(...JEST_TEST, 'invocations'), 1]],
  ],
  [
    'B47',
    'a reason for a retry',
    'flaky',
    [[at(...JEST_TEST, 'retryReasons'), ['x']]],
    [[at(...JEST_TEST, 'retryReasons'), []]],
  ],
  [
    'B47',
    'a message of a retry',
    'flaky',
    [[at(...JEST_TEST, 'retryMessages'), ['x']]],
    [[at(...JEST_TEST, 'retryMessages'), []]],
  ],
  [
    'B48',
    'no assertion that held',
    'test/no-assertions',
    [[at(...JEST_TEST, 'numPassingAsserts'), 0]],
    [[at(...JEST_TEST, 'numPassingAsserts'), 1]],
  ],
]

const mochaBoth = (key: string, put: unknown): Edit[] => [
  [at('tests', 1, key), put],
  [at('passes', 1, key), put],
]
const stat = (key: string, bad: number): Case => [
  'C63',
  `stats.${key} ${bad}`,
  'test/counter-mismatch',
  [[at('stats', key), bad]],
]
const MOCHA: readonly Case[] = [
  stat('failures', 1),
  stat('pending', 1),
  stat('passes', 1),
  stat('passes', 3),
  stat('tests', 3),
  stat('failures', -1),
  [
    'C63',
    'tests without currentRetry',
    'test/unparseable',
    mochaBoth('currentRetry', undefined),
    mochaBoth('currentRetry', 0),
  ],
  ['C63', 'currentRetry 1', 'flaky', mochaBoth('currentRetry', 1), mochaBoth('currentRetry', 0)],
  [
    'C63',
    'currentRetry 1 among the tests alone',
    'test/counter-mismatch',
    [[at('tests', 1, 'currentRetry'), 1]],
  ],
  [
    'B47',
    'a pass with an error',
    'failed',
    mochaBoth('err', { message: 'x' }),
    mochaBoth('err', {}),
  ],
  [
    'B47',
    'a pass whose error is among the tests alone',
    'test/counter-mismatch',
    [[at('tests', 1, 'err'), { message: 'x' }]],
  ],
  [
    'B47',
    'a pass without err',
    'test/unparseable',
    mochaBoth('err', undefined),
    mochaBoth('err', {}),
  ],
  [
    'B43',
    'a dry run',
    'test/incomplete',
    mochaBoth('duration', undefined),
    mochaBoth('duration', 0),
  ],
  [
    'B44',
    'a test in no list',
    'test/incomplete',
    [
      [at('passes', 1), undefined],
      [at('stats', 'passes'), 1],
    ],
  ],
  [
    'B44',
    'another test in place of one that ran',
    'test/counter-mismatch',
    [[at('passes', 1, 'fullTitle'), 'iso c']],
  ],
  [
    'B44',
    'a failing hook',
    'failed',
    [
      [
        at('failures'),
        [
          {
            title: '"after all" hook',
            fullTitle: 'iso "after all" hook',
            currentRetry: 0,
            err: { message: 'x' },
          },
        ],
      ],
      [at('stats', 'failures'), 1],
    ],
  ],
  [
    'B43',
    'a state that nobody knows',
    'test/unknown-attribute',
    mochaBoth('state', 'failed'),
    mochaBoth('state', undefined),
  ],
  [
    'B43',
    'a pending mark',
    'test/unknown-attribute',
    mochaBoth('pending', true),
    mochaBoth('pending', undefined),
  ],
  [
    'B43',
    'a speed that nobody knows',
    'test/unknown-status',
    mochaBoth('speed', 'never'),
    mochaBoth('speed', 'slow'),
  ],
]

const PW_TEST = ['suites', 0, 'suites', 0, 'specs', 0, 'tests', 0]
const PW_RESULT = [...PW_TEST, 'results', 0]
const FAILED_RESULT = { status: 'failed', errors: [{ message: 'leak' }], retry: 0 }
const mark = (type: string): Case => [
  'B43',
  `a test that is marked ${type}`,
  'test/counter-mismatch',
  [[at(...PW_TEST, 'annotations'), [{ type }]]],
  [[at(...PW_TEST, 'annotations'), [{ type: 'issue' }, { type: 'slow' }]]],
]
const resultThat = (status: string, because: string): Case => [
  'B42',
  `a result that is ${status}`,
  because,
  [[at(...PW_RESULT, 'status'), status]],
]
const PLAYWRIGHT: readonly Case[] = [
  ['B41', 'an error of the run', 'test/suite-error', [[at('errors'), [{ message: 'x' }]]]],
  ['B41', 'an error without a message', 'test/suite-error', [[at('errors'), [null]]]],
  ...['expected', 'skipped', 'unexpected', 'flaky'].map((key): Case => [
    'B42',
    `stats.${key} 1`,
    'test/counter-mismatch',
    [[at('stats', key), 1]],
  ]),
  ['B42', 'stats without flaky', 'test/unparseable', [[at('stats', 'flaky'), undefined]]],
  ['B42', 'stats.interrupted', 'test/unknown-attribute', [[at('stats', 'interrupted'), 1]]],
  resultThat('failed', 'failed'),
  resultThat('timedOut', 'failed'),
  resultThat('interrupted', 'errored'),
  resultThat('skipped', 'failed'),
  resultThat('ok', 'test/unknown-status'),
  [
    'B42',
    'a result without a status',
    'test/unknown-status',
    [[at(...PW_RESULT, 'status'), undefined]],
  ],
  [
    'B42',
    'a result that passed with an error',
    'failed',
    [[at(...PW_RESULT, 'error'), { message: 'x' }]],
  ],
  [
    'B42',
    'a result that passed with errors',
    'failed',
    [[at(...PW_RESULT, 'errors'), [{ message: 'x' }]]],
  ],
  [
    'B42',
    'a result that passed with the place of an error',
    'failed',
    [[at(...PW_RESULT, 'errorLocation'), { file: 'a' }]],
  ],
  [
    'B42',
    'a step that failed',
    'failed',
    [[at(...PW_RESULT, 'steps', 0, 'error'), { message: 'x' }]],
  ],
  [
    'B42',
    'a step within a step that failed',
    'failed',
    [[at(...PW_RESULT, 'steps', 0, 'steps'), [{ title: 't', error: {} }]]],
    [[at(...PW_RESULT, 'steps', 0, 'steps'), [{ title: 't' }]]],
  ],
  ['B42', 'the second try alone', 'flaky', [[at(...PW_RESULT, 'retry'), 1]]],
  [
    'B42',
    'two tries',
    'flaky',
    [[at(...PW_TEST, 'results'), [FAILED_RESULT, { status: 'passed', errors: [], retry: 1 }]]],
  ],
  [
    'B42',
    'an outcome that is flaky',
    'flaky',
    [
      [at(...PW_TEST, 'status'), 'flaky'],
      [at('stats', 'flaky'), 1],
      [at('stats', 'expected'), 1],
    ],
  ],
  [
    'B42',
    'an outcome that is unexpected, and ok',
    'failed',
    [
      [at(...PW_TEST, 'status'), 'unexpected'],
      [at('stats', 'unexpected'), 1],
      [at('stats', 'expected'), 1],
    ],
  ],
  [
    'B43',
    'an outcome that is skipped, and ok',
    'skipped',
    [
      [at(...PW_TEST, 'status'), 'skipped'],
      [at('stats', 'skipped'), 1],
      [at('stats', 'expected'), 1],
    ],
  ],
  [
    'B46',
    'a failure that was expected',
    'test/expected-failure',
    [
      [at(...PW_TEST, 'expectedStatus'), 'failed'],
      [at(...PW_TEST, 'results'), [FAILED_RESULT]],
    ],
  ],
  [
    'B46',
    'an expected failure that passed',
    'test/expected-failure',
    [[at(...PW_TEST, 'expectedStatus'), 'failed']],
  ],
  [
    'B43',
    'a test that was expected to be skipped',
    'test/expected-failure',
    [[at(...PW_TEST, 'expectedStatus'), 'skipped']],
  ],
  [
    'B46',
    'an expected timeout',
    'test/expected-failure',
    [[at(...PW_TEST, 'expectedStatus'), 'timedOut']],
  ],
  mark('skip'),
  mark('fixme'),
  mark('fail'),
  [
    'B43',
    'a result that is marked skip',
    'test/counter-mismatch',
    [[at(...PW_RESULT, 'annotations'), [{ type: 'skip' }]]],
  ],
  ['B42', 'a test without results', 'test/incomplete', [[at(...PW_TEST, 'results'), []]]],
  [
    'B43',
    'a spec without tests',
    'test/incomplete',
    [
      [at('suites', 0, 'suites', 0, 'specs', 0, 'tests'), []],
      [at('stats', 'expected'), 1],
    ],
  ],
  [
    'B42',
    'a spec that is not ok',
    'test/counter-mismatch',
    [[at('suites', 0, 'suites', 0, 'specs', 0, 'ok'), false]],
  ],
  [
    'B48',
    'snapshots that were rewritten',
    'test/no-assertions',
    [[at('config', 'updateSnapshots'), 'all']],
  ],
  [
    'B48',
    'snapshots that were ignored',
    'test/no-assertions',
    [[at('config', 'projects', 0, 'ignoreSnapshots'), true]],
  ],
  [
    'B41',
    'a suite whose name stands behind its tests',
    'test/unparseable',
    [[at('suites', 0, 'suites', 0), { specs: [], title: 'iso', file: 'iso.spec.js' }]],
    [[at('suites', 0, 'line'), 1]],
  ],
]

const RSPEC: readonly Case[] = [
  [
    'C62',
    'an error outside of examples',
    'test/suite-error',
    [[at('summary', 'errors_outside_of_examples_count'), 1]],
  ],
  [
    'C62',
    'a hook that failed',
    'test/suite-error',
    [[at('messages', 0), '\nAn error occurred in an `after(:context)` hook.']],
  ],
  ['B43', 'a focus', 'test/focused', [[at('messages', 0), 'Run options: include {:focus=>true}']]],
  [
    'B43',
    'a focus as Ruby 3.4 writes it',
    'test/focused',
    [[at('messages', 0), 'Run options: include {focus: true}']],
  ],
  [
    'B46',
    'a pending example',
    'skipped',
    [[at('examples', 1, 'pending_message'), 'Not yet implemented']],
    [[at('examples', 1, 'pending_message'), null]],
  ],
]

const CUCUMBER_STEP = [0, 'elements', 1, 'steps', 1]
const CUCUMBER: readonly Case[] = [
  ...['undefined', 'ambiguous'].map((status): Case => [
    'C69',
    `a step that is ${status}`,
    'errored',
    [[at(...CUCUMBER_STEP, 'result', 'status'), status]],
  ]),
  ...['pending', 'skipped'].map((status): Case => [
    'C69',
    `a step that is ${status}`,
    'skipped',
    [[at(...CUCUMBER_STEP, 'result', 'status'), status]],
  ]),
  [
    'C69',
    'a step without a result',
    'test/unknown-status',
    [[at(...CUCUMBER_STEP, 'result'), undefined]],
  ],
  [
    'C69',
    'a step that passed with an error',
    'failed',
    [[at(...CUCUMBER_STEP, 'result', 'error_message'), 'leak']],
  ],
  [
    'C69',
    'a hidden hook that failed',
    'failed',
    [[at(0, 'elements', 1, 'steps', 2, 'result', 'status'), 'failed']],
  ],
  [
    'C69',
    'a status at the scenario alone',
    'failed',
    [[at(0, 'elements', 1, 'status'), 'failed']],
    [[at(0, 'elements', 1, 'tags'), []]],
  ],
]

const CTRF_TEST = ['results', 'tests', 1]
const CTRF: readonly Case[] = [
  [
    'C63',
    'a failure that is only counted',
    'test/counter-mismatch',
    [[at('results', 'summary', 'failed'), 1]],
  ],
  ['B47', 'retries', 'flaky', [[at(...CTRF_TEST, 'retries'), 1]]],
  ['B47', 'a test that is flaky', 'flaky', [[at(...CTRF_TEST, 'flaky'), true]]],
  [
    'B47',
    'attempts',
    'flaky',
    [[at(...CTRF_TEST, 'retryAttempts'), [{ attempt: 1 }]]],
    [[at(...CTRF_TEST, 'retryAttempts'), []]],
  ],
  [
    'B38',
    'a pass with the trace of an error',
    'failed',
    [[at(...CTRF_TEST, 'trace'), 'Error: leak\n at a']],
    [[at(...CTRF_TEST, 'trace'), '']],
  ],
  [
    'B46',
    'another word of the runner',
    'test/unknown-status',
    [[at(...CTRF_TEST, 'rawStatus'), 'todo']],
  ],
  ['B38', 'a failing step', 'failed', [[at(...CTRF_TEST, 'steps', 0, 'status'), 'failed']]],
]

const SARIF: readonly Case[] = [
  [
    'C71',
    'a suppressed result',
    'skipped',
    [
      [
        at('runs', 0, 'results', 0),
        { ruleId: 'A1', message: {}, suppressions: [{ kind: 'inSource' }] },
      ],
    ],
  ],
  [
    'C72',
    'an execution that was not successful',
    'test/suite-error',
    [[at('runs', 0, 'invocations', 0, 'executionSuccessful'), false]],
  ],
  [
    'C72',
    'an exit code that no result explains',
    'test/suite-error',
    [[at('runs', 0, 'invocations', 0, 'exitCode'), 2]],
  ],
  [
    'C72',
    'results that are null',
    'test/suite-error',
    [[at('runs', 0, 'results'), null]],
    [[at('runs', 0, 'results'), []]],
  ],
  [
    'C72',
    'results that are absent',
    'test/suite-error',
    [[at('runs', 0, 'results'), undefined]],
    [[at('runs', 0, 'results'), []]],
  ],
  ['C72', 'no runs', 'test/no-tests', [[at('runs'), []]]],
  ['C72', 'kind review', 'errored', [[at('runs', 0, 'results', 0, 'kind'), 'review']]],
]

const CASES: Readonly<Record<string, readonly Case[]>> = {
  jest: JEST_LIKE,
  vitest: JEST_LIKE.filter(([, shows]) => shows !== 'numTotalTestSuites 3'),
  mocha: MOCHA,
  playwright: PLAYWRIGHT,
  rspec: RSPEC,
  cucumber: CUCUMBER,
  ctrf: CTRF,
  sarif: SARIF,
}

for (const { runner, format, green } of RUNNER_REPORTS) {
  describe(`what ${runner} writes`, () => {
    it('passes as it is, whatever the pieces that it comes in', async () => {
      const text = JSON.stringify(green, null, 1)
      for (const piece of [1, 7, text.length]) {
        const report = await read(text, { format, piece })
        expect(report.findings).toEqual([])
        expect(passes(report)).toBe(true)
      }
    })

    it('is told by its content', async () => {
      const report = await read(JSON.stringify(green), { format: 'auto' })
      expect([report.format, codes(report)]).toEqual([format, []])
    })
  })
  const bypasses = (CASES[runner] ?? []).map(
    ([line, shows, because, bad, honest = []]): Bypass => ({
      line,
      shows,
      because,
      blocks: JSON.stringify(edited(green, bad)),
      passes: JSON.stringify(edited(green, honest)),
    }),
  )
  describe(`what ${runner} writes`, () => describeBypasses(format, bypasses))
}
