import { describe, expect, it } from 'vitest'
import { type Bypass, describeBypasses } from './support/bypass.ts'
import { describeCorpusCuts } from './support/corpus-cuts.ts'
import { describeCorpus } from './support/corpus-totals.ts'
import { describeDamage } from './support/damage.ts'
import { read } from './support/reading.ts'

const passed = { status: 'passed', errors: [], retry: 0 }
const failed = { status: 'failed', errors: [{ message: 'leak' }], retry: 0 }
interface Outcome {
  readonly status?: string
  readonly expectedStatus?: string
  readonly results?: readonly object[]
  readonly ok?: boolean
}
const spec = (title: string, { ok = true, ...outcome }: Outcome = {}) => ({
  title,
  ok,
  file: 'iso.spec.js',
  tests: [
    {
      annotations: [],
      expectedStatus: 'passed',
      projectName: 'web',
      status: 'expected',
      results: [passed],
      ...outcome,
    },
  ],
})
type Spec = ReturnType<typeof spec>
function report(
  specs: readonly Spec[],
  more: { errors?: readonly object[]; stats?: object; below?: readonly Spec[] } = {},
): string {
  const { errors = [], stats = {}, below = [] } = more
  const count = (status: string) =>
    [...specs, ...below].flatMap(({ tests }) => tests).filter((test) => test.status === status)
      .length
  return JSON.stringify({
    config: { rootDir: '/app' },
    suites: [
      {
        title: 'iso.spec.js',
        file: 'iso.spec.js',
        specs,
        suites: below.length === 0 ? [] : [{ title: 'tenants', file: 'iso.spec.js', specs: below }],
      },
    ],
    errors,
    stats: {
      expected: count('expected'),
      skipped: count('skipped'),
      unexpected: count('unexpected'),
      flaky: count('flaky'),
      ...stats,
    },
  })
}
const [a, b] = [spec('a'), spec('b')]
const good = report([a, b])
const bypass = (line: string, shows: string, blocks: string, because: string): Bypass => ({
  line,
  shows,
  blocks,
  passes: good,
  because,
})

describeBypasses('playwright-json', [
  bypass(
    'B41',
    'a file that did not load',
    report([a, b], { errors: [{ message: 'x' }] }),
    'test/suite-error',
  ),
  bypass(
    'B42',
    'a flaky test',
    report([a, spec('b', { status: 'flaky', results: [failed, passed] })]),
    'flaky',
  ),
  bypass(
    'B42',
    'a retry that is called expected',
    report([a, spec('b', { results: [failed, passed] })]),
    'flaky',
  ),
  bypass(
    'B46',
    'a test that is to fail',
    report([a, spec('b', { expectedStatus: 'failed', results: [failed] })]),
    'test/expected-failure',
  ),
  bypass(
    'B43',
    'a skipped test',
    report([a, spec('b', { status: 'skipped', expectedStatus: 'skipped', results: [] })]),
    'skipped',
  ),
  bypass(
    'A17',
    'an unknown outcome',
    report([a, spec('b', { status: 'fine' })]),
    'test/unknown-status',
  ),
  bypass(
    'C59',
    'a result that timed out',
    report([a, spec('b', { results: [{ status: 'timedOut', errors: [] }] })]),
    'failed',
  ),
  bypass(
    'C58',
    'a test without a result',
    report([a, spec('b', { results: [] })]),
    'test/incomplete',
  ),
  bypass(
    'A7',
    'failures that are only counted',
    report([a, b], { stats: { unexpected: 1 } }),
    'test/counter-mismatch',
  ),
  bypass(
    'A9',
    'a failure in a nested suite',
    report([a], { below: [spec('b', { ok: false, status: 'unexpected', results: [failed] })] }),
    'failed',
  ),
  bypass('A13', 'an id twice', report([a, a]), 'duplicate'),
])
describeDamage(
  'playwright-json',
  report([a, spec('b', { ok: false, status: 'unexpected', results: [failed] })]),
)
describeCorpus(
  'playwright-json',
  'Playwright JSON',
  [],
  // One of the five is flaky; one failed as it was expected to.
  new Map([['pw-a.json', [5, 1, 2]]]),
)
describeCorpusCuts('playwright-json', 'Playwright JSON')

describe('Playwright JSON', () => {
  it('names a test by file, project, suites and title', async () => {
    const found = await read(report([a], { below: [b] }), { format: 'auto' })
    expect(found.cases.map(({ id }) => id)).toEqual([
      { file: 'iso.spec.js', className: 'web', name: 'a' },
      { file: 'iso.spec.js', className: 'web › tenants', name: 'b' },
    ])
  })
})
