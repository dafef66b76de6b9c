import { fencingToken } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { EnvironmentFold } from '../src/state/environment-fold.ts'
import { type EntryDraft, type HotfixOnRecord, sealFacts, verifyLedger } from '../src/index.ts'
import { forgeLog, genesis } from './forged-log.ts'
import { ACTORS, ORIGIN, deploy, ledgerKey, release, verdict } from './log-fixture.ts'

const key = ledgerKey()
const FACTS = { salt: '5a'.repeat(32), advisory: 'GHSA-xxxx', reason: 'tenants see each other' }
const PLAN = `sha256:${'9'.repeat(64)}`

const about = (kind: EntryDraft['kind'], data: object, of = 1): EntryDraft => ({
  kind,
  actors: ACTORS,
  data: { of, ...data },
})
const declared = (change: object = {}, digit = 'a'): EntryDraft => ({
  kind: 'hotfix.declared',
  release: { ...release(digit), artifacts: [] },
  actors: ACTORS,
  data: {
    base: null,
    severity: 'critical',
    disclosure: 'when-everywhere',
    sealed: sealFacts(FACTS),
    ...change,
  },
})
const approved = (digit = 'a', change: object = {}): EntryDraft => ({
  ...about('hotfix.approved', { plan: PLAN, source: 'ssh', proof: 'e30=', ...change }),
  release: release(digit),
})
const opened = (change: object = {}) => about('hotfix.opened', { ...FACTS, ...change })
const acknowledged = (change: object = {}) =>
  about('hotfix.acknowledged', { how: 'person', ...change })
const owed = (debt: string) => about('debt.owed', { debt, why: 'the pager was down' })
const repaid = (debt: string, more: object = {}) =>
  about('debt.repaid', { debt, evidence: 'v1.2.4', ...more })
const closed = (result: string, reason = 'done') => about('hotfix.closed', { result, reason })
const shipped: EntryDraft = { ...about('hotfix.shipped', { plan: PLAN }), release: release() }

/** A rollout of a release; its lease is the entry `token`. */
const rollout = (token: number, result = 'released', digit = 'a'): readonly EntryDraft[] => [
  {
    kind: 'lease.acquired',
    actors: ACTORS,
    data: { region: 'eu', holder: 'ada', ttlMs: 1_000, takesOver: null },
  },
  deploy('deploy.started', fencingToken(token), {}, release(digit)),
  deploy('deploy.finished', fencingToken(token), { result }, release(digit)),
  { kind: 'lease.released', fence: fencingToken(token), actors: ACTORS, data: {} },
]
/** Declared by entry 1, everywhere by entry 5, seven entries with genesis. */
const out = [declared(), verdict(), ...rollout(3)]

const ITEMS = [
  { kind: 'detect', text: 'alert on cross-tenant reads' },
  { kind: 'prevent', text: 'row-level security' },
]
const DEBTS = ['tag', 'back-merge', 'review', 'post-mortem', 'customer-notice']
const allRepaid = [...DEBTS.map((debt) => repaid(debt)), repaid('action-items', { items: ITEMS })]

async function verify(drafts: readonly EntryDraft[]) {
  return verifyLedger({
    entries: await forgeLog(key.signer, [genesis, ...drafts]),
    trust: { keys: [key.key] },
    origin: ORIGIN,
    environment: 'production',
  })
}

/** What the verifier says of a log of these entries after genesis, which is entry 0. */
async function illegal(drafts: readonly EntryDraft[]): Promise<readonly number[]> {
  const { findings } = await verify(drafts)
  expect(findings.every(({ code }) => code === 'ledger/illegal-step')).toBe(true)
  return findings.map(({ subject }) => Number(subject.replace('entry ', '')))
}

async function fold(drafts: readonly EntryDraft[]): Promise<EnvironmentFold> {
  const { entries, findings } = await verify(drafts)
  expect(findings).toEqual([])
  const carried = new EnvironmentFold()
  for (const entry of entries) carried.apply(entry)
  return carried
}

async function hotfixAfter(drafts: readonly EntryDraft[]): Promise<HotfixOnRecord> {
  const [hotfix] = (await fold(drafts)).state().hotfixes
  if (hotfix === undefined) throw new Error('there is no hotfix')
  return hotfix
}

