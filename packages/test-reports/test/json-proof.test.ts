import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonFault } from '../src/json/json-fault.ts'
import { type JsonKind, JsonProver } from '../src/json/json-prover.ts'

const LIMITS = { depth: 8, length: 1000, members: 100 }

/** What a prover says of bytes that come in pieces: the kind of its fault and where, or nothing. */
function faultOf(content: string | Buffer, piece = 1_000_000, limits = LIMITS): string | undefined {
  const bytes = Buffer.from(content)
  const prover = new JsonProver(limits)
  try {
    for (let at = 0; at < bytes.length; at += piece) prover.write(bytes.subarray(at, at + piece))
    prover.end()
    return undefined
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    return `${error.kind}: ${error.message}`
  }
}

const isParsed = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('what is proven to be JSON', () => {
  it.each([
    ['null'],
    [' [ ] '],
    ['{ }\r\n\t'],
    ['-0'],
    ['[0,-1,1.5,1e3,-1.5E-3,9007199254740991]'],
    ['{"a":{"a":1},"b":{"a":1}}'],
    ['"\\ud83d\\ude00 \\u00e9 \\" \\/ \\b\\f\\n\\r\\t"'],
    ['"é€😀"'],
    ['{"\\u0061":1,"b":2}'],
    ['[[[[[[[[]]]]]]]]'],
    ['{"constructor":1,"hasOwnProperty":2}'],
  ])('%s is', (text) => {
    expect(isParsed(text)).toBe(true)
    for (const piece of [1, 2, 3, 5, 100]) expect(faultOf(text, piece)).toBeUndefined()
  })

  it.each([
    ['', 'syntax: the text ends before its value, at byte 0'],
    ['\uFEFF{}', 'syntax: expected a value, at byte 0'],
    ['{} {}', 'syntax: something follows the value, at byte 3'],
    ['{}x', 'syntax: something follows the value, at byte 2'],
    ['{"a":1,"a":2}', 'syntax: the key "a" stands twice, at byte 9'],
    ['{"a":1,"\\u0061":2}', 'syntax: the key "a" stands twice, at byte 14'],
    ['{"é":1,"\\u00e9":2}', 'syntax: the key "é" stands twice, at byte 15'],
    ['{"a":{"b":1},"c":[{"b":1}],"a":2}', 'syntax: the key "a" stands twice, at byte 29'],
    [
      '{"__proto__":1}',
      'syntax: the key __proto__, which changes objects in some readers, at byte 11',
    ],
    [
      '{"\\u005f_proto__":1}',
      'syntax: the key __proto__, which changes objects in some readers, at byte 16',
    ],
    ['[NaN]', 'syntax: expected a value, at byte 1'],
    ['[Infinity]', 'syntax: expected a value, at byte 1'],
    ['[1e400]', 'syntax: a number that readers would round differently, at byte 6'],
    ['[9007199254740993]', 'syntax: a number that readers would round differently, at byte 17'],
    ['[01]', 'syntax: a malformed number, at byte 3'],
    ['[1.]', 'syntax: a malformed number, at byte 3'],
    ['[.5]', 'syntax: expected a value, at byte 1'],
    ['[+1]', 'syntax: expected a value, at byte 1'],
    ['[1-2]', 'syntax: a malformed number, at byte 4'],
    ['[1,]', 'syntax: expected a value, at byte 3'],
    ['{"a":1,}', 'syntax: expected a key, at byte 7'],
    ["{'a':1}", 'syntax: expected a key, at byte 1'],
    ['{a:1}', 'syntax: expected a key, at byte 1'],
    ['{"a" 1}', 'syntax: expected ":", at byte 5'],
    ['[1 2]', 'syntax: expected "," or "]", at byte 3'],
    ['[1}', 'syntax: expected "," or "]", at byte 2'],
    ['{"a":1]', 'syntax: expected "," or "}", at byte 6'],
    ['// no\n{}', 'syntax: expected a value, at byte 0'],
    ['[tru]', 'syntax: expected a value, at byte 4'],
    ['[True]', 'syntax: expected a value, at byte 1'],
    ['"a\nb"', 'syntax: a control character within a string, at byte 2'],
    ['"\\x41"', 'syntax: an unknown escape, at byte 2'],
    ['"\\u00g0"', 'syntax: a malformed escape, at byte 5'],
    ['"\\ud800"', 'syntax: a lone surrogate, at byte 7'],
    ['"\\ud800x"', 'syntax: a lone surrogate, at byte 7'],
    ['"\\ud800\\n"', 'syntax: a lone surrogate, at byte 8'],
    ['"\\ud800\\ud800"', 'syntax: a lone surrogate, at byte 12'],
    ['"\\udc00"', 'syntax: a lone surrogate, at byte 6'],
    ['[[[[[[[[[]]]]]]]]]', 'depth: it is nested deeper than 8, at byte 8'],
    ['[1', 'syntax: the text ends before its value, at byte 2'],
    ['"abc', 'syntax: the text ends before its value, at byte 4'],
    ['-', 'syntax: a malformed number, at byte 1'],
  ])('%s is not', (text, fault) => {
    for (const piece of [1, 2, 3, 5, 100]) expect(faultOf(text, piece)).toBe(fault)
  })

  it.each([
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong zero of three bytes', [0xe0, 0x80, 0x80]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['what lies beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['a lead without its rest', [0xc3, 0x41]],
    ['a rest without its lead', [0x80]],
    ['Latin-1', [0xe9]],
    ['0xff', [0xff]],
  ])('%s is not UTF-8', (_, bytes) => {
    const text = Buffer.concat([Buffer.from('["'), Buffer.from(bytes), Buffer.from('"]')])
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(text)).toThrow()
    for (const piece of [1, 2, 100]) expect(faultOf(text, piece)).toMatch(/^encoding: .*at byte \d/)
  })

  it('is limited in the length of strings, keys and numbers, and in members', () => {
    const small = { depth: 8, length: 4, members: 2 }
    for (const piece of [1, 3, 100]) {
      expect(faultOf('["abcd",{"abcd":1234}]', piece, small)).toBeUndefined()
      for (const long of ['["abcde"]', '{"abcde":1}'])
        expect(faultOf(long, piece, small)).toBe('length: a string or number has more than 4 bytes')
      expect(faultOf('{"a":1,"b":2,"c":3}', piece, small)).toBe(
        'members: an object has more than 2 members, at byte 15',
      )
    }
    expect(faultOf('[123456]', 1, small)).toBe('length: a string or number has more than 4 bytes')
  })

  it('is what JSON.parse takes and nothing else, but for what readers may disagree about', () => {
    const edit = fc.record({
      at: fc.nat(200),
      remove: fc.nat(3),
      insert: fc.string({ maxLength: 2 }),
    })
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), fc.array(edit, { maxLength: 2 }), (json, edits) => {
        const text = edits.reduce(
          (all, { at, remove, insert }) => all.slice(0, at) + insert + all.slice(at + remove),
          json,
        )
        if (!text.isWellFormed()) return
        const fault = faultOf(text, 7)
        if (fault === undefined) expect(isParsed(text)).toBe(true)
        else if (isParsed(text))
          expect(fault).toMatch(/twice|__proto__|round|lone surrogate|nested deeper/)
        expect(faultOf(text, 1)).toBe(fault)
      }),
      { numRuns: 2000 },
    )
  })

  it('is told of by kind and place, except within what is hushed', () => {
    const text = '{"a":[1,{"b":"c"}],"d":null}'
    const told: string[] = []
    const note = (what: string) => void told.push(what)
    const prover: JsonProver = new JsonProver(LIMITS, {
      key: note,
      begin(kind: JsonKind, at: number) {
        note(`${kind} at ${at}`)
        if (kind === 'array') prover.hush()
      },
      end: (end: number) => note(`to ${end}`),
    })
    prover.write(Buffer.from(text))
    prover.end()
    expect(told).toEqual([
      'object at 0',
      'a',
      'array at 5',
      'to 18',
      'd',
      'null at 23',
      'to 27',
      'to 28',
    ])
  })
})
