import { type HotfixOnRecord, sealFacts } from '@bulkhead/ledger'
import { commitId } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { policyOfTests } from './support/policy-of-tests.ts'
import {
  bindingFixes,
  clockOf,
  judgeChange,
  judgeDescent,
  judgeLane,
  openDebts,
  refuseOverdue,
  reopenedBy,
} from '../src/index.ts'

const NOW = Date.parse('2026-01-31T03:00:00.000Z')
const MINUTE = 60_000
const DAY = 86_400_000
const at = (time: number, index = 0) => ({ index, at: new Date(time).toISOString() })

const policy = policyOfTests
const commit = commitId('a'.repeat(40))
const hotfix = (change: Partial<HotfixOnRecord> = {}): HotfixOnRecord => ({
  id: 7,
  commit,
  commits: [],
  base: null,
  severity: 'high',
  drill: false,
  embargo: true,
  sealed: sealFacts({ salt: '', advisory: '', reason: '' }),
  facts: null,
  by: 'git:ada',
  declared: at(NOW),
  pages: [],
  acknowledged: null,
  approvals: [],
  gated: null,
  reached: null,
  everywhere: null,
  shipped: null,
  debts: [],
  closed: null,
  ...change,
})
const codes = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code)

describe('a change that the lane does not take, and a twin that it takes', () => {
  const change = (changed: Parameters<typeof judgeChange>[0]['changed'], fromDeployed = true) =>
    codes(judgeChange({ commit, fromDeployed, changed, policy, drill: false }))

  it('smuggling: more lines than the policy allows (hotfix fault 11)', () => {
    const two = (lines: number) => [
      { path: 'src/a.ts', lines: 5 },
      { path: 'src/b.ts', lines },
    ]
    expect(change(two(6))).toEqual(['hotfix/too-large'])
    expect(change(two(5))).toEqual([])
  })

  it('smuggling: a file that nobody can read', () => {
    expect(change([{ path: 'src/a.bin', lines: undefined }])).toEqual(['hotfix/too-large'])
    expect(change([{ path: 'src/a.ts', lines: 1 }])).toEqual([])
  })

  it('smuggling: a file elsewhere (hotfix fault 12)', () => {
    expect(change([{ path: 'infra/a.ts', lines: 1 }])).toEqual(['hotfix/foreign-path'])
  })

  it('not on top of what is deployed (failure 49)', () => {
    expect(change([], false)).toEqual(['hotfix/not-from-deployed'])
  })
})

describe('the lane', () => {
  const lane = (advisory: string, earlier: readonly HotfixOnRecord[] = []) =>
    codes(judgeLane({ drill: false, advisory, earlier, policy, now: NOW }))

  it.each(['', 'none', 'because', 'GHSA', 'x'.repeat(101), 'CVE-2026 1'])(
    'takes no advisory called %j (hotfix fault 13)',
    (advisory) => expect(lane(advisory)).toEqual(['hotfix/no-advisory']),
  )
  it.each(['GHSA-7fh5-64p2-3v2j', 'CVE-2026-12345', 'SEC-42', 'ops#7'])('takes %s', (advisory) =>
    expect(lane(advisory)).toEqual([]),
  )

  it('has a quota of seven days, and a clock set back does not empty it', () => {
    const ago = (time: number) => hotfix({ declared: at(NOW - time) })
    expect(lane('SEC-1', [ago(DAY), ago(6 * DAY)])).toEqual(['hotfix/quota'])
    expect(lane('SEC-1', [ago(DAY), ago(7 * DAY)])).toEqual([])
    expect(lane('SEC-1', [ago(-DAY), ago(-2 * DAY)])).toEqual(['hotfix/quota'])
  })
})

