import { type Case, type Edit, at, describeRunner } from './support/runner-cases.ts'

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

describeRunner('mocha', MOCHA)
