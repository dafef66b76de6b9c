import { describe, expect, it } from 'vitest'
import { type Bypass, describeBypasses } from './support/bypass.ts'
import { describeDamage } from './support/damage.ts'
import { codes, passes, read } from './support/reading.ts'
import { corpusEntriesOf, corpusFile, corpusIsAbsent } from './support/shared-corpus.ts'

const lines = (...text: string[]) => `${text.join('\n')}\n`
const good = lines('1..2', 'ok 1 - a', 'ok 2 - b')

const plan = (shows: string, ...blocks: string[]): Bypass => ({
  line: 'C66',
  shows,
  blocks: lines(...blocks),
  passes: good,
  because: 'test/plan-mismatch',
})
const bailOut = (shows: string, line: string): Bypass => ({
  line: 'C67',
  shows,
  blocks: lines('1..2', 'ok 1 - a', 'ok 2 - b', line),
  passes: lines('1..2', 'ok 1 - a', 'ok 2 - b', `# ${line}`),
  because: 'test/bail-out',
})
const directive = (shows: string, blocks: string, twin: string, because = 'skipped'): Bypass => ({
  line: 'B46',
  shows,
  blocks: lines('1..2', 'ok 1 - a', blocks),
  passes: lines('1..2', 'ok 1 - a', twin),
  because,
})
const subtest = (shows: string, blocks: string[], passing: string[]): Bypass => ({
  line: 'C68',
  shows,
  blocks: lines('TAP version 14', ...blocks, '1..1'),
  passes: lines('TAP version 14', ...passing, '1..1'),
  because: 'test/subtest',
})

