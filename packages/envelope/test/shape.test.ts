import { describe, expect, it } from 'vitest'
import {
  type Shape,
  anyObject,
  commitText,
  count,
  digestText,
  instantText,
  listOf,
  objectOf,
  objectWith,
  oneOf,
  orNull,
  readShape,
  recordOf,
  text,
  textLike,
  treeText,
} from '../src/index.ts'

const cases: readonly (readonly [string, Shape<unknown>, unknown, unknown])[] = [
  ['a string', text, 'a', 1],
  ['a pattern', textLike(/^a+$/, 'letters a'), 'aa', 'ab'],
  ['a count', count, 0, -1],
  ['a count that is whole', count, 7, 7.5],
  ['a choice', oneOf('PASS', 'BLOCK'), 'PASS', 'pass'],
  ['null or else', orNull(count), null, undefined],
  ['a list', listOf(count), [1, 2], [1, '2']],
  ['a list of at most two', listOf(count, 2), [1, 2], [1, 2, 3]],
  ['a record', recordOf(count), { a: 1 }, { a: null }],
  ['a record of at most one', recordOf(count, 1), { a: 1 }, { a: 1, b: 2 }],
  ['an object of any members', anyObject, { a: [] }, []],
  ['a digest', digestText, `sha256:${'0'.repeat(64)}`, `sha1:${'0'.repeat(40)}`],
  ['a commit', commitText, 'a'.repeat(40), 'a'.repeat(39)],
  ['a tree', treeText, 'a'.repeat(64), 'HEAD'],
  ['a moment', instantText, '2026-01-31T12:00:00.000Z', '2026-01-31T12:00:00Z'],
  ['a moment that exists', instantText, '2024-02-29T00:00:00.000Z', '2026-02-29T00:00:00.000Z'],
  ['exactly these members', objectOf({ a: count }), { a: 1 }, { a: 1, b: 2 }],
  ['all of these members', objectOf({ a: count, b: count }), { a: 1, b: 2 }, { a: 1 }],
  ['no inherited member', objectOf({ toString: text }), { toString: 'x' }, {}],
  ['a member that may be absent', objectWith({ a: count }, { b: text }), { a: 1 }, { a: 1, b: 1 }],
]

describe('a shape', () => {
  it.each(cases)('reads %s and refuses its twin', (_name, shape, right, wrong) => {
    expect(readShape(shape, right)).toEqual({ kind: 'read', value: right })
    expect(readShape(shape, wrong).kind).toBe('refused')
  })

  it('says where it was disappointed', () => {
    const shape = objectOf({ list: listOf(objectOf({ n: count })) })
    expect(readShape(shape, { list: [{ n: 1 }, { n: 'x' }] })).toEqual({
      kind: 'refused',
      reason: '$.list[1].n: expected a whole number from 0 on',
    })
  })
})
