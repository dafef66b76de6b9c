import { type Digest, digest, reasons } from '@bulkhead/vocabulary'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deniesForGood, judge } from '../src/index.ts'
import { gateInput } from './gate-input.ts'

const input = gateInput()
const denied = (codes: readonly string[], artifacts: readonly { readonly digest: Digest }[]) =>
  judge({ ...input, denials: [{ index: 3, artifacts, codes }] })
const same = input.build.artifacts
const other = [{ digest: digest(`sha256:${'9'.repeat(64)}`) }]

describe('a commit that was blocked before', () => {
  it('passes when nothing was', () => {
    expect(judge(input).outcome).toBe('PASS')
  })

  it('stays blocked for what was seen, whatever evidence comes later', () => {
    expect(denied(['gate/failed-test'], same)).toMatchObject({
      outcome: 'BLOCK',
      findings: [{ code: 'gate/denied-before', message: expect.stringContaining('entry 3') }],
    })
    expect(denied(['gate/missing-run', 'gate/failed-test'], []).outcome).toBe('BLOCK')
  })

  it('passes when evidence was missing then, and is there now', () => {
    expect(denied(['gate/missing-run', 'gate/unbound-artifact'], same).outcome).toBe('PASS')
  })

  it('passes with other artifacts: the subject has changed', () => {
    expect(denied(['gate/failed-test'], other).outcome).toBe('PASS')
  })

  it('is denied for good by every test that failed, was skipped or retried, and by every signature', () => {
    for (const code of [
      'gate/failed-test',
      'gate/skipped-test',
      'gate/flaky-test',
      'gate/exit-code',
    ])
      expect(deniesForGood(code)).toBe(true)
    for (const code of ['signature/unsigned', 'signature/invalid', 'test/unparseable'])
      expect(deniesForGood(code)).toBe(true)
    // A code that this version does not know was seen by another one.
    expect(deniesForGood('gate/of-a-later-version')).toBe(true)
  })

  it('never passes once any finding denied for good, in whatever company', () => {
    const codes = fc.subarray(Object.keys(reasons))
    fc.assert(
      fc.property(codes, (some) => {
        expect(denied(some, same).outcome).toBe(some.some(deniesForGood) ? 'BLOCK' : 'PASS')
      }),
    )
  })
})
