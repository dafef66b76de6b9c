import type { RunRecord, TestCase } from '@bulkhead/test-reports'
import { makeInventory } from '@bulkhead/test-reports'
import { commitId } from '@bulkhead/vocabulary'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type GateInput, type RunEvidence, type SuiteEvidence, judge } from '../src/index.ts'
import {
  digestOf,
  passed,
  report,
  runEvidence,
  suiteEvidence,
  testId,
  withRecord,
  withSuitePolicy,
} from './gate-input.ts'

const LEGS = ['linux', 'windows']
const PLAN = { legs: LEGS, shards: 2 }
/** What each shard runs: together, the two required tests. */
const TESTS = ['owner may read', 'stranger may not read']

/** One part with a report and a nonce of its own, changed in some things. */
function part(
  leg: string,
  index: number,
  change: Partial<RunRecord> & {
    readonly cases?: readonly TestCase[]
    readonly digit?: string
  } = {},
): RunEvidence {
  const { cases = [passed(TESTS[index - 1] ?? 'none')], digit, ...record } = change
  const own = String((leg === 'windows' ? 4 : 0) + index)
  return runEvidence([report(cases, digit ?? own)], {
    leg,
    shard: { index, of: 2 },
    nonce: `${leg} ${index}`,
    ...record,
  })
}

const allParts = (): RunEvidence[] => LEGS.flatMap((leg) => [part(leg, 1), part(leg, 2)])

function evidenceOf(runs: readonly RunEvidence[], change: Partial<SuiteEvidence> = {}) {
  const tests = LEGS.flatMap((leg) => TESTS.map((name) => ({ ...testId(name), leg })))
  const inventory = makeInventory('tenant-isolation', tests)
  return suiteEvidence({ runs, inventory: { trusted: inventory, head: inventory }, ...change })
}

const inputOf = (runs: readonly RunEvidence[], change: Partial<SuiteEvidence> = {}): GateInput =>
  withSuitePolicy(PLAN, evidenceOf(runs, change))
const findingsOf = (input: GateInput) =>
  judge(input).findings.map(({ code, subject }) => `${code} ${subject}`)
const codesOf = (input: GateInput) => [...new Set(judge(input).findings.map(({ code }) => code))]

