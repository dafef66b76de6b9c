import { fencingToken } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { csvLine } from '../src/read/csv.ts'
import {
  type EntryDraft,
  changeLine,
  changesOf,
  cloudEventOf,
  entryFilter,
  verifyLedger,
} from '../src/index.ts'
import { forgeLog, genesis } from './forged-log.ts'
import { ACTORS, ORIGIN, deploy, ledgerKey, release, verdict } from './log-fixture.ts'

const key = ledgerKey()
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
    expect([...changesOf(log)]).toMatchObject([
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
    expect([...changesOf(under)]).toMatchObject([{ result: 'under way', end: '' }])
  })

  it('is CSV in which no cell is a formula', () => {
    expect(csvLine(['=1+1', '+1', '-1', '@a', '\t=1', ' =1', 'a"b', 'a,b\nc', 'plain-1'])).toBe(
      `"'=1+1","'+1","'-1","'@a","'\t=1","' =1","a""b","a,b\nc","plain-1"\r\n`,
    )
    const [change] = changesOf(log)
    if (change === undefined) throw new Error('no change')
    expect(changeLine(change, 'production', '=HYPERLINK("x")')).toContain(`"'=HYPERLINK(""x"")"`)
  })
})

describe('an entry as a CloudEvent', () => {
  it('has the attributes of its CDEvents event', () => {
    const [, entry] = log
    if (entry === undefined) throw new Error('no entry')
    const event = cloudEventOf(entry)
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
