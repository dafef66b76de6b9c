import { fencingToken } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { csvLine } from '../src/read/csv.ts'
import { isVoided } from '../src/read/reservations.ts'
import {
  type EntryDraft,
  changeLine,
  changesOf,
  cloudEventOf,
  entryFilter,
  verifyLedger,
} from '../src/index.ts'
import { LogChain } from '../src/log-chain.ts'
import { type Forgery, forgeLog, genesis } from './forged-log.ts'
import { ACTORS, ORIGIN, deploy, ledgerKey, release, verdict } from './log-fixture.ts'

const key = ledgerKey()
const NONE = { voided: [], corrected: [] }
const lease = (region: string, takesOver: object | null = null): EntryDraft => ({
  kind: 'lease.acquired',
  actors: [{ provider: 'git', id: 'bob', role: 'release-manager' }],
  data: { region, holder: 'bob', ttlMs: 1, takesOver },
})
const approved = {
  ...verdict(),
  data: { outcome: 'PASS', approvals: [{ approver: 'eve', digest: 'd' }] },
}

async function entriesOf(drafts: readonly EntryDraft[]) {
  const verified = await verifyLedger({
    entries: await forgeLog(key.signer, [genesis, ...drafts]),
    trust: { keys: [key.key] },
    origin: ORIGIN,
    environment: 'production',
  })
  expect(verified.findings).toEqual([])
  return verified.entries
}

const log = await entriesOf([
  approved,
  lease('eu+us'),
  deploy('deploy.started', fencingToken(2)),
  deploy('deploy.step', fencingToken(2)),
  deploy('deploy.finished', fencingToken(2), { result: 'released' }),
  { kind: 'deploy.refused', release: { ...release('b'), artifacts: [] }, actors: ACTORS, data: {} },
  deploy('deploy.started', fencingToken(2)),
  lease('us', { token: 2, why: 'broken', reason: 'gone', watchedMs: 0 }),
])

const BEAT: EntryDraft = { kind: 'heartbeat', actors: ACTORS, data: {} }

/** Of a log by several keys: its entries, and what it says against some of them. */
async function judged(drafts: readonly Forgery[], keys: readonly ReturnType<typeof ledgerKey>[]) {
  const trust = { keys: keys.map((one) => one.key) }
  const chain = new LogChain({ trust, origin: ORIGIN, environment: 'production' })
  const all = (await forgeLog(key.signer, drafts)).map(({ index, bytes }) =>
    chain.judge(index, bytes),
  )
  expect(all.flatMap(({ findings }) => findings)).toEqual([])
  return {
    entries: all.flatMap(({ entry }) => entry ?? []),
    reservations: chain.reservations,
  }
}

