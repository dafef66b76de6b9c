import { describe, expect, it } from 'vitest'
import { type Bypass, describeBypasses } from './support/bypass.ts'
import { describeDamage } from './support/damage.ts'
import { passes, read } from './support/reading.ts'

const PASSED = 'executed="True" result="Success" success="True"'
const FAILED = 'executed="True" result="Failure" success="False"'
const failure = '<failure><message><![CDATA[no]]></message><stack-trace>at</stack-trace></failure>'

const testCase = (attributes = PASSED, inner = '', name = 'N.F.a') =>
  `<test-case name="${name}" ${attributes} time="0.01" asserts="1">${inner}</test-case>`

interface Shape {
  readonly inner: string
  readonly suite?: string
  readonly own?: string
  readonly counters?: string
}
const run = ({ inner, suite = PASSED, own = '', counters }: Shape) =>
  `<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!--This file represents the results of running a test suite-->
<test-results name="T.dll" ${counters ?? 'total="1" errors="0" failures="0" not-run="0" inconclusive="0" ignored="0" skipped="0" invalid="0"'} date="2026-01-02" time="10:00:00">
  <environment nunit-version="2.6.4" clr-version="4" os-version="o" platform="p" cwd="c" machine-name="m" user="u" user-domain="d" />
  <culture-info current-culture="en-US" current-uiculture="en-US" />
  <test-suite type="Assembly" name="T.dll" ${suite} time="0.1" asserts="0"><results>
    <test-suite type="TestFixture" name="F" ${suite} time="0.1" asserts="0">${own}<results>${inner}</results></test-suite>
  </results></test-suite>
</test-results>`
const good = run({ inner: testCase() })

describe('NUnit 2', () => {
  it('passes when all tests passed', async () => {
    const report = await read(good, { format: 'auto' })
    expect(report.findings).toEqual([])
    expect([report.format, passes(report)]).toEqual(['nunit2', true])
    expect(report.cases[0]?.id).toEqual({ file: '', className: 'N.F', name: 'a' })
  })

  it('reads version 2.4, which writes no results', async () => {
    const older = good.replaceAll('result="Success" ', '')
    expect(passes(await read(older, { format: 'nunit2' }))).toBe(true)
    const failing = older.replace(
      'name="N.F.a" executed="True" success="True"',
      'name="N.F.a" executed="True" success="False"',
    )
    expect((await read(failing, { format: 'nunit2' })).counts.failed).toBe(1)
  })

  it('counts and explains a failure once', async () => {
    const text = run({
      inner: testCase(FAILED, failure) + testCase(PASSED, '', 'N.F.b(1.5,&quot;x.y&quot;)'),
      suite: FAILED,
      counters: 'total="2" errors="0" failures="1" not-run="0"',
    })
    const report = await read(text, { format: 'nunit2' })
    expect(report.findings).toEqual([])
    expect(report.cases).toMatchObject([
      { status: 'failed', detail: 'no' },
      { id: { className: 'N.F', name: 'b(1.5,"x.y")' }, status: 'passed' },
    ])
  })
})

const bypass = (shows: string, blocks: string, because: string, twin = good): Bypass => ({
  line: 'C61',
  shows,
  blocks,
  passes: twin,
  because,
})
const of = (attributes: string) => run({ inner: testCase(attributes) })

describeBypasses('nunit2', [
  bypass('a failed test in suites that passed', of(FAILED), 'failed'),
  bypass(
    'an inconclusive test',
    of('executed="True" result="Inconclusive" success="False"'),
    'skipped',
  ),
  bypass('an ignored test', of('executed="False" result="Ignored"'), 'skipped'),
  bypass('a test that cannot run', of('executed="False" result="NotRunnable"'), 'errored'),
  bypass('a cancelled test', of('executed="True" result="Cancelled" success="False"'), 'errored'),
  bypass(
    'a result of NUnit 3',
    of('executed="True" result="Passed" success="True"'),
    'test/unknown-status',
  ),
  bypass(
    'a pass that was not executed',
    of('executed="False" result="Success"'),
    'test/counter-mismatch',
  ),
  bypass(
    'a pass without success',
    of('executed="True" result="Success" success="False"'),
    'test/counter-mismatch',
  ),
  bypass('no outcome at all', of(''), 'test/unknown-status'),
  bypass('a pass with a failure in it', run({ inner: testCase(PASSED, failure) }), 'failed'),
  bypass(
    'a fixture that failed in its teardown',
    run({ inner: testCase(), suite: FAILED, own: failure }),
    'test/suite-error',
  ),
  bypass(
    'a fixture whose failure alone tells',
    run({ inner: testCase(), own: failure }),
    'test/suite-error',
  ),
  bypass(
    'failures that are counted and not listed',
    good.replace('failures="0"', 'failures="1"'),
    'test/counter-mismatch',
  ),
  bypass(
    'a total that is too high',
    good.replace('total="1"', 'total="2"'),
    'test/counter-mismatch',
  ),
  bypass(
    'a test that asserts nothing',
    good.replace('time="0.01" asserts="1"', 'time="0.01" asserts="0"'),
    'test/no-assertions',
  ),
])

describeDamage('nunit2', run({ inner: testCase(FAILED, failure), suite: FAILED }))
