import { type Case, at, describeRunner } from './support/runner-cases.ts'

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

describeRunner('playwright', PLAYWRIGHT)