describe('legs and shards', () => {
  it('pass when every one is there once, of one run; the verdict names each', () => {
    const verdict = judge(inputOf(allParts()))
    expect(verdict.findings).toEqual([])
    expect(verdict.runs.map(({ leg, shard }) => `${leg} ${shard.index}/${shard.of}`)).toEqual([
      'linux 1/2',
      'linux 2/2',
      'windows 1/2',
      'windows 2/2',
    ])
    expect(verdict.counts).toEqual({ commits: 1, tests: 4, passed: 4 })
  })

  it('block when a shard is missing (92), and its tests with it', () => {
    expect(findingsOf(inputOf(allParts().slice(0, 3)))).toEqual([
      'gate/missing-shard tenant-isolation (windows, shard 2/2)',
      'gate/missing-test tenant-isolation: isolation.test.ts › projects › stranger may not read (windows)',
    ])
  })

  it('block when a leg is missing (92), though the other ran every test', () => {
    expect(findingsOf(inputOf(allParts().slice(0, 2)))).toEqual(
      expect.arrayContaining([
        'gate/missing-shard tenant-isolation (windows, shard 1/2)',
        'gate/missing-shard tenant-isolation (windows, shard 2/2)',
      ]),
    )
  })

  it('name the command that runs the missing part', () => {
    const [finding] = judge(inputOf(allParts().slice(0, 3))).findings
    expect(finding?.remedy).toContain(
      'bulkhead test --suite tenant-isolation --leg windows --shard 2/2',
    )
  })

  it('block on a shard of another total (93)', () => {
    const [first, ...rest] = allParts()
    const foreign = part('linux', 1, { shard: { index: 1, of: 4 } })
    expect(first).toBeDefined()
    expect(findingsOf(inputOf([foreign, ...rest]))).toEqual([
      'gate/missing-shard tenant-isolation (linux, shard 1/2)',
      'gate/shard-mismatch tenant-isolation (linux, shard 1/4)',
    ])
  })

  it.each([
    ['another run', { run: { id: '2', attempt: 1 } }],
    ['another attempt', { run: { id: '1', attempt: 2 } }],
  ])('block on a shard of %s (93)', (_, change) => {
    const [, ...rest] = allParts()
    const runs = [part('linux', 1, change), ...rest]
    expect(findingsOf(inputOf(runs))).toEqual(['gate/shard-mismatch tenant-isolation'])
    const all = LEGS.flatMap((leg) => [part(leg, 1, change), part(leg, 2, change)])
    expect(findingsOf(inputOf(all))).toEqual([])
  })

  it('block on a shard of another commit (93)', () => {
    const [, ...rest] = allParts()
    const runs = [part('linux', 1, { commit: commitId('0'.repeat(40)) }), ...rest]
    expect(findingsOf(inputOf(runs))).toEqual([
      'gate/wrong-commit tenant-isolation (linux, shard 1/2)',
    ])
  })

  it('block when a part is there twice, and when only its record is', () => {
    const again = part('linux', 1, { nonce: 'another', digit: '9' })
    expect(codesOf(inputOf([...allParts(), again]))).toEqual([
      'gate/duplicate-shard',
      'gate/flaky-test',
    ])
    const copy = part('linux', 1)
    expect(codesOf(inputOf([...allParts(), copy]))).toEqual([
      'gate/duplicate-report',
      'gate/duplicate-shard',
      'gate/flaky-test',
      'gate/replayed-run',
    ])
  })

  it('block when a record was relabelled: one nonce in two parts', () => {
    const [, second, ...rest] = allParts()
    const relabelled = part('linux', 1, { nonce: 'linux 2' })
    const runs = second === undefined ? [] : [relabelled, second, ...rest]
    expect(codesOf(inputOf(runs))).toEqual(['gate/replayed-run'])
  })

  it('block when one report stands for two shards, or for two legs (84)', () => {
    const [, ...rest] = allParts()
    const ofAnotherShard = part('linux', 1, { digit: '2' })
    const ofAnotherLeg = part('linux', 1, { digit: '5' })
    expect(codesOf(inputOf([ofAnotherShard, ...rest]))).toEqual(['gate/duplicate-report'])
    expect(codesOf(inputOf([ofAnotherLeg, ...rest]))).toEqual(['gate/duplicate-report'])
  })

  it('block on a test that two shards ran, whatever they say', () => {
    const [, ...rest] = allParts()
    const both = part('linux', 1, { cases: TESTS.map(passed) })
    expect(codesOf(inputOf([both, ...rest]))).toEqual(['gate/flaky-test'])
  })

  it('let a test run in another shard of its leg, not in another leg', () => {
    const swapped = [
      part('linux', 1, { cases: [passed('stranger may not read')] }),
      part('linux', 2, { cases: [passed('owner may read')] }),
      part('windows', 1),
      part('windows', 2),
    ]
    expect(codesOf(inputOf(swapped))).toEqual([])
    const moved = [
      part('linux', 1, { cases: [] }),
      part('linux', 2),
      part('windows', 1, { cases: [passed('owner may read'), passed('one more')] }),
      part('windows', 2),
    ]
    expect(findingsOf(inputOf(moved))).toEqual([
      'gate/missing-test tenant-isolation: isolation.test.ts › projects › owner may read (linux)',
      'gate/unlisted-test tenant-isolation: isolation.test.ts › projects › one more (windows)',
    ])
  })

  it('block on a leg that nobody declared, even beside all that are', () => {
    const foreign = part('macos', 1, { cases: [], digit: '9' })
    expect(findingsOf(inputOf([...allParts(), foreign]))).toEqual([
      'gate/shard-mismatch tenant-isolation (macos, shard 1/2)',
    ])
  })

  it('take a leg that the judged commit adds as declared, and demand it', () => {
    const headLegs = [...LEGS, 'macos']
    expect(codesOf(inputOf(allParts(), { headLegs }))).toEqual(['gate/missing-shard'])
    const macos = [
      part('macos', 1, { digit: '7', cases: [passed('new')] }),
      part('macos', 2, { digit: '8', cases: [passed('newer')] }),
    ]
    const trusted = evidenceOf([]).inventory.trusted
    const added = ['new', 'newer'].map((name) => ({ ...testId(name), leg: 'macos' }))
    const head = makeInventory('tenant-isolation', [...(trusted?.tests ?? []), ...added])
    const change = { headLegs, inventory: { trusted, head } }
    expect(codesOf(inputOf([...allParts(), ...macos], change))).toEqual([])
  })

  it('do not let the judged commit drop a leg', () => {
    expect(codesOf(inputOf(allParts().slice(0, 2), { headLegs: ['linux'] }))).toContain(
      'gate/missing-shard',
    )
  })

  it('require a test that is listed without a leg of every leg', () => {
    const inventory = makeInventory('tenant-isolation', TESTS.map(testId))
    const change = { inventory: { trusted: inventory, head: inventory } }
    expect(codesOf(inputOf(allParts(), change))).toEqual([])
    const halfway = { inventory: { ...evidenceOf([]).inventory, trusted: inventory } }
    expect(codesOf(inputOf(allParts(), halfway))).toEqual([])
    expect(codesOf(inputOf([part('linux', 1), ...allParts().slice(1, 3)], change))).toEqual([
      'gate/missing-shard',
      'gate/missing-test',
    ])
  })

  it('ask of the suite what it always asked when it has neither', () => {
    expect(codesOf(withSuitePolicy({}, withRecord({ leg: 'linux' })))).toEqual([
      'gate/missing-shard',
      'gate/missing-test',
      'gate/shard-mismatch',
      'gate/unlisted-test',
    ])
    expect(codesOf(withSuitePolicy({}, withRecord({ shard: { index: 1, of: 2 } })))).toEqual([
      'gate/missing-shard',
      'gate/shard-mismatch',
    ])
    expect(codesOf(withSuitePolicy({}, withRecord({})))).toEqual([])
  })
})