describe('entries are picked', () => {
  const picked = (filter: Parameters<typeof entryFilter>[0]) =>
    log.filter(entryFilter(filter)).map(({ index }) => index)

  it.each([
    ['all, when nothing is asked for', {}, [0, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['by release', { release: 'bbbb' }, [6]],
    ['by person', { person: 'bob' }, [2, 8]],
    [
      'by person and where it is known',
      { person: 'git:ada', kind: 'deploy.refused' as const },
      [6],
    ],
    ['by kind', { kind: 'deploy.started' as const }, [3, 7]],
    ['by time', { since: '2026-01-31T12:00:03.000Z', until: '2026-01-31T12:00:05.000Z' }, [3, 4]],
    ['by region of the lease', { region: 'eu' }, [2, 3, 4, 5, 7]],
    ['by another region of the same lease', { region: 'us' }, [2, 3, 4, 5, 7, 8]],
  ])('%s', (_name, filter, indexes) => {
    expect(picked(filter)).toEqual(indexes)
  })
})

describe('the population of changes', () => {
  it('has every rollout and every refusal, with who, what, when and how it ended', () => {
    expect([...changesOf(log, NONE)]).toMatchObject([
      {
        commit: 'a'.repeat(40),
        region: 'eu+us',
        verdict: 'PASS',
        signer: 'ledger.pub',
        approvers: ['eve'],
        actors: ['git:ada'],
        start: '2026-01-31T12:00:03.000Z',
        end: '2026-01-31T12:00:05.000Z',
        result: 'released',
        entries: [3, 5],
      },
      { commit: 'b'.repeat(40), verdict: '', result: 'refused', entries: [6, 6] },
      { commit: 'a'.repeat(40), result: 'abandoned', end: '2026-01-31T12:00:08.000Z' },
    ])
  })

  it('names what is still under way', async () => {
    const under = await entriesOf([
      approved,
      lease('eu'),
      deploy('deploy.started', fencingToken(2)),
    ])
    expect([...changesOf(under, NONE)]).toMatchObject([{ result: 'under way', end: '' }])
  })

  it('says of a change what it rests on that does not count, or is dated wrongly', async () => {
    const stolen = ledgerKey('stolen.pub')
    const by = (draft: EntryDraft): Forgery => ({ ...draft, signedBy: stolen.signer })
    const { entries, reservations } = await judged(
      [
        genesis,
        by(approved),
        lease('eu'),
        deploy('deploy.started', fencingToken(2)),
        by(deploy('deploy.step', fencingToken(2))),
        deploy('deploy.finished', fencingToken(2), { result: 'released' }),
        deploy('deploy.started', fencingToken(2), { direction: 'back' }),
        {
          kind: 'key.revoked',
          actors: ACTORS,
          data: { key: stolen.key.id, from: 1, reason: 'stolen' },
        },
      ],
      [key, stolen],
    )
    expect(reservations.voided).toMatchObject([{ by: 7, indexes: [1, 4], key: 'stolen.pub' }])
    const clock = { corrected: [{ from: 5, upTo: 6, by: 9, reason: 'a drill' }] }
    const changes = [...changesOf(entries, { ...reservations, ...clock })]
    expect(changes).toMatchObject([
      { result: 'released', voided: [1, 4], misdated: [5] },
      { result: 'under way', voided: [1], misdated: [] },
    ])
    expect(changes.map((change) => changeLine(change, 'production', 'Ada').slice(-16))).toEqual([
      '"5","1 4","5"\r\n'.padStart(16, ','),
      '"6","6","1",""\r\n'.padStart(16, ','),
    ])
    const told = entries.map((entry) => cloudEventOf(entry, { ...reservations, ...clock }))
    const those = (mark: 'voided' | 'misdated') =>
      told.flatMap((event) => (event[mark] === true ? [Number(event.id)] : []))
    expect([those('voided'), those('misdated')]).toEqual([[1, 4], [5]])
  })

  it('knows what a revocation took back beyond the entries that it names', async () => {
    const stolen = ledgerKey('stolen.pub')
    const beats = Array.from({ length: 2_005 }, (): Forgery => ({
      ...BEAT,
      signedBy: stolen.signer,
    }))
    const data = { key: stolen.key.id, from: 3, reason: 'stolen' }
    const { entries, reservations } = await judged(
      [genesis, ...beats, { kind: 'key.revoked', actors: ACTORS, data }, BEAT],
      [key, stolen],
    )
    expect(reservations.voided[0]?.more).toBe(true)
    const voided = entries.filter((entry) => isVoided(reservations, entry))
    expect(voided.map(({ index }) => index)).toEqual(
      Array.from({ length: 2_003 }, (_, nth) => nth + 3),
    )
  })

  it('is CSV in which no cell is a formula, and no line is two', () => {
    expect(csvLine(['=1+1', '+1', '-1', '@a', '\t=1', ' =1', '＝1', 'a"b', 'a,b', 'plain-1'])).toBe(
      `"'=1+1","'+1","'-1","'@a","' =1","' =1","'＝1","a""b","a,b","plain-1"\r\n`,
    )
    expect(csvLine(['\u001b[2J\u009b1m', 'a\r\nb', '\u202e', 'Åsa 山田'])).toBe(
      String.raw`"\u{1b}[2J\u{9b}1m","a\u{d} ⏎ b","\u{202e}","Åsa 山田"` + '\r\n',
    )
    const [change] = changesOf(log, NONE)
    if (change === undefined) throw new Error('no change')
    expect(changeLine(change, 'production', '=HYPERLINK("x")')).toContain(`"'=HYPERLINK(""x"")"`)
  })
})

describe('an entry as a CloudEvent', () => {
  it('has the attributes of its CDEvents event', () => {
    const [, entry] = log
    if (entry === undefined) throw new Error('no entry')
    const event = cloudEventOf(entry, NONE)
    expect(event).toMatchObject({
      specversion: '1.0',
      id: '1',
      source: ORIGIN,
      type: 'dev.cdevents.testsuiterun.finished.0.3.0',
      time: entry.at,
      data: { context: { type: event.type, id: event.id, source: event.source } },
    })
  })
})
