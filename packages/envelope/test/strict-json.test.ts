import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonRefusal, canonicalJson, parseStrictJson } from '../src/index.ts'
import { plainData } from './plain-data.ts'

const LIMITS = { maxBytes: 100_000, maxDepth: 64 }
const read = (text: string | Uint8Array, limits = LIMITS) =>
  parseStrictJson(typeof text === 'string' ? Buffer.from(text) : text, limits)
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

describe('a refused text, and a twin that is read', () => {
  it.each([
    ['a duplicate key', '{"a":1,"a":1}', '{"a":1,"b":1}'],
    [
      'a duplicate key, one spelt with an escape',
      String.raw`{"a":1,"\u0061":2}`,
      String.raw`{"a":1,"\u0062":2}`,
    ],
    ['a duplicate key deep inside', '[[{"x":[{"a":1,"a":2}]}]]', '[[{"x":[{"a":1},{"a":2}]}]]'],
    ['the key __proto__', '{"__proto__":{"a":1}}', '{"__proto":{"a":1}}'],
    [
      'the key __proto__ spelt with an escape',
      String.raw`{"\u005f_proto__":1}`,
      String.raw`{"\u005fproto":1}`,
    ],
    ['something after the value', '{} {}', '{} '],
    ['a second value on a line of its own', '1\n2', '1\n'],
    ['a NUL after the value', '{}\0', '{}\n'],
    ['a trailing comma', '[1,]', '[1]'],
    ['a leading comma', '[,1]', '[1]'],
    ['a comment', '[1/**/]', '[1 ]'],
    ['a single-quoted string', "['a']", '["a"]'],
    ['a bare word', 'NaN', 'null'],
    ['an infinite number', '1e400', '1e300'],
    ['a whole number that doubles round', '9007199254740993', '9007199254740991'],
    ['a whole number that doubles round, negative', '-9007199254740992', '-9007199254740991'],
    ['a number with a leading zero', '01', '10'],
    ['a number with a plus', '+1', '1'],
    ['a number without a fraction after the point', '1.', '1.0'],
    ['a hexadecimal number', '0x10', '16'],
    ['a raw control character', '"a\u0001b"', String.raw`"a\u0001b"`],
    ['a raw line feed in a string', '"a\nb"', String.raw`"a\nb"`],
    ['an unknown escape', String.raw`"\x41"`, String.raw`"\u0041"`],
    ['a lone high surrogate', String.raw`"\ud83d"`, String.raw`"\ud83d\ude00"`],
    ['a lone low surrogate as a key', String.raw`{"\ude00":1}`, String.raw`{"\ud83d\ude00":1}`],
    ['a string in NFD', '"e\u0301"', '"\u00e9"'],
    ['a string in NFD by escapes', String.raw`"e\u0301"`, String.raw`"\u00e9"`],
    ['a byte order mark', '\uFEFF{}', '{}'],
    ['an unfinished string', '"a', '"a"'],
    ['an unfinished object', '{"a":1', '{"a":1}'],
    ['an object without a colon', '{"a" 1}', '{"a":1}'],
    ['a key that is not a string', '{1:1}', '{"1":1}'],
    ['a mismatched bracket', '[1}', '[1]'],
    ['nothing at all', '', '0'],
    ['only space', ' \n', ' 0\n'],
    ['a space that JSON does not know', '\u00a01', ' 1'],
    ['one level too deep', nested(65), nested(64)],
  ])('%s', (_name, wrong, right) => {
    expect(() => read(wrong)).toThrow(JsonRefusal)
    expect(read(right)).toEqual(JSON.parse(right))
  })

  it('bytes that are not UTF-8', () => {
    expect(() => read(Buffer.from([0x22, 0xff, 0x22]))).toThrow(JsonRefusal)
    // U+002F in two bytes: the overlong form that naive decoders take for a slash.
    expect(() => read(Buffer.from([0x22, 0xc0, 0xaf, 0x22]))).toThrow(JsonRefusal)
    expect(read(Buffer.from([0x22, 0xc3, 0xa9, 0x22]))).toBe('é')
  })

  it('one byte too many', () => {
    expect(() => read('[1]', { maxBytes: 2, maxDepth: 1 })).toThrow(/limit/)
    expect(read('[1]', { maxBytes: 3, maxDepth: 1 })).toEqual([1])
  })
})

describe('for any text', () => {
  it('reads what JSON.parse reads of JSON that everybody writes', () => {
    fc.assert(
      fc.property(plainData, fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(read(text)).toEqual(JSON.parse(text))
        expect(read(canonicalJson(value))).toEqual(JSON.parse(text))
      }),
    )
  })

  it('never reads what JSON.parse refuses', () => {
    const damaged = fc
      .tuple(
        plainData.map((value) => JSON.stringify(value)),
        fc.nat(),
        fc.string({ maxLength: 2 }),
      )
      .map(
        ([text, at, put]) =>
          text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1),
      )
    fc.assert(
      fc.property(fc.oneof(damaged, fc.string()), (any) => {
        const text = any.toWellFormed()
        let value: unknown
        try {
          value = read(text)
        } catch (error) {
          expect(error).toBeInstanceOf(JsonRefusal)
          return
        }
        expect(value).toEqual(JSON.parse(text))
      }),
      { numRuns: 1_000 },
    )
  })

  it('reads no proper prefix of an object', () => {
    const text = String.raw`{"a":[1,-2.5e3,true,null,"x\u00e9\\"],"b":{"c":{}}}`
    for (let end = 0; end < text.length; end += 1) {
      expect(() => read(text.slice(0, end)), `first ${end}`).toThrow(JsonRefusal)
    }
    expect(read(text)).toEqual(JSON.parse(text))
  })
})