describe('the run that the caller names', () => {
  it('is the only one whose evidence counts (106, 107)', () => {
    const input = inputOf(allParts())
    expect(codesOf({ ...input, run: { id: '1', attempt: 1 } })).toEqual([])
    expect(codesOf({ ...input, run: { id: '1', attempt: 2 } })).toEqual(['gate/wrong-run'])
    expect(codesOf({ ...input, run: { id: '2', attempt: 1 } })).toEqual(['gate/wrong-run'])
  })
})

describe('reports of two suites', () => {
  it('are not the same report', () => {
    const input = withSuitePolicy({}, suiteEvidence())
    const { policy } = input.policy
    const two = (evidence: SuiteEvidence): GateInput => ({
      ...input,
      policy: {
        ...input.policy,
        policy: {
          ...policy,
          suites: { ...policy.suites, smoke: { ...suiteOf(policy), mandatory: false } },
        },
      },
      suites: { ...input.suites, smoke: evidence },
    })
    const suiteOf = ({ suites }: typeof policy) => {
      const suite = suites['tenant-isolation']
      if (suite === undefined) throw new Error('no suite')
      return suite
    }
    const smoke = (digit: string) =>
      suiteEvidence({
        runs: [
          runEvidence([report([passed('owner may read')], digit)], {
            suite: 'smoke',
            nonce: 'smoke',
          }),
        ],
      })
    expect(codesOf(two(smoke('1')))).toEqual(['gate/duplicate-report'])
    expect(codesOf(two(smoke('2')))).toEqual([])
  })
})

describe('laws', () => {
  /** Any part, right or wrong in any of what names it. */
  const anyPart: fc.Arbitrary<RunEvidence> = fc
    .record({
      leg: fc.constantFrom('linux', 'windows', 'macos', ''),
      index: fc.integer({ min: 1, max: 3 }),
      of: fc.constantFrom(2, 2, 2, 3),
      run: fc.constantFrom('1', '1', '2'),
      nonce: fc.integer({ min: 1, max: 8 }),
      digit: fc.constantFrom('1', '2', '3', '4', '5', '6'),
      status: fc.constantFrom('passed' as const, 'passed' as const, 'failed' as const),
      test: fc.constantFrom(...TESTS, 'another'),
    })
    .map(({ leg, index, of, run, nonce, digit, status, test }) =>
      part(leg, index, {
        shard: { index: Math.min(index, of), of },
        run: { id: run, attempt: 1 },
        nonce: String(nonce),
        digit,
        cases: [{ ...passed(test), status }],
      }),
    )

  it('1: whatever is added to the evidence of a whole run, it blocks', () => {
    fc.assert(
      fc.property(anyPart, (extra) => {
        expect(judge(inputOf([...allParts(), extra])).outcome).toBe('BLOCK')
      }),
    )
    expect(judge(inputOf(allParts())).outcome).toBe('PASS')
  })

  it('1: whatever is taken from it, it blocks', () => {
    fc.assert(
      fc.property(fc.subarray(allParts()), (some) => {
        expect(judge(inputOf(some)).outcome).toBe(some.length === 4 ? 'PASS' : 'BLOCK')
      }),
    )
  })

  it('1: no evidence that blocks passes once a part with a failing test is added', () => {
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 5 }), anyPart, (some, extra) => {
        const failing = part(extra.run.record.leg, 1, {
          ...extra.run.record,
          reports: [{ path: 'f.xml', digest: digestOf('f') }],
          cases: [{ ...passed('owner may read'), status: 'failed' }],
          digit: 'f',
        })
        expect(judge(inputOf([...some, failing])).outcome).toBe('BLOCK')
      }),
    )
  })

  it('13: the order of parts never matters', () => {
    const shuffled = fc
      .array(anyPart, { maxLength: 4 })
      .map((some) => [...allParts(), ...some])
      .chain((runs) =>
        fc.tuple(fc.constant(runs), fc.shuffledSubarray(runs, { minLength: runs.length })),
      )
    fc.assert(
      fc.property(shuffled, ([runs, other]) => {
        expect(JSON.stringify(judge(inputOf(other)))).toBe(JSON.stringify(judge(inputOf(runs))))
      }),
    )
  })
})
