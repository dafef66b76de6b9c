import { describe, expect, it } from 'vitest'
import { type Bypass, describeBypasses } from './support/bypass.ts'
import { describeCorpusCuts } from './support/corpus-cuts.ts'
import { describeCorpus } from './support/corpus-totals.ts'
import { describeDamage } from './support/damage.ts'
import { codes, read } from './support/reading.ts'

const event = (action: string, fields: object = {}) =>
  `${JSON.stringify({ Action: action, Package: 'ex/tenant', ...fields })}\n`
const test = (name: string, end: string) =>
  event('run', { Test: name }) + event(end, { Test: name, Elapsed: 0.1 })
const start = event('start')
const done = (end = 'pass') => event(end, { Elapsed: 0.1 })
const good = start + test('TestA', 'pass') + done()
const ok = (note: string) => event('output', { Output: `ok  \tex/tenant\t${note}\n` })

const BYPASSES: readonly Bypass[] = [
  {
    line: 'C53',
    shows: 'a package that does not build',
    blocks: `${good}{"ImportPath":"ex/b","Action":"build-output","Output":"x.go:1: bad\\n"}\n{"ImportPath":"ex/b","Action":"build-fail"}\n`,
    passes: `${good}{"ImportPath":"ex/b","Action":"build-output","Output":"x.go:1: bad\\n"}\n`,
    because: 'test/suite-error',
  },
  {
    line: 'C54',
    shows: 'TestMain that fails after its tests passed',
    blocks: start + test('TestA', 'pass') + done('fail'),
    passes: good,
    because: 'test/suite-error',
  },
  {
    line: 'C56',
    shows: 'a test that fails, then passes',
    blocks: start + test('TestA', 'fail') + test('TestA', 'pass') + done(),
    passes: start + test('TestB', 'pass') + test('TestA', 'pass') + done(),
    because: 'flaky',
  },
  {
    line: 'C56',
    shows: 'a package that fails, then passes',
    blocks: start + test('TestA', 'fail') + done('fail') + good,
    passes: good,
    because: 'duplicate',
  },
  {
    line: 'C57',
    shows: 'no test files',
    blocks: start + done('skip'),
    passes: good,
    because: 'test/no-tests',
  },
  {
    line: 'C57',
    shows: 'a -run that matches nothing in one of two packages',
    blocks: `${good}{"Action":"pass","Package":"ex/other","Elapsed":0}\n`,
    passes: `${good}{"Action":"skip","Package":"ex/other","Elapsed":0}\n`,
    because: 'test/no-tests',
  },
  {
    line: 'C57',
    shows: 'a cached result',
    blocks: start + test('TestA', 'pass') + ok('(cached)') + done(),
    passes: start + test('TestA', 'pass') + ok('0.004s') + done(),
    because: 'test/cached',
  },
  {
    line: 'C58',
    shows: 'a test without an end',
    blocks: start + test('TestA', 'pass') + event('run', { Test: 'TestB' }) + done(),
    passes: start + test('TestA', 'pass') + test('TestB', 'pass') + done(),
    because: 'test/incomplete',
  },
  {
    line: 'C58',
    shows: 'a package without an end',
    blocks: start + test('TestA', 'pass'),
    passes: good,
    because: 'test/incomplete',
  },
  {
    line: 'C74',
    shows: 'an action stated twice',
    blocks: good.replace('"Action":"pass"', '"Action":"fail","Action":"pass"'),
    passes: good,
    because: 'test/unparseable',
  },
  {
    line: 'C74',
    shows: 'a line that is no JSON',
    blocks: `# ex/tenant\n${good}`,
    passes: good,
    because: 'test/unparseable',
  },
  {
    line: 'D77',
    shows: 'bytes that are not UTF-8',
    blocks: Buffer.from(good.replace('TestA', 'Test\u00e9'), 'latin1'),
    passes: good.replaceAll('TestA', 'Test\u00e9'),
    because: 'test/bad-encoding',
  },
  {
    line: 'A17',
    shows: 'an unknown action',
    blocks: start + test('TestA', 'pass') + event('retry', { Test: 'TestA' }) + done(),
    passes: start + test('TestA', 'pass') + event('pause', { Test: 'TestA' }) + done(),
    because: 'test/unknown-status',
  },
  {
    line: 'A17',
    shows: 'an unknown field',
    blocks: start + event('attr', { Test: 'TestA', Failed: true }) + test('TestA', 'pass') + done(),
    passes: start + event('attr', { Test: 'TestA', Key: 'k' }) + test('TestA', 'pass') + done(),
    because: 'test/unknown-attribute',
  },
  {
    line: 'A6',
    shows: 'a failing test in a package that passes',
    blocks: start + test('TestA', 'pass') + test('TestB', 'fail') + done(),
    passes: start + test('TestA', 'pass') + test('TestB', 'pass') + done(),
    because: 'test/counter-mismatch',
  },
  {
    line: 'A4',
    shows: 'a skipped test',
    blocks: start + test('TestA', 'skip') + done(),
    passes: good,
    because: 'skipped',
  },
]

describeBypasses('go-json', BYPASSES)
describeCorpus(
  'go-json',
  'go test -json',
  [],
  new Map([
    ['go-no-test-files/golang-json.json', [0, 0, 0]],
    // Its one test is flaky.
    ['go-rerun-lastwins/golang-json.json', [1, 0, 0]],
    ['go-testmain-exit/golang-json.json', [0, 0, 0]],
  ]),
)
describeCorpusCuts('go-json', 'go test -json')
describeDamage('go-json', start + test('TestA', 'pass') + test('TestLeak/é', 'fail') + done('fail'))

describe('go-json', () => {
  it('keeps the output of a failing test as its detail', async () => {
    const output = event('output', { Test: 'TestA', Output: '    a_test.go:9: row of tenant B\n' })
    const failing = event('run', { Test: 'TestA' }) + output + event('fail', { Test: 'TestA' })
    const report = await read(start + failing + done('fail'), { format: 'go-json' })
    expect(report.cases).toEqual([
      {
        id: { file: '', className: 'ex/tenant', name: 'TestA' },
        status: 'failed',
        detail: 'a_test.go:9: row of tenant B',
      },
    ])
    expect(report.findings).toEqual([])
  })

  it('refuses a line that is too long, and takes one that is not', async () => {
    const line = event('output', { Output: 'x'.repeat(2000) })
    const limits = { textLength: 1000 }
    expect(codes(await read(line + good, { format: 'go-json', limits }))).toEqual(['test/too-long'])
    expect(codes(await read(good, { format: 'go-json', limits }))).toEqual([])
  })
})
