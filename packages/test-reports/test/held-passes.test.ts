import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HeldPasses } from '../src/held-passes.ts'

describe('tests that wait for the name of their file', () => {
  it('come out as they were put in, whatever their names and number', () => {
    const text = fc.oneof(fc.constantFrom('', 'é', 'a › b', 'x'.repeat(5000)), fc.string())
    const tests = fc.array(fc.record({ className: text, name: text }), { maxLength: 200 })
    fc.assert(
      fc.property(tests, (all) => {
        const held = new HeldPasses()
        const wellFormed = all.map(({ className, name }) => ({
          className: className.toWellFormed(),
          name: name.toWellFormed(),
        }))
        for (const { className, name } of wellFormed) held.add(className, name)
        expect([...held.each()]).toEqual(wellFormed)
        expect(held.count).toBe(all.length)
      }),
    )
  })
})
