import { type Case, at, describeRunner } from './support/runner-cases.ts'

const JEST_TEST = ['testResults', 0, 'assertionResults', 1]
const JEST_SUITE = ['testResults', 0]
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
  [
    'B43',
    'a pass that was not run',
    'test/incomplete',
    [[at(...JEST_TEST, 'duration'), null]],
    [[at(...JEST_TEST, 'duration'), 0]],
  ],
]

describeRunner('jest', JEST_LIKE)
// vitest counts blocks within files as suites, too.
describeRunner(
  'vitest',
  JEST_LIKE.filter(([, shows]) => shows !== 'numTotalTestSuites 3'),
)
