import { reasons } from '@bulkhead/vocabulary'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PolicyParse, parsePolicy } from '../src/index.ts'
import { exampleWith } from './example-policy.ts'
import { rightPolicy } from './policy-arbitrary.ts'
import { printPolicy } from './policy-printer.ts'

/** What every answer must be: a policy, or findings that somebody can act on. */
function expectAnswer(parsed: PolicyParse): void {
  if (parsed.ok) return
  expect(parsed.findings.length).toBeGreaterThan(0)
  for (const { code, subject, message, remedy } of parsed.findings) {
    expect(Object.keys(reasons)).toContain(code)
    expect(subject).toMatch(/^bulkhead\.yml:[1-9][0-9]*:[1-9][0-9]*$/)
    expect(message.length).toBeGreaterThan(0)
    expect(message.length).toBeLessThan(1000)
    expect(remedy.length).toBeGreaterThan(0)
  }
}

/** Pieces that YAML gives a meaning to, and words of the format. */
const piece = fc.constantFrom(
  'a',
  'version',
  'suites',
  'keys',
  '1',
  ': ',
  ':\n',
  '\n',
  '  ',
  '- ',
  '? ',
  '[',
  ']',
  '{',
  '}',
  ',',
  '&a ',
  '*a',
  '!t ',
  '|',
  '>',
  '"',
  "'",
  '#',
  '<<',
  '---\n',
  '...\n',
  '%YAML 1.2\n',
  '\t',
  '~',
  '5m',
  '\\',
  '__proto__',
  '\ufeff',
  '\u2028',
)
const yamlLike = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))

describe('whatever comes in', () => {
  it('YAML-like text gives a policy or findings with line and column, never an exception', () => {
    fc.assert(
      fc.property(yamlLike, (text) => expectAnswer(parsePolicy(text))),
      { numRuns: 1000 },
    )
  })

  it('so do any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => expectAnswer(parsePolicy(bytes))),
    )
  })

  it('so does any JSON value', () => {
    fc.assert(fc.property(fc.json(), (text) => expectAnswer(parsePolicy(text))))
  })

  it('so does a right policy with a piece put in, or a stretch cut out', () => {
    const text = exampleWith()
    const at = fc.nat({ max: text.length })
    fc.assert(
      fc.property(at, fc.nat({ max: 40 }), yamlLike, (start, length, insert) =>
        expectAnswer(parsePolicy(text.slice(0, start) + insert + text.slice(start + length))),
      ),
      { numRuns: 500 },
    )
  })

  it('no proper prefix of the example is a policy of its own', () => {
    const text = exampleWith().trimEnd()
    const whole = text.lastIndexOf('}')
    fc.assert(
      fc.property(fc.nat({ max: whole }), (length) => {
        expect(parsePolicy(text.slice(0, length)).ok).toBe(false)
      }),
    )
  })
})

describe('right policies', () => {
  it('survive print and parse', () => {
    fc.assert(
      fc.property(rightPolicy, (policy) => {
        const text = printPolicy(policy)
        const parsed = parsePolicy(text)
        expect(parsed.ok ? parsed.policy : parsed.findings).toEqual(policy)
      }),
      { numRuns: 200 },
    )
  })

  it('are told from the same policy with one more key anywhere', () => {
    fc.assert(
      fc.property(rightPolicy, fc.stringMatching(/^x-[a-z]{1,8}$/), (policy, key) => {
        const text = `${printPolicy(policy)}${key}: 1\n`
        expect(parsePolicy(text)).toMatchObject({
          ok: false,
          findings: [{ code: 'policy/unknown-key' }],
        })
      }),
      { numRuns: 50 },
    )
  })
})
