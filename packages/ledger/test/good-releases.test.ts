import { commitId } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { GoodReleases } from '../src/state/good-releases.ts'

const commit = (n: number) => commitId(String(n).repeat(40))
const good = (n: number, index: number, returning = false) => ({
  release: { commit: commit(n), artifacts: [], index, at: '2026-01-01T00:00:00.000Z' },
  regions: ['eu'],
  whole: ['eu'],
  returning,
})
const indexes = (releases: GoodReleases) => releases.whole.map(({ index }) => index)

describe('good releases', () => {
  it('that were shown or forked do not change when more become good', () => {
    const releases = new GoodReleases()
    releases.note(good(1, 10))
    const shown = releases.whole
    const fork = releases.fork()
    releases.note(good(2, 20))
    fork.note(good(3, 30))
    expect(shown.map(({ index }) => index)).toEqual([10])
    expect(indexes(releases)).toEqual([10, 20])
    expect(indexes(fork)).toEqual([10, 30])
    expect([releases.since(commit(3)), fork.since(commit(2))]).toEqual([undefined, undefined])
  })

  it('are known by the entry that last made them so, until it is taken back', () => {
    const releases = new GoodReleases()
    for (const [n, index] of [
      [1, 10],
      [2, 20],
      [1, 30],
    ] as const) {
      releases.note(good(n, index))
    }
    expect(releases.since(commit(1))).toBe(30)
    const resumed = GoodReleases.resume(releases.memory())
    resumed.takeBack((index) => index === 30)
    expect([resumed.since(commit(1)), resumed.knows(commit(1))]).toEqual([10, true])
    resumed.note(good(2, 40, true))
    expect(indexes(resumed)).toEqual([10, 40])
    expect(indexes(releases)).toEqual([10, 20, 30])
  })
})
