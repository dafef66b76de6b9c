import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CaseLedger } from '../src/case-ledger.ts'
import { JUnitReader } from '../src/junit/junit-reader.ts'
import { READ_LIMITS, type TestCase } from '../src/index.ts'
import { Refusal, Remarks } from '../src/remarks.ts'
import { passes, read } from './support/reading.ts'
import { corpusEntries, corpusFile, corpusIsAbsent } from './support/shared-corpus.ts'

const FAILING = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="all" tests="4" failures="1" errors="0">
  <testsuite name="tenant" tests="4" failures="1" skipped="0" time="0.1">
    <properties><property name="a" value="b"/></properties>
    <testcase classname="t" name="a &amp; é" time="0.1"/>
    <testcase classname="t" name="b" time="0.1"></testcase>
    <testcase classname="t" name="c" file="x.ts"><system-out><![CDATA[<ok/>]]></system-out></testcase>
    <!-- the leak -->
    <testcase classname="t" name="d" time="0.1">
      <failure message="leak" type="AssertionError">row of tenant B</failure>
    </testcase>
  </testsuite>
</testsuites>
`

/** Everything that a reader says of a document, by both of its ways. */
function readBy(shortcut: boolean, bytes: Buffer) {
  const cases: TestCase[] = []
  const remarks = new Remarks('r.xml')
  const ledger = new CaseLedger(READ_LIMITS, remarks, (testCase) => cases.push(testCase))
  try {
    const reader = new JUnitReader({ ledger, limits: READ_LIMITS, remarks }, shortcut)
    reader.write(bytes)
    reader.end()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    remarks.addRefusal(error)
  }
  const findings = remarks.findings().map(({ code, subject, message }) => ({
    code,
    message: message.replace(/ after line .*are/, ' are'),
    subject: subject.replace(/, column \d+/, ''),
  }))
  return { cases, findings, duplicates: ledger.duplicates(), counts: ledger.counts }
}

const value = fc.oneof(
  fc.constantFrom(
    'a',
    'test',
    '',
    ' ',
    ' a',
    'run',
    'failed',
    '0',
    '1',
    '0.5',
    'NaN',
    '1.2.3',
    'é',
  ),
  fc.constantFrom(
    '&amp;',
    '&lt;b&gt;',
    '&quot;',
    '&apos;',
    '&#97;',
    '&nope;',
    '>',
    '&',
    '<',
    'a&amp;lt;',
  ),
)
const attribute = fc.tuple(
  fc.constantFrom(
    'name',
    'name',
    'classname',
    'classname',
    'file',
    'time',
    'status',
    'class',
    'line',
  ),
  value,
  fc.constantFrom('"', '"', '"', "'"),
)
const testCase = fc
  .tuple(
    fc.array(attribute, { minLength: 1, maxLength: 5 }),
    fc.constantFrom(' ', ' ', '\n', '  '),
    fc.constantFrom(
      '/>',
      '></testcase>',
      ' />',
      '>\n  </testcase>',
      '><failure/></testcase>',
      '>x</testcase>',
      '/ >',
    ),
  )
  .map(([attributes, space, end]) => {
    const text = attributes.map(([name, of, quote]) => `${space}${name}=${quote}${of}${quote}`)
    return `<testcase${text.join('')}${end}`
  })
const filling = fc.constantFrom(
  '\n',
  '  ',
  '<!-- > -->',
  '<!-- <testcase classname="t" name="x"/> -->',
  'x',
  ']]',
  '<system-out>a > b</system-out>',
  '\r\n',
  '</testsuite><testsuite name="s2">',
)
const document = fc
  .array(fc.oneof({ weight: 3, arbitrary: testCase }, filling), { maxLength: 12 })
  .map((parts) => `<testsuites><testsuite name="s">${parts.join('')}</testsuite></testsuites>`)

describe('a JUnit report, cut or damaged', () => {
  it('does not pass when cut anywhere', async () => {
    const bytes = Buffer.from(FAILING)
    for (let end = 0; end <= bytes.length; end += 1)
      expect(passes(await read(bytes.subarray(0, end)))).toBe(false)
  })

  it('does not pass when cut anywhere, even when all its tests passed', async () => {
    const green = FAILING.replace(/<failure.*<\/failure>/s, '').replaceAll('failures="1"', '')
    const bytes = Buffer.from(green.trimEnd())
    expect(passes(await read(bytes))).toBe(true)
    for (let end = 0; end < bytes.length; end += 1)
      expect(passes(await read(bytes.subarray(0, end)))).toBe(false)
  })

  it.skipIf(corpusIsAbsent)(
    'does not pass when a real report with failures is cut anywhere (needs ../shared/corpus)',
    async () => {
      const small = corpusEntries()
        .map(({ path }) => corpusFile(path))
        .filter(({ length }) => length < 3000)
      for (const bytes of small) {
        const { counts } = await read(bytes)
        if (counts.passed === counts.tests) continue
        for (let end = 0; end < bytes.length; end += 1)
          expect(passes(await read(bytes.subarray(0, end)))).toBe(false)
      }
    },
  )

  it('never throws, and never passes with a failure inside, whatever bytes are put in or out', async () => {
    const edit = fc.record({
      at: fc.nat(FAILING.length),
      remove: fc.nat(3),
      insert: fc.uint8Array({ maxLength: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        let bytes = Buffer.from(FAILING)
        for (const { at, remove, insert } of edits)
          bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)])
        const report = await read(bytes)
        // A damaged failure element is either still one, or unknown; only a comment can hide it.
        if (!bytes.includes('<!--')) expect(passes(report)).toBe(false)
        expect(report.counts.tests).toBe(report.cases.length)
      }),
      { numRuns: 500 },
    )
  })

  it('never throws on any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect(passes(await read(Buffer.from(bytes)))).toBe(false)
      }),
    )
  })
})

describe('the short way past the XML parser', () => {
  it('says the same as the long way of every document', () => {
    fc.assert(
      fc.property(document, (text) => {
        const bytes = Buffer.from(text)
        expect(readBy(true, bytes)).toEqual(readBy(false, bytes))
      }),
      { numRuns: 3000 },
    )
  })

  it('forgets the attributes of a case that it left to the long way', () => {
    const left = '<testcase file="a"/>'
    const bytes = Buffer.from(
      `<testsuites><testsuite name="s">${left}<testcase name="a" classname="a"/></testsuite></testsuites>`,
    )
    expect(readBy(true, bytes)).toEqual(readBy(false, bytes))
  })

  it('says the same of every cut', () => {
    const plain = FAILING.replaceAll('é', 'e')
    for (let end = 0; end <= plain.length; end += 1) {
      const bytes = Buffer.from(plain.slice(0, end))
      expect(readBy(true, bytes)).toEqual(readBy(false, bytes))
    }
  })

  it.skipIf(corpusIsAbsent)('says the same of real reports (needs ../shared/corpus)', () => {
    for (const { path } of corpusEntries()) {
      const bytes = corpusFile(path)
      expect(readBy(true, bytes)).toEqual(readBy(false, bytes))
    }
  })
})
