import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FAILING_REPORTS } from './support/failing-reports.ts'
import { codes, passes, read } from './support/reading.ts'
import { RUNNER_REPORTS } from './support/runner-reports.ts'

const KEY = /"(?:[^"\\]|\\.)*":/g
const NUMBER = /(?<=[:[,])\d+(?=[,}\]])/g

/** Every text that has one match of a pattern replaced. */
const replacements = (text: string, pattern: RegExp, put: (found: string) => string): string[] =>
  [...text.matchAll(pattern)].map(
    ({ index, 0: found }) => text.slice(0, index) + put(found) + text.slice(index + found.length),
  )

for (const { runner, format, green } of RUNNER_REPORTS)
  describe(`C74: the JSON of ${runner}`, () => {
    const text = JSON.stringify(green)
    const refusedAs = async (content: string | Buffer, ...code: string[]) => {
      const report = await read(content, { format })
      expect(passes(report), String(content).slice(0, 100)).toBe(false)
      expect(code).toEqual(expect.arrayContaining(codes(report).slice(-1)))
    }

    it('has no key twice, wherever it stands', async () => {
      const twice = replacements(text, KEY, (key) => `${key}null,${key}`)
      expect(twice.length).toBeGreaterThan(10)
      for (const one of twice) await refusedAs(one, 'test/unparseable')
      expect(passes(await read(text.replace('{', '{ '), { format }))).toBe(true)
    })

    it('has no __proto__, wherever it stands', async () => {
      for (const one of replacements(text, KEY, (key) => `"__proto__":{"a":1},${key}`))
        await refusedAs(one, 'test/unparseable')
    })

    it('has no NaN, no Infinity and no number that is rounded', async () => {
      for (const number of ['NaN', '-Infinity', '1e999', '9007199254740993', '0x1', '01'])
        for (const one of replacements(text, NUMBER, () => number))
          await refusedAs(one, 'test/unparseable')
    })

    it('is one document, and nothing follows or precedes it', async () => {
      for (const more of [text, '{}', '[]', 'null', ',', '}', 'ok', '\0', '\uFEFF', '// end']) {
        await refusedAs(`${text}${more}`, 'test/unparseable')
        await refusedAs(`${more}${text}`, 'test/unparseable', 'test/bad-encoding')
        await refusedAs(`${text}\n${more}`, 'test/unparseable')
      }
      expect(passes(await read(`\n ${text}\r\n\t`, { format }))).toBe(true)
    })

    it('is UTF-8, without lone surrogates', async () => {
      const named = (name: string | Buffer) => {
        const [head = '', tail = ''] = text.split('iso', 2)
        const rest = text.slice(head.length + 'iso'.length)
        expect(rest.startsWith(tail)).toBe(true)
        return Buffer.concat([Buffer.from(head), Buffer.from(name), Buffer.from(rest)])
      }
      if (!text.includes('iso')) return
      await refusedAs(named(Buffer.from([0xe9])), 'test/bad-encoding')
      await refusedAs(named(Buffer.from([0xed, 0xa0, 0x80])), 'test/bad-encoding')
      await refusedAs(named(Buffer.from('\\ud800')), 'test/unparseable')
      await refusedAs(Buffer.from(text, 'utf16le'), 'test/unparseable')
    })

    it('is limited in depth, size and number, each with its finding', async () => {
      const limited = async (limits: object) =>
        codes(await read(text, { format, limits, piece: 64 }))
      expect(await limited({ depth: 2 })).toContain('test/too-deep')
      expect(await limited({ bytes: 100 })).toContain('test/too-large')
      expect(await limited({ textLength: 10 })).toContain('test/too-long')
      expect(await limited({ cases: format === 'sarif' ? 0 : 1 })).toContain('test/too-many-tests')
      expect(await limited({ depth: 20, bytes: 1e6, textLength: 1e6, cases: 2 })).toEqual([])
    })
  })

/** What one place of a report may be changed to. */
const PUT = [null, true, false, 0, 1, 2, -1, '', 'passed', 'expected', 'pass', 'success', [], {}]