const BYPASSES: readonly Bypass[] = [
  plan('a plan that promises more', '1..3', 'ok 1 - a', 'ok 2 - b'),
  plan('a plan that promises less', '1..1', 'ok 1 - a', 'ok 2 - b'),
  plan('no plan', 'ok 1 - a', 'ok 2 - b'),
  plan('two plans', '1..2', 'ok 1 - a', 'ok 2 - b', '1..2'),
  plan('a plan in the middle', 'ok 1 - a', '1..2', 'ok 2 - b'),
  plan('a plan that is none', '2..1', 'ok 1 - a', 'ok 2 - b'),
  plan('a plan that skips', '1..2 # SKIP no db', 'ok 1 - a', 'ok 2 - b'),
  plan('a test with the number of another', '1..2', 'ok 1 - a', 'ok 1 - b'),
  plan('tests out of order', '1..2', 'ok 2 - a', 'ok 1 - b'),
  {
    line: 'A1',
    shows: 'a plan of no tests',
    blocks: lines('1..0 # SKIP no db'),
    passes: good,
    because: 'test/no-tests',
  },
  bailOut('a bail-out', 'Bail out! no db'),
  bailOut('a bail-out in small letters', 'bail out!'),
  bailOut('a bail-out in a subtest', '        BAIL OUT! no db'),
  directive('a test to do that fails', 'not ok 2 - b # TODO later', 'ok 2 - b', 'failed'),
  directive('a test to do', 'ok 2 - b # TODO later', 'ok 2 - b \\# TODO later'),
  directive('a skipped test', 'ok 2 - b # SKIP no db', 'ok 2 - b SKIP no db'),
  directive('a directive in odd letters', 'ok 2 - b #SkIpPed', 'ok 2 - b # time=1ms'),
  directive('a directive after an escaped backslash', 'ok 2 - b \\\\# todo', 'ok 2 - b \\# todo'),
  directive(
    'a directive behind another hash',
    'ok 2 - b # x # todo',
    'ok 2 - b # x # y',
    'test/unknown-attribute',
  ),
  subtest(
    'a failing subtest under a passing test',
    ['    not ok 1 - x', '    1..1', 'ok 1 - a'],
    ['    ok 1 - x', '    1..1', 'ok 1 - a'],
  ),
  subtest(
    'a skipped subtest under a passing test',
    ['    ok 1 - x # SKIP', '    1..1', 'ok 1 - a'],
    ['    ok 1 - x', '    1..1', 'ok 1 - a'],
  ),
  subtest(
    'a failing subtest two levels down',
    ['        not ok 1 - y', '        1..1', '    ok 1 - x', '    1..1', 'ok 1 - a'],
    ['        ok 1 - y', '        1..1', '    ok 1 - x', '    1..1', 'ok 1 - a'],
  ),
  subtest(
    'a failing subtest in braces',
    ['ok 1 - a {', '    not ok 1 - x', '    1..1', '}'],
    ['ok 1 - a {', '    ok 1 - x', '    1..1', '}'],
  ),
  subtest(
    'a failing subtest in braces after a YAML block',
    ['ok 1 - a', '  ---', '  k: v', '  ...', '{', '    not ok 1 - x', '    1..1', '}'],
    ['ok 1 - a', '  ---', '  k: v', '  ...', '{', '    ok 1 - x', '    1..1', '}'],
  ),
  subtest(
    'a subtest that plans no tests',
    ['    1..0', 'ok 1 - a'],
    ['    1..1', '    ok 1 - x', 'ok 1 - a'],
  ),
  {
    line: 'C68',
    shows: 'subtests without a test that holds them',
    blocks: lines('1..1', 'ok 1 - a', '    ok 1 - x', '    1..1'),
    passes: lines('1..1', '    ok 1 - x', '    1..1', 'ok 1 - a'),
    because: 'test/incomplete',
  },
  {
    line: 'C68',
    shows: 'a block in braces that stays open',
    blocks: lines('1..1', 'ok 1 - a {', '    ok 1 - x', '    1..1'),
    passes: lines('1..1', 'ok 1 - a {', '    ok 1 - x', '    1..1', '}'),
    because: 'test/incomplete',
  },
  {
    line: 'C68',
    shows: 'a failing result inside of a YAML block that stays open',
    blocks: lines('1..1', 'ok 1 - a', '  ---', '  not ok 2 - b'),
    passes: lines('1..1', 'ok 1 - a', '  ---', '  not ok 2 - b', '  ...'),
    because: 'test/incomplete',
  },
  {
    line: 'C68',
    shows: 'a failing result that a YAML block would swallow',
    blocks: lines('1..1', 'ok 1 - a', '  ---', 'not ok 2 - b', '  ...'),
    passes: lines('1..1', 'ok 1 - a', '  ---', '  not ok 2 - b', '  ...'),
    because: 'failed',
  },
  {
    line: 'C68',
    shows: 'text that looks like a result',
    blocks: lines('1..2', 'ok 1 - a', 'waiting...not ok 2 - b', 'ok 2 - b'),
    passes: lines('1..2', 'ok 1 - a', '# waiting...not ok 2 - b', 'ok 2 - b'),
    because: 'test/unknown-element',
  },
  {
    line: 'C68',
    shows: 'a result indented by one',
    blocks: lines('1..2', 'ok 1 - a', 'ok 2 - b', ' not ok 3 - c'),
    passes: good,
    because: 'test/unknown-element',
  },
  {
    line: 'A17',
    shows: 'a version that nobody knows',
    blocks: `TAP version 15\n${good}`,
    passes: `TAP version 14\n${good}`,
    because: 'test/unknown-attribute',
  },
  {
    line: 'A17',
    shows: 'a version in the middle',
    blocks: lines('1..2', 'TAP version 13', 'ok 1 - a', 'ok 2 - b'),
    passes: lines('# first', 'TAP version 13', '1..2', 'ok 1 - a', 'ok 2 - b'),
    because: 'test/unknown-element',
  },
  {
    line: 'A17',
    shows: 'a pragma that nobody knows',
    blocks: `pragma +lenient\n${good}`,
    passes: `pragma +strict\n${good}`,
    because: 'test/unknown-attribute',
  },
  {
    line: 'A6',
    shows: 'a total that says otherwise',
    blocks: `${good}# fail 1\n`,
    passes: `${good}# fail 0\n`,
    because: 'test/counter-mismatch',
  },
  {
    line: 'A13',
    shows: 'one name failing, then passing',
    blocks: lines('1..2', 'not ok 1 - a', 'ok 2 - a'),
    passes: lines('1..2', 'ok 1 - a', 'ok 2 - a'),
    because: 'failed',
  },
  {
    line: 'D77',
    shows: 'a carriage return that hides the start of a line',
    blocks: lines('1..2', 'ok 1 - a', 'ok 2 - b\rnot ok 2 - b'),
    passes: good.replaceAll('\n', '\r\n'),
    because: 'test/unknown-element',
  },
  {
    line: 'D77',
    shows: 'bytes that are not UTF-8',
    blocks: Buffer.from(good.replace('- a', '- é'), 'latin1'),
    passes: good.replace('- a', '- é'),
    because: 'test/bad-encoding',
  },
]

