import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, parseStrictJson } from '../src/index.ts'
import { plainData } from './plain-data.ts'

describe('canonical JSON', () => {
  it('sorts keys by UTF-16 code units and prints numbers as RFC 8785 asks', () => {
    const value = {
      '\u20ac': 'Euro',
      '\r': 'CR',
      '1': 'One',
      '\u0080': 'Control',
      '\ud83d\ude02': 'Smiley',
      '\u00f6': 'o',
      '\ufb33': 'Dalet',
    }
    const keys = [...canonicalJson(value).matchAll(/:"(\w+)"/g)].map((match) => match[1])
    expect(keys).toEqual(['CR', 'One', 'Control', 'o', 'Euro', 'Smiley', 'Dalet'])
    expect(canonicalJson([1e21 / 10 ** 6, 4.5, 2e-3, 1e-27, -0])).toBe(
      '[1000000000000000,4.5,0.002,1e-27,0]',
    )
  })

  it('leaves out undefined members', () => {
    expect(canonicalJson({ b: undefined, a: null })).toBe('{"a":null}')
  })

  it.each([
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a whole number beyond 2^53', 2 ** 53],
    ['a lone surrogate', '\ud800'],
    ['undefined in a list', [undefined]],
    ['a hole in a list', Array.from({ length: 1 })],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a function', () => 1],
    ['a bigint', 1n],
    ['the key __proto__', JSON.parse('{"__proto__":1}')],
    ['nesting without end', Array.from({ length: 100 }).reduce<unknown>((inner) => [inner], 1)],
  ])('refuses %s', (_name, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError)
  })

  it('gives equal data equal bytes, whatever the order, and is read back strictly', () => {
    // The key __proto__ is refused, above.
    const key = fc.string({ unit: 'grapheme-ascii' }).filter((text) => text !== '__proto__')
    const data = fc.dictionary(key, plainData)
    fc.assert(
      fc.property(data, (value) => {
        const text = canonicalJson(value)
        const reversed = Object.fromEntries(Object.entries(value).toReversed())
        expect(canonicalJson(reversed)).toBe(text)
        const back = parseStrictJson(Buffer.from(text), { maxBytes: 1e6, maxDepth: 64 })
        expect(canonicalJson(back)).toBe(text)
      }),
    )
  })
})
