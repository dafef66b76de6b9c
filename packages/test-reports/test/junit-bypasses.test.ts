import { describe, expect, it } from 'vitest'
import { codes, passes, read } from './support/reading.ts'

interface Bypass {
  /** Line of the list of known ways to fool a gate. */
  readonly line: string
  readonly shows: string
  readonly blocks: string | Buffer
  /** The same with the smallest change that makes it honest. */
  readonly passes: string | Buffer
  /** Finding, or status of a case, that must be among the reasons. */
  readonly because: string
}

const suite = (inner: string, counters = '') =>
  `<?xml version="1.0"?><testsuites><testsuite name="tenant"${counters}>${inner}</testsuite></testsuites>`
const pass = (name: string) => `<testcase classname="t" name="${name}" time="0"/>`
const withChild = (child: string, attributes = '') =>
  `<testcase classname="t" name="b"${attributes}>${child}</testcase>`
const utf16 = (text: string) =>
  Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
const nested = (depth: number) =>
  `${'<testsuite name="n">'.repeat(depth)}${pass('a')}${'</testsuite>'.repeat(depth)}`

const BYPASSES: readonly Bypass[] = [
  {
    line: 'A1',
    shows: 'zero tests',
    blocks: suite('', ' tests="0"'),
    passes: suite(pass('a'), ' tests="1"'),
    because: 'test/no-tests',
  },
  {
    line: 'A3',
    shows: 'an empty file',
    blocks: '',
    passes: suite(pass('a')),
    because: 'test/unparseable',
  },
  {
    line: 'A4',
    shows: 'all skipped',
    blocks: suite(withChild('<skipped/>')),
    passes: suite(withChild('')),
    because: 'skipped',
  },
  {
    line: 'A6',
    shows: 'failures="0" beside a failure',
    blocks: suite(withChild('<failure/>'), ' failures="0"'),
    passes: suite(withChild(''), ' failures="0"'),
    because: 'test/counter-mismatch',
  },
  {
    line: 'A7',
    shows: 'errors="3" without an element',
    blocks: suite(pass('a'), ' errors="3"'),
    passes: suite(pass('a'), ' errors="0"'),
    because: 'test/counter-mismatch',
  },
  {
    line: 'A8',
    shows: 'an error of the suite itself',
    blocks: suite(`<error message="beforeAll failed"/>${pass('a')}`),
    passes: suite(`<system-err>beforeAll failed</system-err>${pass('a')}`),
    because: 'test/suite-error',
  },
  {
    line: 'A9',
    shows: 'a failure in a nested suite',
    blocks: suite(`<testsuite name="inner">${withChild('<failure/>')}</testsuite>${pass('a')}`),
    passes: suite(`<testsuite name="inner">${withChild('')}</testsuite>${pass('a')}`),
    because: 'failed',
  },
  {
    line: 'A11',
    shows: 'a disabled case with a failure',
    blocks: suite(withChild('<failure/>', ' status="disabled"')),
    passes: suite(withChild('', ' status="run"')),
    because: 'failed',
  },
  {
    line: 'A12',
    shows: 'a flaky failure of surefire',
    blocks: suite(withChild('<flakyFailure type="x"><stackTrace>x</stackTrace></flakyFailure>')),
    passes: suite(withChild('<system-out>flakyFailure</system-out>')),
    because: 'flaky',
  },
  {
    line: 'A13',
    shows: 'one id failing, then passing',
    blocks: suite(withChild('<failure/>') + withChild('')),
    passes: suite(withChild('') + pass('c')),
    because: 'duplicate',
  },
  {
    line: 'A14',
    shows: 'a case without a name',
    blocks: suite('<testcase classname="t" time="0"/>'),
    passes: suite('<testcase classname="t" time="0" name="n"/>'),
    because: 'test/unnamed',
  },
  {
    line: 'A16',
    shows: 'a failure in a foreign namespace',
    blocks: suite(withChild('<x:failure xmlns:x="urn:x"/>')),
    passes: suite(withChild('')),
    because: 'test/unknown-element',
  },
  {
    line: 'A16',
    shows: 'a foreign default namespace',
    blocks: suite(pass('a'), ' xmlns="urn:x"'),
    passes: suite(
      pass('a'),
      ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="s.xsd"',
    ),
    because: 'test/unknown-attribute',
  },
  ...['status="failed"', 'result="failed"', 'failure="leak"'].map((attribute) => ({
    line: 'A17',
    shows: `an outcome in an attribute only: ${attribute}`,
    blocks: suite(withChild('', ` ${attribute}`)),
    passes: suite(withChild('', ' status="passed"')),
    because: 'failed',
  })),
  {
    line: 'A17',
    shows: 'an outcome that nobody defines',
    blocks: suite(withChild('', ' status="PASSED"')),
    passes: suite(withChild('', ' status="passed"')),
    because: 'test/unknown-status',
  },
  {
    line: 'A17',
    shows: 'an attribute that nobody defines',
    blocks: suite(withChild('', ' outcome="failed"')),
    passes: suite(withChild('', ' id="failed"')),
    because: 'test/unknown-attribute',
  },
  {
    line: 'A18',
    shows: 'another letter case',
    blocks: suite(withChild('<Failure/>')),
    passes: suite(withChild('<properties/>')),
    because: 'test/unknown-element',
  },
  {
    line: 'A19',
    shows: 'another root',
    blocks: `<report>${suite(pass('a')).slice(21)}</report>`,
    passes: suite(pass('a')).slice(21),
    because: 'test/unknown-element',
  },
  {
    line: 'A21',
    shows: 'a corrupt file',
    blocks: suite(pass('a')).slice(0, -1),
    passes: suite(pass('a')),
    because: 'test/unparseable',
  },
  {
    line: 'A22',
    shows: 'nothing but a rerun that failed',
    blocks: suite(withChild('<rerunFailure message="leak"/>')),
    passes: suite(withChild('<system-out/>')),
    because: 'failed',
  },
  {
    line: 'A23',
    shows: 'a case that GoogleTest did not run',
    blocks: suite(withChild('', ' status="notrun"'), ' tests="1" disabled="1"'),
    passes: suite(withChild('', ' status="run"'), ' tests="1" disabled="0"'),
    because: 'skipped',
  },
  {
    line: 'A23',
    shows: 'a case that GoogleTest suppressed',
    blocks: suite(withChild('', ' status="run" result="suppressed"')),
    passes: suite(withChild('', ' status="run" result="completed"')),
    because: 'skipped',
  },
  {
    line: 'A24',
    shows: 'testsuites inside a testsuite',
    blocks: suite(`<testsuites><testsuite>${withChild('<failure/>')}</testsuite></testsuites>`),
    passes: suite(`<testsuite><testsuite>${withChild('')}</testsuite></testsuite>`),
    because: 'failed',
  },
  {
    line: 'A26',
    shows: 'UTF-16',
    blocks: utf16(suite(pass('a'))),
    passes: Buffer.from(suite(pass('a'))),
    because: 'test/bad-encoding',
  },
  {
    line: 'A26',
    shows: 'another declared encoding',
    blocks: suite(pass('a')).replace('"1.0"', '"1.0" encoding="ISO-8859-1"'),
    passes: suite(pass('a')).replace('"1.0"', '"1.0" encoding="utf-8"'),
    because: 'test/bad-encoding',
  },
  {
    line: 'A27',
    shows: 'an empty failure',
    blocks: suite(withChild('<failure></failure>')),
    passes: suite(withChild('')),
    because: 'failed',
  },
  {
    line: 'A28',
    shows: 'a failing case outside of all suites',
    blocks: `<testsuites>${pass('a')}${withChild('<failure/>')}</testsuites>`,
    passes: `<testsuites>${pass('a')}${withChild('')}</testsuites>`,
    because: 'failed',
  },
  {
    line: 'A31',
    shows: 'a failure after very many passes',
    blocks: suite(
      Array.from({ length: 5000 }, (_, i) => pass(`p${i}`)).join('') + withChild('<error/>'),
    ),
    passes: suite(Array.from({ length: 5000 }, (_, i) => pass(`p${i}`)).join('') + withChild('')),
    because: 'errored',
  },
  ...['time="NaN"', 'time="-1"', 'tests="NaN"', 'skipped="-1"', 'tests="1e0"', 'tests=""'].map(
    (counter) => ({
      line: 'A32',
      shows: `a counter that is none: ${counter}`,
      blocks: suite(pass('a'), ` ${counter}`),
      passes: suite(pass('a'), ' tests="1" skipped="0" time="1e-05"'),
      because: 'test/counter-mismatch',
    }),
  ),
  {
    line: 'A33',
    shows: 'a failure after a comment, not one within',
    blocks: suite(withChild('<!-- <failure/> --><failure/>')),
    passes: suite(withChild('<!-- <failure/> -->')),
    because: 'failed',
  },
  {
    line: 'A33',
    shows: 'a failure after CDATA, not one within',
    blocks: suite(withChild('<system-out><![CDATA[<failure/>]]></system-out><failure/>')),
    passes: suite(withChild('<system-out><![CDATA[<failure/>]]></system-out>')),
    because: 'failed',
  },
  ...['warning', 'incomplete', 'risky'].map((element) => ({
    line: 'A34',
    shows: `a ${element} of PHPUnit`,
    blocks: suite(withChild(`<${element}/>`)),
    passes: suite(withChild('')),
    because: 'test/unknown-element',
  })),
  {
    line: 'B48',
    shows: 'a test without assertions',
    blocks: suite(withChild('', ' assertions="0"')),
    passes: suite(withChild('', ' assertions="1"')),
    because: 'test/no-assertions',
  },
  {
    line: 'B46',
    shows: 'a failing todo of node:test',
    blocks: suite(withChild('<skipped type="todo"/><failure/>')),
    passes: suite(withChild('')),
    because: 'failed',
  },
  {
    line: 'B42',
    shows: 'a test of Playwright that is expected to fail',
    blocks: suite(withChild('<properties><property name="fail" value=""/></properties>')),
    passes: suite(withChild('<properties><property name="slow" value=""/></properties>')),
    because: 'test/expected-failure',
  },
  {
    line: 'C (no reader)',
    shows: 'text where an outcome would stand',
    blocks: suite(withChild('FAILED: leak')),
    passes: suite(withChild(' \n ')),
    because: 'test/unknown-element',
  },
  {
    line: 'D76',
    shows: 'deep nesting',
    blocks: nested(50_000),
    passes: nested(30),
    because: 'test/too-deep',
  },
  {
    line: 'D76',
    shows: 'an attribute of 16 MB',
    blocks: suite(withChild('', ` id="${'x'.repeat(16 * 1024 * 1024)}"`)),
    passes: suite(withChild('', ` id="${'x'.repeat(16 * 1024)}"`)),
    because: 'test/too-long',
  },
  {
    line: 'D77',
    shows: 'invalid UTF-8',
    blocks: Buffer.from(suite(pass('caf\xe9')), 'latin1'),
    passes: Buffer.from(suite(pass('caf\xe9'))),
    because: 'test/bad-encoding',
  },
  ...['\0', '\x1b[31m', '\x01', '&#0;', '&#27;', '\uFFFF'].map((text) => ({
    line: 'D77',
    shows: `the control character ${JSON.stringify(text)}`,
    blocks: suite(withChild(`<system-out>${text}</system-out>`)),
    passes: suite(withChild('<system-out>\t</system-out>')),
    because: 'test/unparseable',
  })),
  {
    line: 'D78',
    shows: 'an attribute twice',
    blocks: suite(withChild('', ' name="c"')),
    passes: suite(withChild('', ' id="c"')),
    because: 'test/unparseable',
  },
  {
    line: 'D78',
    shows: 'an attribute twice, in a plain case',
    blocks: suite('<testcase classname="t" name="a" name="b"/>'),
    passes: suite('<testcase classname="t" name="a" file="b"/>'),
    because: 'test/unparseable',
  },
  {
    line: 'D78',
    shows: '< in an attribute',
    blocks: suite(pass('a<b')),
    passes: suite(pass('a&lt;b')),
    because: 'test/unparseable',
  },
  {
    line: 'D (DOCTYPE)',
    shows: 'a DOCTYPE',
    blocks: `<!DOCTYPE testsuite><testsuite>${pass('a')}</testsuite>`,
    passes: `<!-- testsuite --><testsuite>${pass('a')}</testsuite>`,
    because: 'test/forbidden-markup',
  },
  {
    line: 'D (PI)',
    shows: 'a processing instruction',
    blocks: `<testsuite><?php pass ?>${pass('a')}</testsuite>`,
    passes: `<?xml version="1.0"?><testsuite>${pass('a')}</testsuite>`,
    because: 'test/forbidden-markup',
  },
  {
    line: 'D (version)',
    shows: 'XML 1.1, where control characters are allowed',
    blocks: `<?xml version="1.1"?><testsuite>${pass('a')}</testsuite>`,
    passes: `<?xml version="1.0"?><testsuite>${pass('a')}</testsuite>`,
    because: 'test/unparseable',
  },
]

describe('a JUnit report does not fool the gate', () => {
  it.each(BYPASSES)('$line $shows', async ({ blocks, because }) => {
    const report = await read(blocks)
    const reasons = [
      ...codes(report),
      ...report.cases.map(({ status }) => status),
      ...report.duplicates.map(() => 'duplicate'),
    ]
    expect(passes(report)).toBe(false)
    expect(reasons).toContain(because)
  })

  it.each(BYPASSES)('$line passing twin of $shows', async ({ passes: twin }) => {
    const report = await read(twin)
    expect(report.findings).toEqual([])
    expect(passes(report)).toBe(true)
  })
})
