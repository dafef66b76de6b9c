import { describe, expect, it } from 'vitest'
import { type Bypass, describeBypasses } from './support/bypass.ts'
import { describeCorpusCuts } from './support/corpus-cuts.ts'
import { describeCorpus } from './support/corpus-totals.ts'
import { describeDamage } from './support/damage.ts'
import { codes, passes, read } from './support/reading.ts'

const event = (type: string, fields: object = {}) =>
  `${JSON.stringify({ ...fields, type, time: 1 })}\n`
const start = event('start', { protocolVersion: '0.1.1', runnerVersion: '1.25.3', pid: 1 })
const suite = event('suite', { suite: { id: 0, platform: 'vm', path: 'test/a_test.dart' } })
const begin = (id: number, name: string, more: object = {}) =>
  event('testStart', {
    test: {
      id,
      name,
      suiteID: 0,
      groupIDs: [],
      metadata: { skip: false, skipReason: null },
      line: null,
      column: null,
      url: null,
      ...more,
    },
  })
const end = (testID: number, result = 'success', more: object = {}) =>
  event('testDone', { testID, result, skipped: false, hidden: false, ...more })
const error = (testID: number, isFailure = true) =>
  event('error', { testID, error: 'row of tenant B', stackTrace: '', isFailure })
const print = (testID: number, message: string, messageType = 'print') =>
  event('print', { testID, messageType, message })
const load = begin(1, 'loading test/a_test.dart') + end(1, 'success', { hidden: true })
const suites = (count: number) => event('allSuites', { count })
const group = (testCount: number) =>
  event('group', {
    group: { id: 9, suiteID: 0, parentID: null, name: '', metadata: { skip: false }, testCount },
  })
const done = (success: boolean | null = true) => event('done', { success })
const head = start + suite + load + suites(1)
const grouped = { groupIDs: [9] }
const one = begin(2, 'a', grouped) + end(2)
const good = head + group(1) + one + done()

