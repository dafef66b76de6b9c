import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearestKey } from '../src/index.ts'

const known = ['version', 'mode', 'signers', 'suites', 'build', 'build-field', 'detect-error-rate']

describe('the nearest known key', () => {
  it.each([
    ['sutes', 'suites'],
    ['siugners', 'signers'],
    ['mdoe', 'mode'],
    ['Version', 'version'],
    ['detectErrorRate', 'detect-error-rate'],
    ['detect_error_rate', 'detect-error-rate'],
    ['buildfield', 'build-field'],
  ])('of %s is %s', (written, meant) => {
    expect(nearestKey(written, known)).toBe(meant)
  })

  it.each(['notifications', 'xyzzy', 'x'.repeat(100_000)])(
    'of something else is none',
    (written) => {
      expect(nearestKey(written, known)).toBeUndefined()
    },
  )

  it('of a known key with one letter changed, gone or doubled is that key', () => {
    const long = known.filter((key) => key.length > 6)
    const slip = fc.tuple(fc.constantFrom(...long), fc.nat(), fc.constantFrom('', 'q', 'double'))
    fc.assert(
      fc.property(slip, ([key, place, kind]) => {
        const at = place % key.length
        const letter = key[at] ?? ''
        const typed =
          key.slice(0, at) + (kind === 'double' ? letter + letter : kind) + key.slice(at + 1)
        expect(nearestKey(typed, known)).toBe(key)
      }),
    )
  })
})
