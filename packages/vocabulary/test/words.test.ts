import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Finding,
  commitId,
  counted,
  digest,
  digestOfHash,
  fencingToken,
  formatDuration,
  momentOf,
  parseDuration,
  printable,
  printableJson,
  reasons,
  sortFindings,
} from '../src/index.ts'

describe('ids', () => {
  it('are full, lower-case and of the right length, or nothing', () => {
    expect(commitId('a'.repeat(40))).toBe('a'.repeat(40))
    expect(commitId('a'.repeat(64))).toBe('a'.repeat(64))
    expect(digestOfHash('0'.repeat(64))).toBe(digest(`sha256:${'0'.repeat(64)}`))
    expect(() => digestOfHash('0'.repeat(63))).toThrow(TypeError)
    for (const wrong of [
      '',
      'a'.repeat(39),
      'a'.repeat(41),
      'A'.repeat(40),
      `${'a'.repeat(39)}\n`,
      `${'a'.repeat(40)}\n`,
      'g'.repeat(40),
    ])
      expect(() => commitId(wrong)).toThrow(TypeError)
    expect(digest(`sha256:${'0'.repeat(64)}`)).toHaveLength(71)
    expect(digestOfHash('0'.repeat(64))).toBe(digest(`sha256:${'0'.repeat(64)}`))
    expect(() => digestOfHash('0'.repeat(63))).toThrow(TypeError)
    for (const wrong of ['0'.repeat(64), `sha512:${'0'.repeat(64)}`, `sha256:${'0'.repeat(63)}`])
      expect(() => digest(wrong)).toThrow(TypeError)
  })

  it('tokens are whole numbers that do not go below nought', () => {
    expect(fencingToken(0)).toBe(0)
    expect(digestOfHash('0'.repeat(64))).toBe(digest(`sha256:${'0'.repeat(64)}`))
    expect(() => digestOfHash('0'.repeat(63))).toThrow(TypeError)
    for (const wrong of [-1, 1.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1])
      expect(() => fencingToken(wrong)).toThrow(TypeError)
  })
})

describe('moments', () => {
  it('are days in UTC, or times with their zone', () => {
    const moments = ['2026-01-31', '2026-01-31T12:00Z', '2026-01-31T12:00:30.5+05:30']
    expect(moments.map(momentOf)).toEqual([
      '2026-01-31T00:00:00.000Z',
      '2026-01-31T12:00:00.000Z',
      '2026-01-31T06:30:30.500Z',
    ])
    expect(momentOf('2024-02-29')).toBeDefined()
  })

  it.each([
    ['nothing', ''],
    ['a word', 'yesterday'],
    ['a day that no month has', '2026-02-30'],
    ['a leap day of no leap year', '2026-02-29T12:00:00Z'],
    ['a month that no year has', '2026-13-01'],
    ['a time without a zone', '2026-01-31T12:00:00'],
    ['a time with a space', '2026-01-31 12:00:00Z'],
    ['an hour too many', '2026-01-31T24:00:00Z'],
    ['more behind it', '2026-01-31x'],
    ['a line behind it', '2026-01-31\n'],
    ['a year alone', '2026'],
  ])('are not %s', (_, text) => {
    expect(momentOf(text)).toBeUndefined()
  })

  it('survive being written and read', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(momentOf(date.toISOString())).toBe(date.toISOString())
          expect(momentOf(date.toISOString().slice(0, 10))?.slice(0, 10)).toBe(
            date.toISOString().slice(0, 10),
          )
        },
      ),
    )
  })
})

describe('durations', () => {
  it('survive being written and read', () => {
    fc.assert(
      fc.property(fc.nat(999_999_999), (ms) => {
        const span = parseDuration(`${ms}ms`)
        expect(span).toBe(ms)
        if (span !== undefined) expect(parseDuration(formatDuration(span))).toBe(ms)
      }),
    )
  })

  it('are exact: no sign, no fraction, no space, no unknown unit', () => {
    expect([parseDuration('90s'), parseDuration('5m'), parseDuration('2h')]).toEqual([
      90_000, 300_000, 7_200_000,
    ])
    expect(digestOfHash('0'.repeat(64))).toBe(digest(`sha256:${'0'.repeat(64)}`))
    expect(() => digestOfHash('0'.repeat(63))).toThrow(TypeError)
    for (const wrong of ['', '5', '-5m', '1.5h', '5 m', '5M', '5w', 'm'])
      expect(parseDuration(wrong)).toBeUndefined()
  })
})

describe('text from outside', () => {
  it('is one visible line: nothing can move the cursor, hide or reverse', () => {
    expect(printable('ok\u001b[2Jgone')).toBe('ok\\u{1b}[2Jgone')
    expect(printable('a\nb')).toBe('a ⏎ b')
    expect(printable('user\u202egpj.exe')).toBe('user\\u{202e}gpj.exe')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      }),
    )
  })
})

describe('findings', () => {
  it('have one order, whatever order they were found in', () => {
    const finding = (code: Finding['code'], subject: string): Finding => ({
      code,
      subject,
      message: 'm',
      remedy: 'r',
    })
    const list = [
      finding('gate/failed-test', 'b'),
      finding('attest/expired', 'z'),
      finding('gate/failed-test', 'a'),
    ]
    expect(sortFindings(list)).toEqual(sortFindings(list.toReversed()))
    expect(sortFindings(list).map((each) => each.subject)).toEqual(['z', 'a', 'b'])
  })

  it('codes are room/cause, each with a cause and a remedy', () => {
    for (const [code, reason] of Object.entries(reasons)) {
      expect(code).toMatch(/^[a-z]+\/[a-z0-9-]+$/)
      expect(reason.cause).toMatch(/\.$/)
      expect(reason.remedy.length).toBeGreaterThan(0)
    }
  })
})

describe('what is counted', () => {
  it('stands in the singular for one, and in the plural for anything else', () => {
    expect([0, 1, 2].map((count) => counted(count, 'commit'))).toEqual([
      '0 commits',
      '1 commit',
      '2 commits',
    ])
    expect(counted(1, 'entry', 'entries')).toBe('1 entry')
    expect(counted(21, 'person agrees', 'people agree')).toBe('21 people agree')
  })
})

describe('JSON that is shown', () => {
  const hostile = 'a\u001b[2J\u009b1m\u007f\u202e\u2066\u200b\u2028\ufeff\u{e0001}\n\t"\\'

  it('has no character that repaints a terminal or hides, and says the same', () => {
    for (const indent of [0, 2]) {
      const shown = printableJson({ [hostile]: [hostile] }, indent)
      expect(shown.replaceAll('\n', '')).toMatch(/^[\u0020-\u007e]*$/)
      expect(JSON.parse(shown)).toEqual({ [hostile]: [hostile] })
    }
    expect(printableJson({ hostile }).includes('\n')).toBe(false)
    expect(printableJson({ hostile })).toContain('\\u009b1m\\u007f\\u202e')
  })

  it('is as JSON writes it where nothing is to be feared', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 2), (text, indent) => {
        const value: unknown = JSON.parse(text)
        expect(JSON.parse(printableJson(value, indent))).toEqual(value)
      }),
    )
    expect(printableJson({ name: 'Åsa 山田 🙂', n: 1 }, 2)).toBe(
      JSON.stringify({ name: 'Åsa 山田 🙂', n: 1 }, undefined, 2),
    )
  })
})
