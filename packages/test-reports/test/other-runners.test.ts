import { type Case, at, describeRunner } from './support/runner-cases.ts'

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
  [
    'C69',
    'a second feature without scenarios',
    'test/no-tests',
    [[at(1), { name: 'empty', elements: [] }]],
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

describeRunner('rspec', RSPEC)
describeRunner('cucumber', CUCUMBER)
describeRunner('ctrf', CTRF)
describeRunner('sarif', SARIF)
