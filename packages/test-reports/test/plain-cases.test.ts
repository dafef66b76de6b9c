import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { READ_LIMITS, type TestCase } from '../src/index.ts'
import { CaseLedger } from '../src/case-ledger.ts'
import { JUnitReader } from '../src/junit/junit-reader.ts'
import { Refusal, Remarks } from '../src/remarks.ts'
import { FAILING_JUNIT } from './support/failing-junit.ts'
import { corpusEntries, corpusFile, corpusIsAbsent } from './support/shared-corpus.ts'

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
    'disabled',
    'errored',
    "it's",
    'say "it"',
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
    '&#34;&#39;',
    '&#xA;',
    '&#10;a',
    '&amp;#34;',
    '\u{a0}',
    '\u{feff}a',
    'é😀',
    '\uffff',
    '\uff21',
    'fail',
    '\u{7f}',
    '\t',
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
    'result',
    'assertions',
    'class',
    'line',
  ),
  value,
  fc.constantFrom('"', '"', '"', "'"),
)
/** What may stand in text: sound and unsound pieces of every kind. */
const PIECES = [
  'x',
  ' ',
  '\n',
  '\r\n',
  '\r',
  '\t',
  '>',
  ']',
  ']]',
  ']]>',
  '<',
  '&',
  '&amp;',
  '&#10;',
  '&#x41;',
  '&nope;',
  'é',
  '😀',
  '\uffff',
  '\ufffd',
  '\x1b',
  '\x7f',
  '\0',
  '\u2028',
  '<!-- a -->',
  '<b/>',
  '<![CDATA[<a> & ]] >]]>',
  '<![CDATA[]]>',
  '<![CDATA[\r\n\r]]>',
  '<![CDATA[\x01]]>',
  '<![CDATA[',
  '</testcase>',
  'y'.repeat(1001),
  '&quot;'.repeat(1001),
  '😀'.repeat(600),
] as const
const piece = fc.constantFrom(...PIECES)
const sound = fc.constantFrom('x', '\n', '&lt;', 'é', '<![CDATA[<a>]]>', '\r\n', ' > ')
const anyText = fc.oneof(
  { weight: 4, arbitrary: fc.array(sound, { maxLength: 4 }) },
  fc.array(piece, { maxLength: 3 }),
)
const explained = fc.tuple(
  fc.constantFrom('failure', 'error', 'skipped', 'system-out', 'system-err', 'flakyFailure', 'x'),
  fc.array(
    fc
      .tuple(fc.constantFrom('message', 'type', 'message', 'file'), value)
      .map(([name, of]) => ` ${name}="${of}"`),
    { maxLength: 2 },
  ),
  anyText,
)
const property = fc
  .tuple(value, value, fc.constantFrom('/>', '></property>', '>x</property>', ' />'))
  .map(([name, of, end]) => `<property name="${name}" value="${of}"${end}`)
const child = fc.oneof(
  {
    weight: 4,
    arbitrary: explained.map(
      ([name, of, inner]) => `<${name}${of.join('')}>${inner.join('')}</${name}>`,
    ),
  },
  explained.map(([name, of]) => `<${name}${of.join('')}/>`),
  fc.constantFrom(
    '<system-out>a</system-out>',
    '<skipped/>',
    '<skipped />',
    '<failure message="m"/>',
  ),
  fc.array(property, { maxLength: 2 }).map((all) => `<properties>${all.join('\n')}</properties>`),
  fc.constantFrom('<properties/>', '<properties>x</properties>', '\n', '\r', ' ', 'x'),
)
const withChildren = fc
  .tuple(value, fc.array(child, { maxLength: 3 }))
  .map(([name, inner]) => `<testcase classname="t" name="${name}">${inner.join('')}</testcase>`)

const testCase = fc
  .tuple(
    fc.array(attribute, { minLength: 1, maxLength: 5 }),
    fc.constantFrom(' ', ' ', '\n', '  ', '\r\n\t', ''),
    fc.constantFrom(
      '/>',
      '></testcase>',
      ' >\r</testcase>',
      '\n/>',
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
  .array(
    fc.oneof({ weight: 3, arbitrary: testCase }, { weight: 3, arbitrary: withChildren }, filling),
    { maxLength: 12 },
  )
  .map((parts) => `<testsuites><testsuite name="s">${parts.join('')}</testsuite></testsuites>`)

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

  it('says the same of every case with one child', () => {
    fc.assert(
      fc.property(child, value, (inner, name) => {
        const bytes = Buffer.from(
          `<testsuite><testcase classname="t" name="${name}">${inner}</testcase></testsuite>`,
        )
        expect(readBy(true, bytes)).toEqual(readBy(false, bytes))
      }),
      { numRuns: 3000 },
    )
  })

  it('says the same of every piece of text in every place', () => {
    const places = (text: string) => [
      `<system-out>${text}</system-out>`,
      `<failure message="m">${text}</failure>`,
      `<failure message="${text}"/>`,
      `<error type='${text}'></error>`,
      `<system-err><![CDATA[${text}]]></system-err>`,
      `<skipped><![CDATA[${text}]]>${text}</skipped>`,
      `<properties><property name="a" value="${text}"/></properties>`,
      `<properties>${text}</properties>`,
      text,
    ]
    for (const one of PIECES)
      for (const two of ['', ...PIECES])
        for (const inner of places(one + two)) {
          const bytes = Buffer.from(
            `<testsuite><testcase classname="t" name="n">${inner}</testcase></testsuite>`,
          )
          expect(readBy(true, bytes)).toEqual(readBy(false, bytes))
        }
  })

  it('says the same of bytes that are not UTF-8', () => {
    const bad = fc.constantFrom(
      [0x80],
      [0xc3],
      [0xed, 0xa0, 0x80],
      [0xef, 0xbf, 0xbf],
      [0xc3, 0xa9],
    )
    const place = fc.constantFrom('<failure>', '<system-out>', '<failure message="', '<![CDATA[')
    fc.assert(
      fc.property(bad, place, (bytes, before) => {
        const after = before.endsWith('"') ? '"/>' : before.replace('<', '</')
        const closed = before.endsWith('[') ? ']]></system-out>' : after
        const opened = before.endsWith('[') ? `<system-out>${before}` : before
        const whole = Buffer.concat([
          Buffer.from(`<testsuite><testcase classname="t" name="n">${opened}`),
          Buffer.from(bytes),
          Buffer.from(`${closed}</testcase></testsuite>`),
        ])
        expect(readBy(true, whole)).toEqual(readBy(false, whole))
      }),
    )
  })

  it('takes what runners write below a case, and leaves the line of a later finding right', () => {
    const taken = `<testcase classname="t" name="n">\r\n<system-out>\na\r\rb</system-out>
      <properties>\n<property name="a" value="é"/></properties><failure message="m"><![CDATA[\n]]>x
      </failure></testcase>`
    const bytes = Buffer.from(`<testsuite>\n${taken.repeat(3)}\n<?php?></testsuite>`)
    expect(readBy(true, bytes)).toEqual(readBy(false, bytes))
  })

  it('forgets the attributes of a case that it left to the long way', () => {
    const left = '<testcase file="a"/>'
    const bytes = Buffer.from(
      `<testsuites><testsuite name="s">${left}<testcase name="a" classname="a"/></testsuite></testsuites>`,
    )
    expect(readBy(true, bytes)).toEqual(readBy(false, bytes))
  })

  it('says the same of every cut', () => {
    const plain = FAILING_JUNIT.replaceAll('é', 'e')
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
