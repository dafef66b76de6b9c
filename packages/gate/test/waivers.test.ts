import type { TestCase } from '@bulkhead/test-reports'
import { commitId } from '@bulkhead/vocabulary'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type GateInput, type Waiver, judge, judgeWaivers } from '../src/index.ts'
import {
  COMMIT,
  SUITE,
  digestOf,
  gateInput,
  passed,
  report,
  runEvidence,
  suiteEvidence,
} from './gate-input.ts'

const NOW = Date.UTC(2026, 0, 1)
const FAILED: TestCase = { ...passed('p99'), status: 'failed' }
const FINDING = 'load: isolation.test.ts › projects › p99'

const waiver = (change: Partial<Waiver> = {}): Waiver => ({
  suite: 'load',
  code: 'gate/failed-test',
  finding: FINDING,
  commit: COMMIT,
  approver: ['ben@example.test', 'ben@users.example.test'],
  expires: new Date(NOW + 600_000).toISOString(),
  digest: digestOf('5'),
  ...change,
})

/** A release whose suite `load`, which is not mandatory, has one failed test. */
function inputOf(waivers: readonly Waiver[], change: Partial<GateInput> = {}): GateInput {
  const input = gateInput()
  const { policy } = input.policy
  const load = { ...SUITE, mandatory: false, inventory: undefined }
  const runs = [runEvidence([report([FAILED, passed('p50')], '2')], { suite: 'load' })]
  return {
    ...input,
    policy: { ...input.policy, policy: { ...policy, suites: { ...policy.suites, load } } },
    suites: { ...input.suites, load: suiteEvidence({ runs }) },
    authors: ['ada@example.test'],
    waivers,
    ...change,
  }
}
const codesOf = (input: GateInput) => judge(input).findings.map(({ code }) => code)
const whyNot = (input: GateInput) => judgeWaivers(input).objections.map(({ message }) => message)

