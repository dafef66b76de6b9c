import { describe, expect, it } from 'vitest'
import { type Bypass, describeBypasses } from './support/bypass.ts'
import { describeDamage } from './support/damage.ts'
import { codes, passes, read } from './support/reading.ts'

const test = (result: string, inside = '', name = 'A') =>
  `<test name="N.C.${name}" type="N.C" method="${name}" time="0.01" result="${result}" source-file="C.cs" source-line="3">${inside}</test>`
const errors = (count: number) =>
  count === 0
    ? '<errors />'
    : `<errors>${'<error type="assembly-cleanup" name="C"><failure exception-type="E"><message>boom</message><stack-trace>at</stack-trace></failure></error>'.repeat(count)}</errors>`

function assembly(options: {
  tests: string
  counters: string
  errors?: number
  stated?: number
}): string {
  const { tests, counters, errors: found = 0, stated = found } = options
  return `<assembly name="/T.dll" environment="64-bit" test-framework="xUnit.net 2.4" run-date="2026-01-02" run-time="10:00:00" config-file="c" time="0.1" ${counters} errors="${stated}">
    ${errors(found)}
    <collection name="Test collection for N.C" time="0.1" ${counters}>${tests}</collection>
  </assembly>`
}
const run = (...assemblies: string[]) =>
  `<?xml version="1.0" encoding="utf-8"?><assemblies timestamp="01/02/2026">${assemblies.join('')}</assemblies>`
const one = (inside: string, passed = 0, failed = 0, skipped = 0) =>
  assembly({
    tests: inside,
    counters: `total="${passed + failed + skipped}" passed="${passed}" failed="${failed}" skipped="${skipped}"`,
  })
const good = run(one(test('Pass'), 1))
const failure =
  '<failure exception-type="E"><message>no</message><stack-trace>at</stack-trace></failure>'

describe('xUnit.net', () => {
  it('passes when all tests of all assemblies passed', async () => {
    for (const text of [good, one(test('Pass'), 1)]) {
      const report = await read(text, { format: 'auto' })
      expect(report.findings).toEqual([])
      expect([report.format, passes(report)]).toEqual(['xunit', true])
      expect(report.cases[0]?.id).toEqual({ file: '', className: 'N.C', name: 'A' })
    }
  })

  it('reads what version 3 adds', async () => {
    const v3 = good
      .replace(
        '<assemblies ',
        '<assemblies schema-version="3" id="i" computer="c" user="u" finish-rtf="f" start-rtf="s" ',
      )
      .replace(
        '<assembly ',
        '<assembly id="a" not-run="0" target-framework="net8.0" time-rtf="t" start-rtf="s" finish-rtf="f" ',
      )
      .replace('<collection ', '<collection id="c" not-run="0" time-rtf="t" ')
      .replace('<test ', '<test id="t" time-rtf="t" ')
      .replace(
        '</test>',
        '<traits><trait name="k" value="v" /></traits><output>log</output></test>',
      )
    const report = await read(v3, { format: 'xunit' })
    expect([codes(report), passes(report)]).toEqual([[], true])
  })

  it('names the message of a failure', async () => {
    const report = await read(run(one(test('Fail', failure), 0, 1)), { format: 'xunit' })
    expect(report.cases).toMatchObject([{ status: 'failed', detail: 'no' }])
    expect(codes(report)).toEqual([])
  })

  it('says what went wrong outside of the tests', async () => {
    const counters = 'total="1" passed="1" failed="0" skipped="0"'
    const report = await read(run(assembly({ tests: test('Pass'), counters, errors: 1 })), {
      format: 'xunit',
    })
    expect(report.findings).toMatchObject([
      { code: 'test/suite-error', message: 'assembly-cleanup C: boom' },
    ])
  })
})

const counters = 'total="1" passed="1" failed="0" skipped="0"'
const bypass = (shows: string, blocks: string, because: string, twin = good): Bypass => ({
  line: 'C',
  shows,
  blocks,
  passes: twin,
  because,
})

describeBypasses('xunit', [
  bypass('a failed test', run(one(test('Fail', failure), 0, 1)), 'failed'),
  bypass('a skipped test', run(one(test('Skip', '<reason>later</reason>'), 0, 0, 1)), 'skipped'),
  bypass('a test that did not run', good.replace('"Pass"', '"NotRun"'), 'skipped'),
  bypass(
    'a result in another letter case',
    good.replace('"Pass"', '"pass"'),
    'test/unknown-status',
  ),
  bypass('a pass with a failure in it', run(one(test('Pass', failure), 1)), 'failed'),
  bypass(
    'an error of the assembly',
    run(assembly({ tests: test('Pass'), counters, errors: 1 })),
    'test/suite-error',
  ),
  bypass(
    'an error that is counted and not listed',
    run(assembly({ tests: test('Pass'), counters, stated: 1 })),
    'test/counter-mismatch',
  ),
  bypass(
    'a total that is too high',
    good.replaceAll('total="1"', 'total="2"'),
    'test/counter-mismatch',
  ),
  bypass('a run without tests', run(one('')), 'test/no-tests'),
  bypass(
    'the same test twice',
    run(one(test('Pass') + test('Pass'), 2)),
    'duplicate',
    run(one(test('Pass') + test('Pass', '', 'B'), 2)),
  ),
])

describeDamage('xunit', run(one(test('Pass') + test('Fail', failure, 'B'), 1, 1)))