describeBypasses('tap', BYPASSES)
describeDamage(
  'tap',
  lines(
    'TAP version 14',
    '1..3',
    'ok 1 - é',
    '  ---',
    '  k: v',
    '  ...',
    '    ok 1 - x',
    '    1..1',
    'ok 2 - b {',
    '    ok 1 - y',
    '    1..1',
    '}',
    'not ok 3 - leak # TODO',
    '# fail 1',
  ),
)

/** Files of which nothing in themselves must block. */
const GREEN: readonly string[] = [
  'common-with-explanation.tap',
  'creative-liberties.tap',
  'descriptive.tap',
  'empty-failures.tap',
  'escape_eol.tap',
  'lone_not_bug.tap',
  'ok.tap',
  'perl-test2-streamed.tap',
  'simple_yaml_missing_version13.tap',
  'subtest-buffer-diags-time.tap',
  'subtest-buffer.tap',
  'subtest-comment-leading.tap',
  'subtest-comment-noindent.tap',
  'subtest-heading.tap',
  'subtest-mixing.tap',
  'subtest-no-comment-mid-comment-indent.tap',
  'subtest-no-comment.tap',
  'subtest-stream-comment.tap',
  'version_old.tap',
  'yaml_late_plan.tap',
]

/** The files whose number of results the source of the manifest counts otherwise. */
const OTHERWISE = new Map([
  // It does not count the result that a plan of none forbids.
  ['skip-all-with-assert.tap', 1],
  // It drops the results after a plan in the middle.
  ['out_of_order.tap', 15],
])

describe.skipIf(corpusIsAbsent)('real TAP reports (needs ../shared/corpus)', () => {
  it('are there', () => {
    expect(corpusEntriesOf('TAP').length).toBeGreaterThan(70)
  })

  for (const { path, expected, note } of corpusEntriesOf('TAP'))
    it(`reads ${path}`, async () => {
      const report = await read(corpusFile(path), { format: 'tap' })
      const name = path.split('/').at(-1) ?? ''
      const { tests, failed, skipped } = report.counts
      if (!Number.isNaN(expected.tests)) expect(tests).toBe(OTHERWISE.get(name) ?? expected.tests)
      // The source counts a plan that is not kept as a failure of its own.
      if (!codes(report).includes('test/plan-mismatch') && !Number.isNaN(expected.bad))
        expect(failed).toBe(expected.bad)
      const todo = Number(/todo=(\d+)/.exec(note)?.[1] ?? 0)
      if (!Number.isNaN(expected.skipped)) {
        expect(skipped).toBeGreaterThanOrEqual(expected.skipped)
        expect(skipped).toBeLessThanOrEqual(expected.skipped + todo)
      }
      if (note.includes('ok=False')) expect(passes(report)).toBe(false)
      expect(passes(report)).toBe(GREEN.includes(name))
    })
})

describe('tap', () => {
  it('calls a test without a name by its number', async () => {
    const report = await read(lines('ok', 'ok 2', '1..2'), { format: 'tap' })
    expect(report.cases.map(({ id }) => id.name)).toEqual(['1', '2'])
    expect(passes(report)).toBe(true)
  })

  it('tells tests of one name apart by counting them, as tape needs it', async () => {
    const report = await read(
      lines('ok 1 - a', 'ok 2 - a', 'ok 3 - a (2)', 'ok 4 - a', 'ok 5 - a', '1..5'),
      { format: 'tap' },
    )
    const names = report.cases.map(({ id }) => id.name)
    expect(names).toEqual(['a', 'a (2)', 'a (2) (2)', 'a (3)', 'a (4)'])
    expect(passes(report)).toBe(true)
  })

  it('reads the block of Vitest, which stands four columns further in', async () => {
    const report = await read(
      lines(
        '1..2',
        'not ok 1 - a',
        '    ---',
        '    error:',
        '        ok 1 - x',
        '    ...',
        'ok 2 - b',
      ),
      { format: 'tap' },
    )
    expect(report.findings).toEqual([])
    expect(report.counts).toMatchObject({ tests: 2, passed: 1, failed: 1 })
  })

  it('refuses subtests that are nested too deep', async () => {
    const limits = { depth: 2 }
    const deep = (depth: number) => `${' '.repeat(4 * depth)}ok 1 - x\n`
    expect(codes(await read(deep(3), { format: 'tap', limits }))).toEqual(['test/too-deep'])
    expect(codes(await read(deep(2), { format: 'tap', limits }))).not.toContain('test/too-deep')
  })
})
