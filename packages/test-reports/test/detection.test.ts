import { describe, expect, it } from 'vitest'
import { codes, passes, read } from './support/reading.ts'
import { corpusEntriesOf, corpusFile, corpusIsAbsent } from './support/shared-corpus.ts'

const GREEN: readonly (readonly [string, string])[] = [
  [
    'junit',
    '<?xml version="1.0"?>\n<!-- a > b --><testsuite tests="1"><testcase name="a"/></testsuite>',
  ],
  ['junit', '<testsuites><testsuite><testcase name="a"/></testsuite></testsuites>'],
  ['tap', 'TAP version 13\nok 1 - a\n1..1\n'],
  ['tap', '1..1\nok 1 - a\n'],
  ['tap', '# a comment\nok 1 - a\n1..1\n'],
  [
    'go-json',
    ['start', 'run', 'pass', 'end']
      .map((action) =>
        JSON.stringify({
          Action: action === 'end' ? 'pass' : action,
          Package: 'p',
          ...(action === 'run' || action === 'pass' ? { Test: 'TestA' } : {}),
        }),
      )
      .join('\n') + '\n',
  ],
]

describe('a report of a format that nobody named', () => {
  it.each(GREEN)('is read as %s', async (format, text) => {
    const report = await read(text, { format: 'auto' })
    expect(report.findings).toEqual([])
    expect([report.format, passes(report)]).toEqual([format, true])
    expect(report).toEqual(await read(text, { format }))
  })

  it.each(GREEN)('is read as %s from single bytes', async (format, text) => {
    expect(await read(text, { format: 'auto', piece: 1 })).toEqual(await read(text, { format }))
  })

  it('is read whole when it is longer than what the format is told by', async () => {
    const cases = Array.from({ length: 5_000 }, (_, n) => `<testcase name="a test ${n}"/>`).join('')
    const text = (last: string) => `<testsuite>${cases}${last}</testsuite>`
    const good = await read(text('<testcase name="z"/>'), { format: 'auto', piece: 1_000 })
    expect([good.counts.tests, passes(good)]).toEqual([5_001, true])
    const bad = text('<testcase name="z"><failure/></testcase>')
    expect((await read(bad, { format: 'auto', piece: 1_000 })).counts.failed).toBe(1)
  })

  it.each([
    ['a page', '<html><testsuite/></html>'],
    ['a root in another letter case', '<TestSuite tests="1"><testcase name="a"/></TestSuite>'],
    ['some JSON', '{"tests": [{"Action": "pass"}]}'],
    ['a log', 'all tests passed\nok 1 - a\n1..1\n'],
  ])('is refused when it is %s', async (_, content) => {
    const report = await read(content, { format: 'auto' })
    expect([codes(report), report.format]).toEqual([['test/unknown-format'], undefined])
  })

  it.each([
    ['nothing', Buffer.alloc(0), 'test/unparseable'],
    ['UTF-16 with a mark', Buffer.from('\uFEFF<testsuite/>', 'utf16le'), 'test/bad-encoding'],
    ['UTF-16 without one', Buffer.from('<testsuite/>', 'utf16le'), 'test/bad-encoding'],
    ['UTF-16, big end first', Buffer.from('\0<\0t\0/\0>'), 'test/bad-encoding'],
  ])('is refused for its own reason when it is %s', async (_, content, code) => {
    const report = await read(content, { format: 'auto' })
    expect([codes(report), report.format]).toEqual([[code], undefined])
  })

  it('is refused when it begins like two formats', async () => {
    const report = await read('{"Action": "pass", "runs": []}', { format: 'auto' })
    expect([codes(report), passes(report)]).toEqual([['test/ambiguous-format'], false])
    expect(report.findings[0]?.message).toContain('go-json and like sarif')
  })

  it('is refused for its DOCTYPE before anything else', async () => {
    const text = '<!DOCTYPE testsuite [<!ENTITY a "b">]><testsuite><testcase name="a"/></testsuite>'
    expect(codes(await read(text, { format: 'auto' }))).toEqual(['test/forbidden-markup'])
  })

  it('is never read as another format than the one that is named', async () => {
    expect(passes(await read('1..1\nok 1 - a\n', { format: 'junit' }))).toBe(false)
  })
})

describe.skipIf(corpusIsAbsent)('a real report (needs ../shared/corpus)', () => {
  const FORMATS = [
    ['JUnit', 'junit'],
    ['NUnit3', 'nunit'],
    ['TRX', 'trx'],
    ['go', 'go-json'],
    ['TAP', 'tap'],
  ] as const

  it.each(FORMATS)('of %s is read as nothing else, or refused', async (producer, format) => {
    const entries = corpusEntriesOf(producer)
    expect(entries.length).toBeGreaterThan(2)
    for (const { path } of entries) {
      const told = await read(corpusFile(path), { format: 'auto' })
      const named = await read(corpusFile(path), { format })
      if (told.format === undefined) expect(passes(named), path).toBe(false)
      else expect(told, path).toEqual(named)
    }
  })
})
