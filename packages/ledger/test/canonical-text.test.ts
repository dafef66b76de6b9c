import * as fc from 'fast-check'
import { canonicalJson, isPlainObject } from '@bulkhead/envelope'
import { describe, expect, it } from 'vitest'
import { isCanonicalObject } from '../src/canonical-text.ts'

/** What the strict way says: the text is what is written of what it means. */
function isWrittenSo(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return isPlainObject(value) && canonicalJson(value) === text
  } catch {
    return false
  }
}

const letters = fc.string({
  unit: fc.constantFrom('a', 'b', '1', '0', ' ', '{', '}', '[', ']', ',', ':', '-', '.', 'e'),
  maxLength: 4,
})
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    letters,
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.constantFrom(true, false, null, 2 ** 53, -0, 1e21, 1e-7, ''),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(letters, tie('value'), { maxKeys: 4 }),
  ),
}))
const object = fc.dictionary(letters, value, { maxKeys: 4 })

const written = (data: unknown): string | undefined => {
  try {
    return canonicalJson(data)
  } catch {
    return undefined
  }
}

describe('text that is proven without being read', () => {
  it('is taken when it is canonical', () => {
    let taken = 0
    fc.assert(
      fc.property(object, (data) => {
        const text = written(data)
        fc.pre(text !== undefined && !('' in data))
        const judged = isCanonicalObject(text)
        if (judged === true) taken += 1
        // An empty key further in is left to the strict reader.
        if (!text.includes('""')) expect(judged).toBe(true)
      }),
    )
    expect(taken).toBeGreaterThan(20)
  })

  it('is never taken when it is anything else', () => {
    const edits = fc.array(
      fc.record({
        at: fc.nat(),
        put: fc.constantFrom(
          '',
          '"',
          '{',
          '}',
          '[',
          ']',
          ',',
          ':',
          '0',
          '-',
          'e',
          '.',
          ' ',
          'a',
          '1',
        ),
        cut: fc.nat(3),
      }),
      { minLength: 1, maxLength: 3 },
    )
    fc.assert(
      fc.property(object, edits, (data, changes) => {
        let text = written(data) ?? '{}'
        for (const { at, put, cut } of changes) {
          const from = at % (text.length + 1)
          text = text.slice(0, from) + put + text.slice(from + cut)
        }
        if (isCanonicalObject(text) === true) expect(isWrittenSo(text)).toBe(true)
      }),
      { numRuns: 5_000 },
    )
  })

  it.each([
    ['keys out of order', '{"b":1,"a":1}'],
    ['a key twice', '{"a":1,"a":1}'],
    ['the key __proto__', '{"__proto__":1}'],
    ['a space', '{"a": 1}'],
    ['a comma too many', '{"a":1,}'],
    ['a list with a comma too many', '{"a":[1,]}'],
    ['a number beyond what doubles hold', '{"a":9007199254740992}'],
    ['a leading zero', '{"a":01}'],
    ['minus zero', '{"a":-0}'],
    ['another spelling of a number', '{"a":1e2}'],
    ['an infinite number', '{"a":1e999}'],
    ['a word that is none', '{"a":nul}'],
    ['an unfinished string', '{"a":"b}'],
    ['something after it', '{}{}'],
    ['a list', '[]'],
    ['a text', '"a"'],
    ['nothing', ''],
    ['deep nesting', `${'{"a":'.repeat(17)}1${'}'.repeat(17)}`],
  ])('is not taken with %s', (_name, text) => {
    expect(isCanonicalObject(text)).toBe(false)
  })

  it('says nothing of escapes, other letters and control characters', () => {
    for (const text of ['{"a":"\\n"}', '{"é":1}', '{"a":"\n"}']) {
      expect(isCanonicalObject(text)).toBeUndefined()
    }
  })
})
