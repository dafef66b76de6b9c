import { InputError, reasons } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { explainReason } from '../src/explain-reason.ts'

describe('gate --explain', () => {
  it.each(Object.entries(reasons))('says of %s what it means and what mends it', (code, reason) => {
    expect(explainReason(code)).toMatchObject({ outcome: 'passed', json: { code, ...reason } })
    expect(explainReason(code).text.join('\n')).toContain(reason.cause)
  })

  it.each([
    ['signature/unsignd', 'signature/unsigned'],
    ['unsigned', 'signature/unsigned'],
    ['test/unsigned', 'signature/unsigned'],
    ['nonsense', 'docs/reasons.md'],
    ['toString', 'docs/reasons.md'],
  ])('refuses %s and points to %s', (code, near) => {
    const refused = (() => {
      try {
        return explainReason(code)
      } catch (error) {
        return error
      }
    })()
    expect(refused).toBeInstanceOf(InputError)
    expect(refused).toMatchObject({ findings: [{ remedy: expect.stringContaining(near) }] })
  })
})