describe('G122 a waiver is signed, expires, and names one finding of one release', () => {
  it('without one the failed test blocks', () => {
    expect(codesOf(inputOf([]))).toEqual(['gate/failed-test'])
  })

  it('with one it passes, and the verdict says who waived what, and stands no longer than that', () => {
    const verdict = judge(inputOf([waiver()]))
    expect(verdict).toMatchObject({
      outcome: 'PASS',
      waived: [
        {
          suite: 'load',
          code: 'gate/failed-test',
          subject: FINDING,
          approver: 'ben@example.test',
          waiver: digestOf('5'),
        },
      ],
      bindings: { expiresAt: new Date(NOW + 600_000).toISOString() },
    })
  })

  it.each<readonly [string, Partial<Waiver>]>([
    ['another finding', { finding: 'load: isolation.test.ts › projects › p50' }],
    ['the beginning of a finding', { finding: FINDING.slice(0, -1) }],
    ['another code', { code: 'gate/flaky-test' }],
  ])('one that names %s waives nothing here', (_, change) => {
    expect(codesOf(inputOf([waiver(change)]))).toEqual(['gate/failed-test'])
  })

  it.each<readonly [string, Partial<Waiver>, Partial<GateInput>, string]>([
    ['another commit', { commit: commitId('e'.repeat(40)) }, {}, 'it is for the release of'],
    ['a mandatory suite', { suite: 'tenant-isolation' }, {}, 'is mandatory, and is never waived'],
    ['a suite that is not there', { suite: 'lint' }, {}, 'has no suite lint'],
    ['a finding of another suite', { finding: `lint: ${FINDING}` }, {}, 'no finding of the suite'],
    ['what is over', { expires: new Date(NOW).toISOString() }, {}, 'it held until'],
    ['no time at all', { expires: 'never' }, {}, 'it held until never'],
    ['forged evidence', { code: 'gate/changed-report' }, {}, 'is never waived'],
    ['one of their own', { approver: ['ada@example.test'] }, {}, 'has a hand in the commits'],
    [
      'one of their own, by another of their addresses',
      { approver: ['ada', 'ada@work.test', 'ADA@example.test'] },
      {},
      'has a hand in the commits',
    ],
    ['anything while nobody knows the authors', {}, { authors: [] }, 'has a hand in the commits'],
    ['anything in the name of nobody', { approver: [''] }, {}, 'has a hand in the commits'],
  ])('one for %s does not count, and says why', (_, change, also, why) => {
    const input = inputOf([waiver(change)], also)
    expect(codesOf(input)).toEqual(['gate/failed-test'])
    expect(whyNot(input)).toEqual([expect.stringContaining(why)])
  })

  it('a mandatory suite blocks whatever was waived', () => {
    const suites = { 'tenant-isolation': suiteEvidence({ reports: [report([FAILED])] }) }
    const input = gateInput({ suites, authors: ['ada@example.test'] })
    const own = { ...waiver(), suite: 'tenant-isolation' }
    const before = codesOf(input)
    expect(before).toContain('gate/failed-test')
    for (const { code, subject } of judge(input).findings)
      expect(codesOf({ ...input, waivers: [{ ...own, code, finding: subject }] })).toEqual(before)
  })

  it('a denial on record is lifted only where all that was denied for is listed and waived', () => {
    const denial = (reasons: readonly { readonly code: string; readonly subject: string }[]) => ({
      denials: [{ index: 3, artifacts: [], codes: ['gate/failed-test'], reasons }],
    })
    const ours = { code: 'gate/failed-test', subject: FINDING }
    expect(codesOf(inputOf([waiver()], denial([ours])))).toEqual([])
    expect(codesOf(inputOf([waiver()], denial([])))).toEqual(['gate/denied-before'])
    expect(
      codesOf(inputOf([waiver()], denial([ours, { ...ours, subject: 'tenant-isolation: a' }]))),
    ).toEqual(['gate/denied-before'])
    const long = `load: ${'x'.repeat(194)}`
    expect(
      codesOf(inputOf([waiver(), waiver({ finding: long })], denial([{ ...ours, subject: long }]))),
    ).toEqual(['gate/denied-before'])
  })
})

describe('laws', () => {
  const anyWaiver: fc.Arbitrary<Waiver> = fc.record({
    suite: fc.constantFrom('load', 'tenant-isolation'),
    code: fc.constantFrom('gate/failed-test', 'gate/exit-code'),
    finding: fc.constantFrom(FINDING, 'load', 'tenant-isolation'),
    commit: fc.constantFrom(COMMIT, commitId('e'.repeat(40))),
    approver: fc.subarray(['ada@example.test', 'ben@example.test']),
    expires: fc.constantFrom(NOW - 1, NOW + 1, NOW + 9e6).map((at) => new Date(at).toISOString()),
    digest: fc.constantFrom('1', '2', '3').map(digestOf),
  })
  const counts = ({ suite, code, finding, commit, approver, expires }: Waiver) =>
    suite === 'load' &&
    code === 'gate/failed-test' &&
    finding === FINDING &&
    commit === COMMIT &&
    approver.join() === 'ben@example.test' &&
    Date.parse(expires) > NOW

  it('1: only a waiver of exactly this finding, by somebody else, in its time, lets it pass', () => {
    fc.assert(
      fc.property(fc.array(anyWaiver, { maxLength: 4 }), (waivers) => {
        expect(judge(inputOf(waivers)).outcome).toBe(waivers.some(counts) ? 'PASS' : 'BLOCK')
      }),
    )
  })

  it('13: the order in which waivers are shown never matters', () => {
    fc.assert(
      fc.property(fc.array(anyWaiver, { maxLength: 5 }), (waivers) => {
        expect(JSON.stringify(judge(inputOf(waivers.toReversed())))).toBe(
          JSON.stringify(judge(inputOf(waivers))),
        )
      }),
    )
  })
})
