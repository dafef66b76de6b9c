import * as fc from 'fast-check'
import { type FencingToken, commitId, digest, fencingToken } from '@bulkhead/vocabulary'
import { expect, it } from 'vitest'
import { EnvironmentFold } from '../src/state/environment-fold.ts'
import { type EntryKind, type LedgerEntry, foldEnvironment } from '../src/index.ts'
import { regionsOverlap } from '../src/regions.ts'
import { ACTORS, release } from './log-fixture.ts'

const kinds: readonly EntryKind[] = [
  'gate.verdict',
  'lease.acquired',
  'lease.released',
  'deploy.started',
  'deploy.step',
  'deploy.finished',
  'rollback.started',
  'deploy.refused',
]

/** Anything that anybody could write, likely enough to make sense. */
const entryArbitrary = fc.record({
  kind: fc.constantFrom(
    ...kinds,
    'lease.acquired' as const,
    'deploy.started' as const,
    'gate.verdict' as const,
  ),
  fence: fc.option(fc.nat(12), { nil: undefined }),
  digit: fc.constantFrom('a', 'b'),
  data: fc.record({
    region: fc.constantFrom('eu', 'us', 'eu+us'),
    holder: fc.constant('ada'),
    ttlMs: fc.constant(10),
    takesOver: fc.option(
      fc.record({
        token: fc.nat(12),
        why: fc.constant('broken'),
        reason: fc.constant('why not'),
        watchedMs: fc.constant(0),
      }),
      { freq: 2 },
    ),
  }),
  outcome: fc.constantFrom('PASS', 'PASS', 'BLOCK'),
  result: fc.constantFrom('released', 'rolled-back', 'stuck', 'stopped'),
})

const logArbitrary = fc.array(entryArbitrary, { maxLength: 40 }).map((drafts) =>
  drafts.map(({ kind, fence, digit, data, outcome, result }, index): LedgerEntry => ({
    kind,
    index,
    release: release(digit),
    ...(fence === undefined ? {} : { fence: fencingToken(fence) }),
    actors: ACTORS,
    data: kind === 'lease.acquired' ? data : { outcome, result },
    previous: null,
    origin: 'o',
    environment: 'e',
    at: '2026-01-31T12:00:00.000Z',
    runner: {},
    signer: 'k',
    digest: digest(`sha256:${index.toString(16).padStart(64, '0')}`),
    bytes: Buffer.alloc(0),
  })),
)

/** The entries that may follow each other, with the state after each. */
function legal(log: readonly LedgerEntry[]) {
  const fold = new EnvironmentFold()
  return log.flatMap((entry) => {
    if (fold.objection(entry) !== undefined) return []
    const before = fold.state()
    fold.apply(entry)
    return [{ entry, before, after: fold.state() }]
  })
}

it('never has two leases over one region, and their tokens grow', () => {
  fc.assert(
    fc.property(logArbitrary, (log) => {
      let newest = -1
      for (const { entry, after } of legal(log)) {
        const [first, second, third] = after.leases
        expect(third).toBeUndefined()
        if (first && second) expect(regionsOverlap(first.region, second.region)).toBe(false)
        if (entry.kind !== 'lease.acquired') continue
        expect(after.lease?.token).toBeGreaterThan(newest)
        newest = after.lease?.token ?? newest
      }
    }),
  )
})

it('releases only what the newest verdict passed when it started, under a lease held throughout', () => {
  fc.assert(
    fc.property(logArbitrary, (log) => {
      const passed = new Map<FencingToken, string>()
      for (const { entry, before, after } of legal(log)) {
        const { fence } = entry
        if (entry.kind === 'deploy.started' && fence !== undefined) {
          expect(before.verdicts[entry.release?.commit ?? commitId('0'.repeat(40))]?.outcome).toBe(
            'PASS',
          )
          passed.set(fence, entry.release?.commit ?? '')
        }
        if (after.released === before.released) continue
        expect(entry).toMatchObject({ kind: 'deploy.finished', data: { result: 'released' } })
        expect(before.leases.map(({ token }) => token)).toContain(fence)
        expect(passed.get(fence ?? fencingToken(0))).toBe(after.released?.commit)
      }
    }),
    { numRuns: 500 },
  )
})

it('says the same of a log as of its legal part', () => {
  fc.assert(
    fc.property(logArbitrary, (log) => {
      expect(foldEnvironment(log)).toEqual(foldEnvironment(legal(log).map(({ entry }) => entry)))
    }),
  )
})

it('goes on from a fork as if nothing had been tried on it', () => {
  fc.assert(
    fc.property(logArbitrary, logArbitrary, (log, tried) => {
      const fold = new EnvironmentFold()
      for (const { entry } of legal(log)) fold.apply(entry)
      const before = fold.state()
      const fork = fold.fork()
      for (const entry of tried) if (fork.objection(entry) === undefined) fork.apply(entry)
      expect(fold.state()).toEqual(before)
    }),
  )
})

it('only ever has rollouts of live leases', () => {
  fc.assert(
    fc.property(logArbitrary, (log) => {
      for (const { after } of legal(log)) {
        if (after.rollout)
          expect(after.leases.map(({ token }) => token)).toContain(after.rollout.token)
      }
    }),
  )
})