const BYPASSES: readonly Bypass[] = [
  {
    line: 'C64',
    shows: 'a run that says it failed',
    blocks: head + group(1) + one + done(false),
    passes: good,
    because: 'test/suite-error',
  },
  {
    line: 'C64',
    shows: 'a file that does not load',
    blocks:
      start +
      suite +
      begin(1, 'loading test/a_test.dart') +
      error(1, false) +
      end(1, 'error') +
      group(1) +
      one +
      done(false),
    passes: good,
    because: 'test/suite-error',
  },
  {
    line: 'C64',
    shows: 'a file that does not load in a run that says it went well',
    blocks:
      start +
      suite +
      begin(1, 'loading test/a_test.dart') +
      error(1, false) +
      end(1, 'error') +
      group(1) +
      one +
      done(),
    passes: good,
    because: 'test/counter-mismatch',
  },
  {
    line: 'C64',
    shows: 'a hook that fails after all tests, hidden',
    blocks:
      head +
      group(1) +
      one +
      begin(3, '(tearDownAll)', grouped) +
      end(3, 'error', { hidden: true }) +
      done(),
    passes:
      head +
      group(1) +
      one +
      begin(3, '(tearDownAll)', grouped) +
      end(3, 'success', { hidden: true }) +
      done(),
    because: 'test/suite-error',
  },
  {
    line: 'C64',
    shows: 'an error after the end of a test',
    blocks: head + group(1) + one + error(2) + done(),
    passes: head + group(1) + one + print(2, 'late') + done(),
    because: 'failed',
  },
  {
    line: 'C64',
    shows: 'an error after the end of a load',
    blocks: head + group(1) + one + error(1) + done(),
    passes: head + group(1) + one + print(1, 'late') + done(),
    because: 'test/suite-error',
  },
  {
    line: 'C64',
    shows: 'a run that was stopped',
    blocks: head + group(1) + one + done(null),
    passes: good,
    because: 'test/incomplete',
  },
  {
    line: 'C58',
    shows: 'a report without the end of the run',
    blocks: head + group(1) + one,
    passes: good,
    because: 'test/incomplete',
  },
  {
    line: 'C58',
    shows: 'a report without the start of the run',
    blocks: good.slice(start.length),
    passes: good,
    because: 'test/incomplete',
  },
  {
    line: 'C58',
    shows: 'a test without an end',
    blocks: head + group(1) + one + begin(3, 'b') + done(),
    passes: head + group(1) + one + begin(3, 'b') + end(3) + done(),
    because: 'test/incomplete',
  },
  {
    line: 'C58',
    shows: 'an end without a test',
    blocks: head + group(1) + one + end(3) + done(),
    passes: good,
    because: 'test/incomplete',
  },
  {
    line: 'C56',
    shows: 'a test that fails, then passes on another try',
    blocks:
      head + group(1) + begin(2, 'a', grouped) + error(2) + print(2, 'Retry: a') + end(2) + done(),
    passes: head + group(1) + begin(2, 'a', grouped) + print(2, 'again') + end(2) + done(),
    because: 'flaky',
  },
  {
    line: 'C56',
    shows: 'a test that was tried again, its error left out',
    blocks: head + group(1) + begin(2, 'a', grouped) + print(2, 'Retry: a') + end(2) + done(),
    passes: head + group(1) + begin(2, 'a', grouped) + print(2, 'Retry: b') + end(2) + done(),
    because: 'flaky',
  },
  {
    line: 'C56',
    shows: 'a test that ends twice, failing first',
    blocks: head + group(1) + begin(2, 'a', grouped) + end(2, 'failure') + end(2) + done(),
    passes: good,
    because: 'failed',
  },
  {
    line: 'A13',
    shows: 'one name failing, then passing',
    blocks: head + group(1) + begin(3, 'a') + end(3, 'failure') + one + done(false),
    passes: head + group(1) + begin(3, 'b') + end(3) + one + done(),
    because: 'duplicate',
  },
  {
    line: 'A4',
    shows: 'a skipped test',
    blocks:
      head + group(1) + begin(2, 'a', grouped) + end(2, 'success', { skipped: true }) + done(),
    passes: good,
    because: 'skipped',
  },
  {
    line: 'A4',
    shows: 'a skipped test that is hidden',
    blocks:
      head +
      group(1) +
      one +
      begin(3, 'b') +
      end(3, 'success', { skipped: true, hidden: true }) +
      done(),
    passes: head + group(1) + one + begin(3, 'b') + end(3) + done(),
    because: 'skipped',
  },
  {
    line: 'A4',
    shows: 'a test that tells of its skipping only in a message',
    blocks:
      head + group(1) + begin(2, 'a', grouped) + print(2, 'Skip: no db', 'skip') + end(2) + done(),
    passes: head + group(1) + begin(2, 'a', grouped) + print(2, 'Skip: no db') + end(2) + done(),
    because: 'skipped',
  },
  {
    line: 'A4',
    shows: 'a test that is marked as skipped and passes',
    blocks:
      head + begin(2, 'a', { metadata: { skip: true, skipReason: 'no db' } }) + end(2) + done(),
    passes: head + begin(2, 'a') + end(2) + done(),
    because: 'test/counter-mismatch',
  },
  {
    line: 'A17',
    shows: 'a test that is hidden',
    blocks: head + group(1) + one + begin(3, 'b') + end(3, 'success', { hidden: true }) + done(),
    passes:
      head +
      group(1) +
      one +
      begin(3, 'b (tearDownAll)') +
      end(3, 'success', { hidden: true }) +
      done(),
    because: 'test/unknown-status',
  },
  {
    line: 'A17',
    shows: 'a result that nobody knows',
    blocks: head + begin(2, 'a') + end(2, 'Success') + done(),
    passes: head + begin(2, 'a') + end(2, 'success') + done(),
    because: 'test/unknown-status',
  },
  {
    line: 'A17',
    shows: 'a key that nobody knows',
    blocks: head + begin(2, 'a') + end(2, 'success', { failed: true }) + done(),
    passes: head + begin(2, 'a') + end(2, 'success', {}) + done(),
    because: 'test/unknown-attribute',
  },
  {
    line: 'A17',
    shows: 'an event that nobody knows',
    blocks: head + event('crash') + one + done(),
    passes: head + one + done(),
    because: 'test/unknown-element',
  },
  {
    line: 'A17',
    shows: 'a notice that nobody knows',
    blocks: `\n[{"event":"test.crashed","params":{}}]\n\n${good}`,
    passes: `\n[{"event":"test.startedProcess","params":{"vmServiceUri":null}}]\n\n${good}`,
    because: 'test/unknown-element',
  },
  {
    line: 'A17',
    shows: 'another version of the protocol',
    blocks: good.replace('0.1.1', '1.0.0'),
    passes: good.replace('0.1.1', '0.1.2'),
    because: 'test/unknown-attribute',
  },
  {
    line: 'A6',
    shows: 'a failing test in a run that says it went well',
    blocks: head + group(1) + begin(2, 'a', grouped) + end(2, 'failure') + done(),
    passes: good,
    because: 'test/counter-mismatch',
  },
  {
    line: 'A7',
    shows: 'a group with more tests than are listed',
    blocks: head + group(2) + one + done(),
    passes: good,
    because: 'test/counter-mismatch',
  },
  {
    line: 'A7',
    shows: 'more suites than are listed',
    blocks: start + suite + load + suites(2) + group(1) + one + done(),
    passes: good,
    because: 'test/counter-mismatch',
  },
  {
    line: 'A1',
    shows: 'a run of no tests',
    blocks: head + group(0) + done(),
    passes: good,
    because: 'test/no-tests',
  },
  {
    line: 'A14',
    shows: 'a test without a name',
    blocks: head + begin(2, '') + end(2) + done(),
    passes: head + begin(2, 'a') + end(2) + done(),
    because: 'test/unnamed',
  },
  {
    line: 'C74',
    shows: 'a result stated twice',
    blocks: good.replace('"success":true', '"success":false,"success":true'),
    passes: good,
    because: 'test/unparseable',
  },
  {
    line: 'C74',
    shows: 'two runs in one file',
    blocks: good + good.replaceAll('"a"', '"b"'),
    passes: good,
    because: 'test/unparseable',
  },
  {
    line: 'C74',
    shows: 'an event after the end of the run',
    blocks: good + print(2, 'late'),
    passes: good.replace(done(), print(2, 'late') + done()),
    because: 'test/incomplete',
  },
  {
    line: 'C74',
    shows: 'a line that is no JSON',
    blocks: `${good}Some tests failed.\n`,
    passes: `${good}\r\n`,
    because: 'test/unparseable',
  },
  {
    line: 'D77',
    shows: 'bytes that are not UTF-8',
    blocks: Buffer.from(good.replace('"a"', '"é"'), 'latin1'),
    passes: good.replace('"a"', '"é"'),
    because: 'test/bad-encoding',
  },
]