/** Every value that differs from another at one place: put otherwise, taken away, or named otherwise. */
function* oneEdits(value: unknown): Generator {
  for (const put of PUT) yield put
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value
    for (const [index, item] of items.entries()) {
      yield items.toSpliced(index, 1)
      yield items.toSpliced(index, 0, item)
      for (const made of oneEdits(item)) yield items.with(index, made)
    }
  } else if (typeof value === 'object' && value !== null) {
    const members: readonly [string, unknown][] = Object.entries(value)
    for (const [index, [key, member]] of members.entries()) {
      yield Object.fromEntries(members.toSpliced(index, 1))
      yield Object.fromEntries(members.with(index, [`${key}s`, member]))
      for (const made of oneEdits(member))
        yield Object.fromEntries(members.with(index, [key, made]))
    }
  }
}

/** In these one place alone tells of the failure; who changes it has forged the report. */
const FORGEABLE = new Set(['cucumber-json', 'sarif'])
const FORMATS = [...new Set(RUNNER_REPORTS.map(({ format }) => format))]

/** The same value, the members of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const members: readonly [string, unknown][] = Object.entries(value)
  return Object.fromEntries(members.toReversed().map(([key, member]) => [key, reversed(member)]))
}

describe('the order of members', () => {
  const texts = [...RUNNER_REPORTS.map(({ green }) => JSON.stringify(green)), ...FAILING_REPORTS]
  const cases = FORMATS.flatMap((format) => texts.map((text) => [format, text] as const))

  it('does not matter, except where Playwright names a suite', async () => {
    let count = 0
    for (const [format, text] of cases) {
      const first = await read(text, { format })
      if (first.counts.tests === 0) continue
      const second = await read(JSON.stringify(reversed(JSON.parse(text))), { format })
      const byName = ({ cases: all }: typeof first) => all.map((one) => JSON.stringify(one)).sort()
      if (format === 'playwright-json') expect(codes(second)).toEqual(['test/unparseable'])
      else expect([byName(second), codes(second)]).toEqual([byName(first), codes(first)])
      count += 1
    }
    expect(count).toBeGreaterThan(FORMATS.length)
  })
})

describe('a failing JSON report', () => {
  for (const format of FORMATS) {
    const failing = async () => {
      for (const text of FAILING_REPORTS) {
        const report = await read(text, { format })
        if (report.counts.tests > 0 && report.counts.passed < report.counts.tests) return text
      }
      throw new Error(`no failing report of ${format}`)
    }

    it(`of ${format} does not pass, whatever one place of it is changed to`, async () => {
      const value: unknown = JSON.parse(await failing())
      let count = 0
      for (const made of oneEdits(value)) {
        const report = await read(JSON.stringify(made), { format })
        const forged = FORGEABLE.has(format) && report.counts.failed === 0
        if (!forged) expect(passes(report), JSON.stringify(made)).toBe(false)
        count += 1
      }
      expect(count).toBeGreaterThan(200)
    })

    it(`of ${format} gives findings and never an error, whatever it holds`, async () => {
      const edits = [...oneEdits(JSON.parse(await failing()))]
      const again = fc.constantFrom(...edits).chain((one) => fc.constantFrom(...oneEdits(one)))
      const property = fc.asyncProperty(again, fc.nat(60), async (value, piece) => {
        const report = await read(JSON.stringify(value), { format, piece: piece + 1 })
        if (report.counts.failed > 0) expect(passes(report)).toBe(false)
        expect(report.counts.tests).toBe(report.cases.length)
      })
      await fc.assert(property, { numRuns: 500 })
    })
  }

  it.each(FORMATS)(
    'of %s does not pass when it is cut, and neither does a green one',
    async (format) => {
      const green = JSON.stringify(RUNNER_REPORTS.find((one) => one.format === format)?.green)
      for (let at = 0; at < green.length; at += 1)
        expect(passes(await read(green.slice(0, at), { format })), `${at}`).toBe(false)
      expect(passes(await read(green, { format }))).toBe(true)
    },
  )
})
