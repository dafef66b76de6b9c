import { type Loosening, looseningDigest } from '@bulkhead/policy'
import { describe, expect, it } from 'vitest'
import { type GateInput, type PolicyChange, judge } from '../src/index.ts'
import {
  SUITE,
  gateInput,
  passed,
  report,
  runEvidence,
  suiteEvidence,
  withSuitePolicy,
} from './gate-input.ts'

const LOOSER: Loosening = { place: 'mode', was: '"enforce"', becomes: '"observe"' }
const OTHER: Loosening = { place: 'verdict.expires', was: '1', becomes: '2' }
const ADA = 'ada@example.test'

const approval = (by: string, what = [LOOSER]) => ({
  loosened: looseningDigest(what),
  approver: [by, `${by}.other`],
})

function inputOf(change: Partial<PolicyChange>, demanded?: number): GateInput {
  const input = gateInput()
  const policy = { ...input.policy.policy, approvals: { policyChange: demanded } }
  return {
    ...input,
    policy: { ...input.policy, policy },
    policyChange: { loosened: [LOOSER], editors: [ADA], approvals: [], people: 2, ...change },
  }
}
const codesOf = (input: GateInput) => judge(input).findings.map(({ code }) => code)
const LOOSENED = ['gate/policy-loosened']

describe('a commit that loosens the policy', () => {
  it('blocks without approval, passes with one, and the verdict says who gave it', () => {
    const [finding] = judge(inputOf({})).findings
    expect(finding).toMatchObject({ code: LOOSENED[0], subject: 'bulkhead.yml: mode' })
    expect(finding?.message).toBe(
      'was "enforce", becomes "observe": 0 of 1 approval by people without a hand in it',
    )
    expect(judge(inputOf({ approvals: [approval('ben@example.test')] }))).toMatchObject({
      outcome: 'PASS',
      policyChange: { loosened: [LOOSER], approvers: ['ben@example.test'] },
    })
  })

  it.each<readonly [string, Partial<PolicyChange>]>([
    ['of its own author', { approvals: [approval(ADA)] }],
    ['of something else', { approvals: [approval('ben@example.test', [OTHER])] }],
    ['of half of it', { loosened: [LOOSER, OTHER], approvals: [approval('ben@example.test')] }],
    ['of more than it', { approvals: [approval('ben@example.test', [LOOSER, OTHER])] }],
    ['while nobody knows who made it', { editors: [], approvals: [approval('ben@example.test')] }],
  ])('blocks with an approval %s', (_, change) => {
    expect(new Set(codesOf(inputOf(change)))).toEqual(new Set(LOOSENED))
  })

  it('needs as many people as the old policy demands, each once', () => {
    const twice = [approval('ben@example.test'), approval('ben@example.test')]
    expect(codesOf(inputOf({ approvals: twice }, 2))).toEqual(LOOSENED)
    expect(codesOf(inputOf({ approvals: [...twice, approval('cem@x.test')] }, 2))).toEqual([])
  })

  it('is free for one who is alone, unless the old policy demands somebody', () => {
    expect(codesOf(inputOf({ people: 1 }))).toEqual([])
    expect(codesOf(inputOf({ people: 1 }, 1))).toEqual(LOOSENED)
    expect(codesOf(inputOf({ people: 5 }, 0))).toEqual([])
  })

  it('needs nobody when it only tightens', () => {
    expect(codesOf(inputOf({ loosened: [] }, 2))).toEqual([])
  })
})

describe('a commit is judged by the old rules and by its own, the stricter of both', () => {
  const policy = gateInput().policy.policy
  const withOwn = (
    suites: GateInput['policy']['policy']['suites'],
    more: Partial<GateInput> = {},
  ) => gateInput({ own: { ...policy, suites }, ...more })
  const fresh = { ...SUITE, inventory: 'fresh.json' }

  it('a suite that it brings must have run and passed now', () => {
    const input = withOwn({ ...policy.suites, fresh })
    expect(judge(input).findings).toMatchObject([{ code: 'gate/missing-run', subject: 'fresh' }])
    const reports = [report([passed('owner may read'), passed('stranger may not read')], '3')]
    const runs = [runEvidence(reports, { suite: 'fresh', nonce: 'fresh' })]
    const suites = { ...input.suites, fresh: suiteEvidence({ runs }) }
    expect(codesOf({ ...input, suites })).toEqual([])
  })

  it('a suite that it drops must have run and passed still', () => {
    expect(codesOf(withOwn({ fresh }, { suites: {} }))).toContain('gate/missing-run')
    expect(
      judge(withOwn({ fresh }, { suites: {} })).findings.map(({ subject }) => subject),
    ).toEqual(['fresh', 'tenant-isolation'])
  })

  it('a suite is mandatory when either says so', () => {
    const skipped = report([
      { ...passed('owner may read'), status: 'skipped' },
      passed('stranger may not read'),
    ])
    const evidence = suiteEvidence({ reports: [skipped] })
    const lax = withSuitePolicy({ mandatory: false }, evidence)
    expect(codesOf(lax)).toEqual([])
    expect(codesOf({ ...lax, own: policy })).toEqual(['gate/skipped-test'])
    const strict = withSuitePolicy({}, evidence)
    expect(codesOf({ ...strict, own: lax.own })).toEqual(['gate/skipped-test'])
  })

  it('what it ships besides must be bound to it too', () => {
    const own = { ...policy, build: { ...policy.build, artifacts: ['dist/other.mjs'] as const } }
    expect(judge(gateInput({ own })).findings).toMatchObject([
      { code: 'gate/unbound-artifact', subject: 'dist/other.mjs' },
    ])
  })

  it('whoever it no longer lets sign has signed nothing of it', () => {
    const { range } = gateInput()
    const finding = {
      code: 'signature/unknown-signer',
      subject: 'c',
      message: 'the key is not there',
      remedy: 'r',
    } as const
    const ownRange = { ...range, findings: [finding] }
    expect(judge(gateInput({ ownRange: range })).outcome).toBe('PASS')
    expect(judge(gateInput({ ownRange })).findings).toEqual([
      {
        ...finding,
        message: 'by the signers that this release itself brings: the key is not there',
      },
    ])
  })
})
