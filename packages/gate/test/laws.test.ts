import type { TestCase } from '@bulkhead/test-reports'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { type GateInput, judge } from '../src/index.ts'
import { gateInput, passed, report, runEvidence, suiteEvidence, withSuite } from './gate-input.ts'

/** Reports over the two required tests and strangers, in any order and with any status. */
const anyCase: fc.Arbitrary<TestCase> = fc.record({
  id: fc.constantFrom(
    ...['owner may read', 'stranger may not read', 'another'].map((name) => passed(name).id),
  ),
  status: fc.constantFrom('passed', 'failed', 'errored', 'skipped', 'flaky'),
  detail: fc.string({ maxLength: 20 }),
})
const anyCases = fc.array(anyCase, { maxLength: 6 })

const inputOf = (cases: readonly TestCase[]): GateInput =>
  withSuite(suiteEvidence({ reports: [report(cases)] }))
const outcomeOf = (cases: readonly TestCase[]) => judge(inputOf(cases)).outcome

it('law 1: adding a failing fact never turns BLOCK into PASS, and always turns PASS into BLOCK', () => {
  fc.assert(
    fc.property(anyCases, anyCase, fc.nat(6), (cases, extra, at) => {
      const bad: TestCase = { ...extra, status: 'failed' }
      expect(outcomeOf(cases.toSpliced(at, 0, bad))).toBe('BLOCK')
    }),
  )
})

it('law 1: only the exact required tests, each passed once, pass', () => {
  fc.assert(
    fc.property(anyCases, (cases) => {
      const names = cases.map((test) => test.id.name).sort()
      const exact =
        cases.every((test) => test.status === 'passed') &&
        JSON.stringify(names) === JSON.stringify(['owner may read', 'stranger may not read'])
      expect(outcomeOf(cases)).toBe(exact ? 'PASS' : 'BLOCK')
    }),
    { numRuns: 500 },
  )
  expect(outcomeOf([passed('stranger may not read'), passed('owner may read')])).toBe('PASS')
})

it('law 13: the order of evidence never matters, and the same input gives the same bytes', () => {
  fc.assert(
    fc.property(anyCases, anyCases, (first, second) => {
      const one = report(first, '1')
      const two = report(second, '2')
      const evidence = (reports: (typeof one)[]) =>
        withSuite(suiteEvidence({ runs: [{ run: runEvidence([one, two]).run, reports }] }))
      const forward = JSON.stringify(judge(evidence([one, two])))
      expect(JSON.stringify(judge(evidence([two, one])))).toBe(forward)
      expect(JSON.stringify(judge(evidence([one, two])))).toBe(forward)
    }),
  )
})

it('law 1: a verdict passes exactly when it has no findings', () => {
  fc.assert(
    fc.property(
      anyCases,
      fc.constantFrom('enforce' as const, 'observe' as const),
      (cases, mode) => {
        const input = inputOf(cases)
        const verdict = judge({
          ...input,
          policy: { ...input.policy, policy: { ...input.policy.policy, mode } },
        })
        expect(verdict.outcome === 'PASS').toBe(verdict.findings.length === 0)
      },
    ),
  )
  expect(judge(gateInput()).findings).toEqual([])
})