describe('an entry about a hotfix that is refused, and a twin that is not', () => {
  it.each<readonly [string, readonly EntryDraft[], readonly EntryDraft[]]>([
    ['one that was never declared', [acknowledged()], [declared(), acknowledged()]],
    ['one declared by nobody', [{ ...declared(), actors: [] }], [declared()]],
    ['a severity nobody knows', [declared({ severity: 'urgent' })], [declared()]],
    ['the same commit twice', [declared(), declared()], [declared(), declared({}, 'b')]],
    ['an approval of another commit', [declared(), approved('b')], [declared(), approved('a')]],
    [
      'an approval of what was pushed over',
      [
        declared(),
        { ...about('hotfix.moved', { reason: 'a typo' }), release: release('b') },
        approved('a'),
      ],
      [
        declared(),
        { ...about('hotfix.moved', { reason: 'a typo' }), release: release('b') },
        approved('b'),
      ],
    ],
    [
      'an approval of no bytes',
      [declared(), { ...approved(), release: { ...release(), artifacts: [] } }],
      [declared(), approved()],
    ],
    [
      'an approval of no plan',
      [declared(), approved('a', { plan: 'any' })],
      [declared(), approved()],
    ],
    [
      'an acknowledgement by nobody',
      [declared(), { ...acknowledged(), actors: [] }],
      [declared(), acknowledged()],
    ],
    ['facts told under an embargo', [declared(), opened()], [...out, opened()]],
    [
      'other facts than were sealed',
      [declared({ disclosure: 'at-once' }), opened({ advisory: 'GHSA-none' })],
      [declared({ disclosure: 'at-once' }), opened()],
    ],
    ['facts opened twice', [...out, opened(), opened()], [...out, opened()]],
    ['shipped before it is everywhere', [declared(), verdict(), shipped], [...out, shipped]],
    [
      'shipped when it was rolled back',
      [declared(), verdict(), ...rollout(3, 'rolled-back'), shipped],
      [...out, shipped],
    ],
    ['a debt owed twice', [declared(), owed('pager'), owed('pager')], [declared(), owed('pager')]],
    ['a debt repaid that is not owed', [declared(), repaid('tag')], [...out, repaid('tag')]],
    ['a debt repaid twice', [...out, repaid('tag'), repaid('tag')], [...out, repaid('tag')]],
    [
      'action items that prevent nothing',
      [...out, repaid('action-items', { items: ITEMS.slice(0, 1) })],
      [...out, repaid('action-items', { items: ITEMS })],
    ],
    [
      'closed while something is owed',
      [...out, ...allRepaid.slice(1), closed('repaid')],
      [...out, ...allRepaid, closed('repaid')],
    ],
    [
      'closed while a further debt is owed',
      [...out, owed('freeze'), ...allRepaid, closed('repaid')],
      [...out, owed('freeze'), ...allRepaid, repaid('freeze'), closed('repaid')],
    ],
    ['withdrawn when it is out', [...out, closed('withdrawn')], [declared(), closed('withdrawn')]],
    [
      'withdrawn without a reason',
      [declared(), closed('withdrawn', ' ')],
      [declared(), closed('withdrawn')],
    ],
    [
      'anything after it was closed',
      [declared(), closed('withdrawn'), acknowledged()],
      [declared(), acknowledged(), closed('withdrawn')],
    ],
  ])('%s', async (_name, wrong, right) => {
    expect(await illegal(wrong)).toEqual([wrong.length])
    expect(await illegal(right)).toEqual([])
  })
})

describe('what the log says of a hotfix', () => {
  it('stops its clock at each step by the entry that says so', async () => {
    const hotfix = await hotfixAfter([
      declared(),
      acknowledged(),
      approved(),
      verdict(),
      ...rollout(5),
      shipped,
    ])
    expect(hotfix).toMatchObject({
      id: 1,
      by: 'git:ada',
      embargo: true,
      acknowledged: { index: 2, by: 'git:ada', how: 'person' },
      approvals: [{ index: 3, plan: PLAN, source: 'ssh' }],
      gated: { index: 4 },
      reached: { index: 7 },
      everywhere: { index: 7 },
      shipped: { index: 9 },
      closed: null,
    })
    expect(hotfix.debts.map(({ name }) => name)).toEqual([
      'tag',
      'back-merge',
      'review',
      'post-mortem',
      'action-items',
      'customer-notice',
    ])
  })

  it('knows evidence that was there before, and forgets it with a BLOCK', async () => {
    expect((await hotfixAfter([verdict(), { ...declared(), release: release() }])).gated).toEqual(
      expect.objectContaining({ index: 2 }),
    )
    const blocked = [declared(), verdict(), verdict(release(), 'BLOCK')]
    expect((await hotfixAfter(blocked)).gated).toBeNull()
  })

  it('owes nothing of the usual when its rollout was rolled back', async () => {
    const hotfix = await hotfixAfter([declared(), verdict(), ...rollout(3, 'rolled-back')])
    expect(hotfix).toMatchObject({ reached: null, everywhere: null, debts: [] })
  })

  it('stays on record when it is closed', async () => {
    const hotfix = await hotfixAfter([...out, opened(), ...allRepaid, closed('repaid')])
    expect(hotfix).toMatchObject({
      facts: { advisory: 'GHSA-xxxx' },
      closed: { result: 'repaid' },
      reached: { index: 5 },
    })
  })

  it('is the same from a saved memory, and a fork leaves it alone', async () => {
    const whole = await fold([...out, owed('pager'), repaid('tag')])
    const { hotfixes } = whole.state()
    expect(EnvironmentFold.resume(structuredClone(whole.memory())).state()).toEqual(whole.state())
    const fork = whole.fork()
    fork.takeBack({ indexes: [1], from: 1, more: false })
    expect(fork.state().hotfixes).toEqual([])
    expect(whole.state().hotfixes).toEqual(hotfixes)
  })

  it('is its earlier commit again when a stolen key had moved it', async () => {
    const moved = { ...about('hotfix.moved', { reason: 'a typo' }), release: release('b') }
    const carried = await fold([declared(), moved])
    expect(carried.state().hotfixes[0]?.commit).toBe(release('b').commit)
    carried.takeBack({ indexes: [2], from: 2, more: false })
    expect(carried.state().hotfixes[0]?.commit).toBe(release('a').commit)
  })

  it('forgets what a stolen key said of it', async () => {
    const carried = await fold([declared(), approved(), acknowledged(), owed('pager')])
    carried.takeBack({ indexes: [2, 4], from: 2, more: false })
    expect(carried.state().hotfixes[0]).toMatchObject({
      approvals: [],
      debts: [],
      acknowledged: { index: 3 },
    })
  })
})
