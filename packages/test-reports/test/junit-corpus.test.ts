import { describe, expect, it } from 'vitest'
import type { TestReport } from '../src/index.ts'
import { codes, passes, read } from './support/reading.ts'
import { corpusEntries, corpusFile, corpusIsAbsent } from './support/shared-corpus.ts'

/** Sources that merge retries into one test: we keep every result. */
const MERGES_RETRIES = /flaky_retries/
/** Sources that a strict XML parser cannot read. */
const UNREADABLE = /NOT-WELL-FORMED/
/** The only files of which nothing in themselves must block. */
const GREEN = [
  'external/jest/jest-react-component-test-results.xml',
  'fixtures/jest-junit-eslint.xml',
  'nette-tester/BootstrapFormRenderer-report.xml',
  'marathon_tests/com.mikepenz.DummyTest#test_02_dummy.xml',
  'perl/result.xml',
  'TEST-action.surefire.report.calc.AllOkTest.xml',
  // These hide something that only the exit code or the inventory can tell.
  'own-runner-outputs/mocha-only.xunit.xml',
  'own-runner-outputs/vitest-unhandled.xml',
  'b21-one-good-one-corrupt/a.xml',
  'b29-fail-inside-properties-only/r.xml',
  // Twins that are meant to pass.
  'c0-pass/r.xml',
  'xml-safety/failInCdata.xml',
  'xml-safety/failInComment.xml',
]

describe.skipIf(corpusIsAbsent)('real JUnit reports (needs ../shared/corpus)', () => {
  it('are there', () => {
    expect(corpusEntries().length).toBeGreaterThan(100)
  })

  for (const { path, expected, raw, note } of corpusEntries()) {
    it(`reads ${path}`, async () => {
      const report = await read(corpusFile(path))
      const { tests, failed, errored, skipped, flaky } = report.counts
      if (UNREADABLE.test(note)) {
        expect(passes(report)).toBe(false)
        return
      }
      if (!Number.isNaN(expected.tests) && !MERGES_RETRIES.test(path)) {
        expect(tests).toBe(note.includes('SOURCE IS WRONG') ? raw[0] : expected.tests)
        if (!Number.isNaN(expected.bad)) expect(failed + errored).toBe(expected.bad)
        expect(skipped).toBe(expected.skipped)
      }
      if (note.includes('flakyFailure')) expect(flaky).toBeGreaterThan(0)
      expect(passes(report)).toBe(GREEN.some((green) => path.endsWith(green)))
    })

    it(`reads ${path} alike in pieces of every size`, async () => {
      const bytes = corpusFile(path)
      const known = ({ findings, ...rest }: TestReport) => ({
        ...rest,
        // How far a decoder or parser had come when it noticed depends on the pieces.
        findings: findings.map(({ code, message }) => [code, message.replace(/column \d+/, '')]),
      })
      const whole = known(await read(bytes))
      for (const piece of [1, 7, 4096]) expect(known(await read(bytes, { piece }))).toEqual(whole)
    })
  }

  it('names the cause of what is not well formed', async () => {
    const cause = async (name: string) => codes(await read(corpusFile(`own-synthetic/${name}`)))
    expect(await cause('xml-safety/billion.xml')).toEqual(['test/forbidden-markup'])
    expect(await cause('xml-safety/xxeFile.xml')).toEqual(['test/forbidden-markup'])
    expect(await cause('xml-safety/deep.xml')).toEqual(['test/too-deep'])
    expect(await cause('xml-safety/badUtf8.xml')).toEqual(['test/bad-encoding'])
    expect(await cause('xml-safety/dupAttr.xml')).toEqual(['test/unparseable'])
    expect(await cause('b26-utf16/r.xml')).toEqual(['test/bad-encoding'])
    expect(await cause('b03-empty-file/r.xml')).toEqual(['test/unparseable'])
  })
})