describe('a fix stays fixed', () => {
  const fix = hotfix({ reached: at(NOW) })
  const test = { suite: 'isolation', id: 'a.ts › tenants' }

  it('binds from the first region on, and after it was closed', () => {
    const closed = { ...fix, closed: { ...at(NOW), result: 'repaid' as const } }
    expect(bindingFixes([hotfix(), fix, closed])).toEqual([fix, closed])
  })

  it('blocks what lacks it, and takes ancestor or equal patch (failure 51)', () => {
    const judged = (has: 'ancestor' | 'patch' | 'nothing') =>
      codes(judgeDescent(commit, [{ hotfix: fix, has, unlisted: [] }]))
    expect(judged('nothing')).toEqual(['hotfix/fix-lost'])
    expect(judged('ancestor')).toEqual([])
    expect(judged('patch')).toEqual([])
  })

  it('blocks what no longer lists its regression test', () => {
    expect(judgeDescent(commit, [{ hotfix: fix, has: 'ancestor', unlisted: [test] }])).toEqual([
      expect.objectContaining({
        code: 'hotfix/regression-test-lost',
        subject: 'isolation: a.ts › tenants',
      }),
    ])
  })

  it('says what going back reopens (failure 47)', () => {
    const facts = [{ hotfix: fix, has: 'nothing' as const, unlisted: [] }]
    expect(reopenedBy(facts)).toEqual([fix])
    expect(reopenedBy([{ hotfix: fix, has: 'patch', unlisted: [] }])).toEqual([])
  })
})

describe('debts', () => {
  const owing = (...names: string[]) =>
    hotfix({
      debts: names.map((name) => ({ name, why: '', since: at(NOW), repaid: null })),
    })

  it('stop the standard lane once the grace is over, not before', () => {
    const debts = [owing('back-merge')]
    expect(refuseOverdue(debts, policy, NOW + 3 * DAY - 1)).toEqual([])
    expect(refuseOverdue(debts, policy, NOW + 3 * DAY)).toEqual([
      expect.objectContaining({ code: 'hotfix/overdue-debt', subject: 'hotfix 7: back-merge' }),
    ])
  })

  it('a reviewer who is missing after the fact freezes it sooner (hotfix fault 15)', () => {
    const debts = [owing('review', 'back-merge')]
    expect(refuseOverdue(debts, policy, NOW + DAY - 1)).toEqual([])
    expect(refuseOverdue(debts, policy, NOW + DAY).map(({ subject }) => subject)).toEqual([
      'hotfix 7: review',
    ])
  })

  it('are gone when they are repaid', () => {
    const [debt] = owing('review').debts
    if (debt === undefined) throw new Error('it owes a review')
    const repaid = hotfix({ debts: [{ ...debt, repaid: { ...at(NOW), evidence: '#1' } }] })
    expect(openDebts([repaid], policy, NOW + 9 * DAY)).toEqual([])
  })
})

describe('the clock', () => {
  const clock = (change: Partial<HotfixOnRecord>, now = NOW, approvedAt?: number) =>
    clockOf(hotfix(change), policy, { now, approvedAt })

  it('runs against the budget, step by step', () => {
    const shown = clock(
      { acknowledged: { ...at(NOW + MINUTE), by: 'git:bob', how: 'person' } },
      NOW + 11 * MINUTE,
    )
    expect(shown).toEqual({
      elapsed: 11 * MINUTE,
      waitsFor: 'approved',
      steps: [
        { step: 'acknowledged', after: MINUTE, budget: 5 * MINUTE, late: false },
        { step: 'approved', after: undefined, budget: 10 * MINUTE, late: true },
        { step: 'gated', after: undefined, budget: 12 * MINUTE, late: false },
        { step: 'everywhere', after: undefined, budget: 15 * MINUTE, late: false },
      ],
    })
  })

  it('stands still once the fix is everywhere', () => {
    const shown = clock({ everywhere: at(NOW + 4 * MINUTE) }, NOW + DAY)
    expect(shown.elapsed).toBe(4 * MINUTE)
    expect(shown.steps.at(-1)).toMatchObject({ after: 4 * MINUTE, late: false })
  })

  it('never runs backwards, whatever a clock says', () => {
    expect(clock({}, NOW - DAY).elapsed).toBe(0)
  })
})
