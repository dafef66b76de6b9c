import { type HotfixOnRecord, foldEnvironment } from '@bulkhead/ledger'
import { digest, fencingToken } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { release } from '../../ledger/test/log-fixture.ts'
import { judgeWay } from '../src/deploy/make-way.ts'
import { refuseBeforeHotfix } from '../src/deploy/start-refusals.ts'

const mark = { index: 7, at: '2026-11-28T12:00:00.000Z' }
const fix: HotfixOnRecord = {
  id: 7,
  commit: release('c').commit,
  commits: [],
  base: null,
  severity: 'critical',
  drill: false,
  embargo: true,
  sealed: digest(`sha256:${'5'.repeat(64)}`),
  facts: null,
  by: 'git:tim',
  declared: mark,
  pages: [],
  acknowledged: null,
  approvals: [],
  gated: null,
  reached: null,
  everywhere: null,
  shipped: null,
  debts: [],
  closed: null,
}

const rollout = (digit: string, change: object = {}) => ({
  ...release(digit),
  id: fencingToken(3),
  token: fencingToken(3),
  region: 'eu',
  startedAt: mark.at,
  lane: 'standard' as const,
  steps: 0,
  lastStep: null,
  direction: 'forward' as const,
  paused: false,
  ordered: null,
  ...change,
})
const yielded = { ordered: { order: 'yield', by: 'git:tim', reason: 'x' } }
const codes = (state: object) =>
  refuseBeforeHotfix('production', { ...foldEnvironment([]), ...state }).map(({ code }) => code)

describe('the standard lane while a hotfix goes out', () => {
  it('waits from the moment somebody was made to yield to it, and while it rolls out', () => {
    const hotfixes = [fix]
    expect(codes({ hotfixes, unfinished: [rollout('b', yielded)] })).toEqual([
      'rollout/hotfix-first',
    ])
    expect(codes({ hotfixes, rollouts: [rollout('c')] })).toEqual(['rollout/hotfix-first'])
  })

  it('goes on while a hotfix is only declared, is everywhere, or was withdrawn', () => {
    expect(codes({ hotfixes: [fix], rollouts: [rollout('b')] })).toEqual([])
    const unfinished = [rollout('b', yielded)]
    expect(codes({ hotfixes: [{ ...fix, everywhere: mark }], unfinished })).toEqual([])
    const closed = { ...mark, result: 'withdrawn' }
    expect(codes({ hotfixes: [{ ...fix, closed }], unfinished })).toEqual([])
  })
})

describe('the way of a hotfix', () => {
  const lease = (digit: number, region: string) => ({
    token: fencingToken(digit),
    region,
    holder: 'git:ada',
    since: mark.at,
    ttlMs: 600_000,
    lastSign: 3,
    stuck: false,
  })
  const question = { region: 'us', commit: fix.commit, order: 'yield' } as const

  it('is not clear while another release rolls out anywhere: the fleet keeps one newest token', () => {
    const state = { leases: [lease(3, 'eu')], rollouts: [rollout('b')] }
    expect(judgeWay(state, question)).toMatchObject({ held: [{ region: 'eu' }], ask: [3] })
  })

  it('is clear beside its own rollout in another region', () => {
    const state = { leases: [lease(3, 'eu')], rollouts: [rollout('c', { lane: 'hotfix' })] }
    expect(judgeWay(state, question)).toEqual({ held: [], ask: [], behind: false })
  })

  it('asks nobody who was asked, who goes back, or who is a hotfix', () => {
    for (const change of [yielded, { direction: 'back' }, { lane: 'hotfix' }]) {
      const state = { leases: [lease(3, 'us')], rollouts: [rollout('b', change)] }
      expect(judgeWay(state, question)).toMatchObject({ held: [{ region: 'us' }], ask: [] })
    }
  })
})
