import type { FencingToken } from '@bulkhead/vocabulary'
import { expect, it } from 'vitest'
import type { TrustedBase } from '../src/trusted-ref.ts'
import { trainOnRecord } from '../src/queue/trains-on-record.ts'
import { shipped } from './support/two-regions.ts'

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

interface Known {
  readonly rollouts?: readonly object[]
  readonly unfinished?: readonly object[]
  readonly good?: readonly object[]
  readonly waiting?: readonly object[]
  readonly suspects?: readonly object[]
}

const regions = { eu: { a: 2, b: 2 }, us: { a: 3, b: 3 } }
const base = ({ waiting = [], suspects = [], ...known }: Known) =>
  ({
    policy: { policy: { environments: { production: { regions } } } },
    ledger: {
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
  ['was good before it was taken', { good: [{ ...release('b'), index: 3 }] }, 'other'],
  ['stands unfinished', { unfinished: [rollout('eu')] }, 'unfinished'],
  ['is in the first region', { rollouts: [rollout('eu')], waiting: [waits] }, 'unfinished'],
  ['has left the first region', { rollouts: [rollout('us')], waiting: [waits] }, 'under-way'],
  ['has left it, and nothing waits to follow', { rollouts: [rollout('us')] }, 'unfinished'],
  [
    'has left it while one of the queue is suspected',
    { rollouts: [rollout('us')], waiting: [waits], suspects: [waits] },
    'unfinished',
  ],
  ['never began, or ended otherwise', {}, 'other'],
])('one that %s', (_, known, end) => {
  expect(trainOnRecord(base(known), 'production', train)).toBe(end)
})
