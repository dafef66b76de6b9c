import { type Bypass, describeBypasses } from './support/bypass.ts'
import { describeCorpusCuts } from './support/corpus-cuts.ts'
import { describeCorpus } from './support/corpus-totals.ts'
import { describeDamage } from './support/damage.ts'

const test = (title: string, more: object = {}) => ({
  title,
  fullTitle: `iso ${title}`,
  file: '/app/iso.js',
  duration: 1,
  currentRetry: 0,
  err: {},
  ...more,
})
interface Lists {
  readonly passes?: readonly object[]
  readonly failures?: readonly object[]
  readonly pending?: readonly object[]
  readonly tests?: readonly object[]
  readonly stats?: object
}
function report({ passes = [], failures = [], pending = [], stats = {}, ...rest }: Lists): string {
  const { tests = [...passes, ...failures, ...pending] } = rest
  const counts = {
    suites: 1,
    tests: tests.length,
    passes: passes.length,
    pending: pending.length,
    failures: failures.length,
  }
  return JSON.stringify({ stats: { ...counts, ...stats }, tests, pending, failures, passes })
}
const [a, b] = [test('a'), test('b')]
const good = report({ passes: [a, b] })
const bypass = (line: string, shows: string, blocks: string, because: string): Bypass => ({
  line,
  shows,
  blocks,
  passes: good,
  because,
})

describeBypasses('mocha-json', [
  bypass(
    'C63',
    'failures that are only counted',
    report({ passes: [a, b], stats: { failures: 1 } }),
    'test/counter-mismatch',
  ),
  bypass(
    'C63',
    'a test tried again',
    report({ passes: [a, test('b', { currentRetry: 1 })] }),
    'flaky',
  ),
  bypass(
    'B44',
    'a hook that failed',
    report({
      passes: [a, b],
      tests: [a, b],
      failures: [test('"before all" hook', { err: { message: 'x' } })],
    }),
    'failed',
  ),
  bypass('B43', 'a pending test', report({ passes: [a], pending: [b] }), 'skipped'),
  bypass(
    'C58',
    'a test without an outcome',
    report({ passes: [a], tests: [a, b] }),
    'test/incomplete',
  ),
  bypass(
    'A6',
    'a pass with an error',
    report({ passes: [a, test('b', { err: { message: 'x' } })] }),
    'failed',
  ),
  bypass('A13', 'an id twice', report({ passes: [a, a] }), 'duplicate'),
  bypass(
    'A17',
    'a key that could hide an outcome',
    report({ passes: [a, test('b', { state: 'failed' })] }),
    'test/unknown-attribute',
  ),
])
describeDamage(
  'mocha-json',
  report({ passes: [a], failures: [test('b', { err: { message: 'leak' } })] }),
)
describeCorpus(
  'mocha-json',
  'mocha JSON',
  ['mocha-only.json'],
  new Map([
    ['mocha-hook.json', [1, 1, 0]],
    ['mocha-only.json', [1, 0, 0]],
    ['empty/mocha-json.json', [0, 0, 0]],
  ]),
)
describeCorpusCuts('mocha-json', 'mocha JSON', ['mocha-only.json'])