describeBypasses('dart-json', BYPASSES)
describeCorpus(
  'dart-json',
  'dart/flutter test JSON',
  [],
  new Map([
    ['empty/dart-json.json', [0, 0, 0]],
    ['dart-load-fail/dart-json.json', [0, 0, 0]],
  ]),
)
describeCorpusCuts('dart-json', 'dart/flutter test JSON')
describeDamage(
  'dart-json',
  head + group(2) + one + begin(3, 'leak/é', grouped) + error(3) + end(3, 'failure') + done(false),
)

describe('dart-json', () => {
  it('tells tests of one name apart by file and platform', async () => {
    const chrome = event('suite', {
      suite: { id: 7, platform: 'chrome', path: 'test/a_test.dart' },
    })
    const report = await read(
      start +
        suite +
        chrome +
        begin(2, 'a') +
        end(2) +
        begin(3, 'a', { suiteID: 7 }) +
        end(3) +
        done(),
      { format: 'dart-json' },
    )
    expect(report.cases.map(({ id }) => id)).toEqual([
      { file: 'test/a_test.dart', className: 'vm', name: 'a' },
      { file: 'test/a_test.dart', className: 'chrome', name: 'a' },
    ])
    expect(passes(report)).toBe(true)
  })

  it('keeps the first error of a failing test as its detail', async () => {
    const report = await read(head + begin(2, 'a') + error(2) + end(2, 'failure') + done(false), {
      format: 'dart-json',
    })
    expect(report.cases.map(({ status, detail }) => [status, detail])).toEqual([
      ['failed', 'row of tenant B'],
    ])
    expect(report.findings).toEqual([])
  })

  it('takes a test that is only called like a load for a test', async () => {
    const failing = begin(2, 'loading takes too long', grouped) + error(2) + end(2, 'failure')
    const report = await read(head + failing + done(false), { format: 'dart-json' })
    expect(report.cases.map(({ status }) => status)).toEqual(['failed'])
    expect(report.findings).toEqual([])
  })

  it('calls a failing load by its name', async () => {
    const failing = begin(1, 'loading test/a_test.dart') + error(1, false) + end(1, 'error')
    const report = await read(start + suite + failing + done(false), { format: 'dart-json' })
    expect(codes(report)).toEqual(['test/suite-error'])
    expect(report.findings[0]?.subject).toContain('loading test/a_test.dart')
    expect(report.findings[0]?.message).toContain('row of tenant B')
  })
})
