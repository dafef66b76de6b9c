import * as fc from 'fast-check'
import { InputError } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { findEntry } from '../src/tree-path.ts'

const id = 'ab'.repeat(20)
const entry = (mode: string, name: string, of = id) =>
  Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(of, 'hex')])
const find = (tree: Buffer, name: string) => findEntry(tree, name, 'c'.repeat(40))

describe('findEntry', () => {
  it('finds a name among others, at any length of id', () => {
    const tree = Buffer.concat([entry('100644', 'a'), entry('40000', 'b'), entry('120000', 'bb')])
    expect(find(tree, 'b')).toEqual({ mode: '40000', id })
    expect(find(tree, 'c')).toBeUndefined()
    const wide = 'cd'.repeat(32)
    expect(findEntry(entry('100755', 'x', wide), 'x', 'c'.repeat(64))).toEqual({
      mode: '100755',
      id: wide,
    })
  })

  it('is not misled by names inside ids or ids inside names', () => {
    const inside = Buffer.from(`100644 x\0${'y'.repeat(20)}`)
    expect(find(inside, 'y')).toBeUndefined()
    expect(
      find(Buffer.from(['100644 x', '100644 z', 'y'.repeat(11)].join('\0')), 'z'),
    ).toBeUndefined()
  })

  it('refuses two entries of one name: tools disagree on which one counts', () => {
    const twice = Buffer.concat([entry('100644', 'a'), entry('100644', 'a', 'cd'.repeat(20))])
    expect(() => find(twice, 'a')).toThrow(InputError)
  })

  it('refuses a truncated tree', () => {
    const tree = entry('100644', 'name')
    for (let end = 1; end < tree.length; end += 1) {
      expect(() => find(tree.subarray(0, end), 'name')).toThrow(InputError)
    }
  })

  it('answers or refuses on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (bytes, name) => {
        try {
          find(Buffer.from(bytes), name)
        } catch (error) {
          expect(error).toBeInstanceOf(InputError)
        }
      }),
    )
  })
})
