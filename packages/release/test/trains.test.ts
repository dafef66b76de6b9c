import type { FencingToken } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import type { TrustedBase } from '../src/trusted-ref.ts'
import { refuseSettled, settleTrain } from '../src/queue/settle-trains.ts'
import { trainOnRecord } from '../src/queue/trains-on-record.ts'
import { ACTORS, deploy, release as releaseOf } from '../../ledger/test/log-fixture.ts'
import { Bed, shipped } from './support/two-regions.ts'

/** What the record says of a release that was taken from the queue and never settled. */

const release = (digit: string) => ({ commit: shipped(digit).commit, artifacts: [] })
const mark = { by: 'git:ada', at: '2026-01-31T12:00:00.000Z', pinned: false, tries: 0 }
const head = { ...release('b'), id: 4, ...mark }
const train = { id: 5, head, carries: [head] }
const waits = { ...release('c'), id: 6, ...mark }
const rollout = (region: string) => ({
  ...release('b'),
  region,
  token: 9 as FencingToken,
  steps: 1,
})

const ended = (index: number, result: string) => ({
  index,
  kind: 'deploy.finished',
  release: release('b'),
  data: { result },
})

interface Known {
  readonly rollouts?: readonly object[]
  readonly unfinished?: readonly object[]
  readonly good?: readonly object[]
  readonly waiting?: readonly object[]
  readonly suspects?: readonly object[]
  readonly entries?: readonly object[]
}

const regions = { eu: { a: 2, b: 2 }, us: { a: 3, b: 3 } }
const base = ({ waiting = [], suspects = [], entries = [], ...known }: Known) =>
  ({
    policy: { policy: { environments: { production: { regions } } } },
    ledger: {
      entries,
      state: {
        good: [],
        unfinished: [],
        rollouts: [],
        ...known,
        queue: { trains: [train], waiting, suspects, ejected: [] },
      },
    },
  }) as unknown as TrustedBase

it.each<readonly [string, Known, string]>([
  ['was everywhere', { good: [{ ...release('b'), index: 8 }] }, 'released'],
  ['was good before it was taken', { good: [{ ...release('b'), index: 3 }] }, 'taken'],
  ['stands unfinished', { unfinished: [rollout('eu')] }, 'unfinished'],
  ['is in the first region', { rollouts: [rollout('eu')], waiting: [waits] }, 'unfinished'],
  ['has left the first region', { rollouts: [rollout('us')], waiting: [waits] }, 'under-way'],
  ['has left it, and nothing waits to follow', { rollouts: [rollout('us')] }, 'unfinished'],
  [
    'has left it while one of the queue is suspected',
    { rollouts: [rollout('us')], waiting: [waits], suspects: [waits] },
    'unfinished',
  ],
  ['never began', {}, 'taken'],
  ['ended badly before it was taken', { entries: [ended(3, 'rolled-back')] }, 'taken'],
  ['went back', { entries: [ended(8, 'rolled-back')] }, 'rolled-back'],
  ['was stopped', { entries: [ended(8, 'stopped')] }, 'other'],
  ['is good in one region', { entries: [ended(8, 'released')] }, 'unfinished'],
  [
    'is good in one region and went back in another',
    { entries: [ended(8, 'rolled-back'), ended(9, 'released')] },
    'rolled-back',
  ],
])('one that %s', (_, known, end) => {
  expect(trainOnRecord(base(known), 'production', train)).toBe(end)
})

describe('two hands that have the same release of the queue', () => {
  const newest = releaseOf('b')

  async function taken() {
    const bed = await Bed.make()
    const about = { release: newest, actors: ACTORS }
    const [added] = await bed.ledger.append([
      { kind: 'queue.added', ...about, data: { place: 'newest-wins' } },
    ])
    const data = { items: [added?.index ?? 0], why: 'it is next' }
    const [entry] = await bed.ledger.append([{ kind: 'queue.taken', ...about, data }])
    const id = entry?.index ?? 0
    const settle = (result: 'released' | 'rolled-back' | 'other') =>
      settleTrain(bed.ledger, { actors: ACTORS }, id, result)
    const trains = async () => (await bed.state()).queue.trains.map((each) => each.id)
    return { bed, id, settle, trains }
  }

  async function hold(bed: Bed) {
    const outcome = await bed.ledger.acquireLease({ region: 'eu', actors: ACTORS })
    if (outcome.kind === 'refused') throw new Error('nobody holds it')
    return outcome.lease
  }

  it('at one moment of the clock: whoever stands outside does not settle what the other holds', async () => {
    const { bed, id, settle, trains } = await taken()
    const lease = await hold(bed)
    await settle('other')
    expect(await trains()).toEqual([id])
    await bed.ledger.append([deploy('deploy.started', lease.token, {}, newest)])
    await settle('other')
    expect(await trains()).toEqual([id])
    await bed.ledger.append([
      deploy('deploy.finished', lease.token, { result: 'rolled-back' }, newest),
    ])
    await lease.release()
    await settle('rolled-back')
    const { queue } = await bed.state()
    expect(queue).toMatchObject({ trains: [], waiting: [], ejected: [{ commit: newest.commit }] })
  })

  it('what is in nobody’s hands, or under the lease of another release, is settled', async () => {
    const free = await taken()
    await free.settle('other')
    expect(await free.trains()).toEqual([])

    const { bed, settle, trains } = await taken()
    const { token } = await hold(bed)
    await bed.ledger.append([deploy('deploy.started', token, {}, releaseOf('c'))])
    await settle('other')
    expect(await trains()).toEqual([])
  })

  it('the second word about the same end is none, and whoever comes late does not begin', async () => {
    const { bed, id, settle } = await taken()
    const ask = async () => refuseSettled(await bed.state(), { train: id, commit: newest.commit })
    expect(await ask()).toEqual([])
    await settle('rolled-back')
    const { head: last } = await bed.state()
    await settle('other')
    await settle('rolled-back')
    expect((await bed.state()).head).toEqual(last)
    expect(await ask()).toMatchObject([{ code: 'rollout/train-settled', subject: newest.commit }])
  })
})
