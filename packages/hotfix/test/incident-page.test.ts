import { type HotfixOnRecord, sealFacts } from '@bulkhead/ledger'
import { commitId, digest } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { measure, noBrowser, picture } from '../../rollout/test/support/browser.ts'
import { clockOf, nextSteps, openDebts, renderIncidentPage } from '../src/index.ts'
import { type IncidentEntry, incidentEvents } from '../src/page/incident-events.ts'
import { policyOfTests } from './support/policy-of-tests.ts'

const BEGIN = Date.parse('2026-01-31T03:00:00.000Z')
const commit = commitId('c'.repeat(40))
const LONG = 'a-name-without-any-place-to-break-it'.repeat(4)
const EVIL = '<script>parent.ran = true</script><img src=x onerror="parent.ran = true">'
const FACTS = { salt: '', advisory: 'SEC-42', reason: `tenants see each other ${EVIL}` }

const mark = (seconds: number, index: number) => ({
  index,
  at: new Date(BEGIN + seconds * 1_000).toISOString(),
})

const entry = (
  seconds: number,
  index: number,
  kind: IncidentEntry['kind'],
  data: IncidentEntry['data'] = {},
  who = 'git:aaaa',
): IncidentEntry => {
  const [provider = '', id = ''] = who.split(':')
  const about = kind.startsWith('deploy') || kind === 'gate.verdict' || kind === 'hotfix.declared'
  return {
    ...mark(seconds, index),
    kind,
    data,
    actors: [{ provider, id, role: 'release-manager' }],
    ...(about ? { release: { commit, artifacts: [] } } : {}),
  }
}

const entries: readonly IncidentEntry[] = [
  entry(-600, 5, 'deploy.finished', { result: 'released' }),
  entry(0, 7, 'hotfix.declared', { severity: 'critical' }, 'git:tim'),
  entry(1, 8, 'hotfix.paged', { of: 7, told: ['pager'], failed: [`slack ${LONG}`] }),
  entry(95, 9, 'hotfix.acknowledged', { of: 7, how: 'person' }, 'git:bob'),
  entry(100, 10, 'gate.verdict', { outcome: 'PASS' }),
  entry(170, 11, 'hotfix.approved', { of: 7, source: 'ssh' }, 'git:bob'),
  entry(200, 12, 'hotfix.approved', { of: 7, source: 'ssh' }, 'git:eve'),
  entry(201, 13, 'deploy.ordered', { of: 3, order: 'yield' }),
  entry(203, 14, 'deploy.started', {}),
  entry(240, 15, 'deploy.step', { step: 'wave-judged', decision: 'go-on', why: `good ${EVIL}` }),
  entry(241, 16, 'deploy.step', { step: 'batch-done' }),
  entry(330, 17, 'deploy.finished', { result: 'released' }),
  entry(331, 18, 'hotfix.shipped', { of: 7, proof: 'closed' }),
  entry(332, 19, 'hotfix.opened', { of: 7 }),
  entry(400, 20, 'hotfix.paged', { of: 9, told: ['of another hotfix'], failed: [] }),
]

const hotfix: HotfixOnRecord = {
  id: 7,
  commit,
  commits: [{ ...mark(0, 7), commit }],
  base: commitId('a'.repeat(40)),
  severity: 'critical',
  drill: false,
  embargo: true,
  sealed: sealFacts(FACTS),
  facts: { ...FACTS, ...mark(332, 19) },
  by: 'git:tim',
  declared: mark(0, 7),
  pages: [],
  acknowledged: { ...mark(95, 9), by: 'git:bob', how: 'person' },
  approvals: [170, 200].map((seconds, at) => ({
    ...mark(seconds, 11 + at),
    commit,
    artifacts: [],
    plan: digest(`sha256:${'9'.repeat(64)}`),
    source: 'ssh',
    proof: 'x',
  })),
  gated: mark(100, 10),
  reached: mark(330, 17),
  everywhere: mark(330, 17),
  shipped: mark(331, 18),
  debts: ['tag', 'review', `channel slack ${LONG}`].map((name) => ({
    name,
    why: 'x',
    since: mark(330, 17),
    repaid: null,
  })),
  closed: null,
}

function pageOf(change: Partial<HotfixOnRecord> = {}, now = BEGIN + 3_600_000): string {
  const one = { ...hotfix, ...change }
  return renderIncidentPage({
    environment: 'production',
    hotfix: one,
    clock: clockOf(one, policyOfTests, { now, approvedAt: undefined }),
    entries,
    facts: one.facts ?? undefined,
    debts: openDebts([one], policyOfTests, now),
    next: nextSteps(one, undefined),
    nameOf: (actor) => (actor === 'git:bob' ? 'bob@example.test' : actor),
    now,
  })
}

const untouched = {
  facts: null,
  acknowledged: null,
  approvals: [],
  gated: null,
  reached: null,
  everywhere: null,
  shipped: null,
  debts: [],
}

describe('an incident page', () => {
  it('tells every step of this hotfix in order, and nothing of others', () => {
    const told = incidentEvents(hotfix, entries).map(({ what }) => what)
    expect(told[0]).toBe(`declared, critical: ${commit.slice(0, 12)}`)
    expect(told).toContain('the running rollout is ordered to yield')
    expect(told.at(-1)).toBe('the embargo ends')
    expect(told.join('\n')).not.toContain('of another hotfix')
    expect(told).toHaveLength(12)
  })

  it('says what a reader wants first, names people, and shows commands as they are typed', () => {
    const page = pageOf()
    for (const text of [
      'everywhere after 5 min 30 s, within the budget',
      'bob@example.test',
      'bulkhead hotfix repay tag --hotfix 7',
      'SEC-42',
    ])
      expect(page).toContain(text)
    expect(page).not.toContain('<script>')
  })

  it('under embargo tells nothing of what it fixes; late, it says so', () => {
    const page = pageOf(untouched)
    expect(page).not.toContain('SEC-42')
    expect(page).toContain('sealed until it is everywhere')
    expect(page).toContain('waits to be acknowledged, LATE')
  })

  it.skipIf(noBrowser).each([1280, 390])(
    'in a browser, at %d px: nothing lies over anything else or sticks out, nothing runs',
    async (width) => {
      for (const page of [pageOf(), pageOf(untouched)]) {
        const { height, ...layout } = await measure(page, width)
        expect(layout).toEqual({ overflowing: [], overlapping: [], ran: false })
        expect(height).toBeGreaterThan(200)
      }
    },
    150_000,
  )

  it.skipIf(noBrowser)(
    'is drawn, for light and for dark rooms',
    async () => {
      const light = await picture(pageOf(), { name: 'incident', width: 1200, height: 1500 })
      const dark = await picture(pageOf(), {
        name: 'incident-dark',
        width: 1200,
        height: 1500,
        dark: true,
      })
      expect(light.length).toBeGreaterThan(40_000)
      expect(light.equals(dark)).toBe(false)
    },
    150_000,
  )
})
