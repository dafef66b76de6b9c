import { join } from 'node:path'
import { temporaryDirectory } from '@bulkhead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conformsToLedgerStore } from './conformance.ts'
import { survivesCrowd } from './crowd.ts'
import { survivesNoRoom } from './full-store.ts'
import { gitPlaces } from './git-places.ts'
import { SWEEP_DEADLINE_MS, sweep } from './kill-sweep.ts'
import { type SmallDisk, smallDisk } from './small-disk.ts'
import type { StoreBench } from './store-bench.ts'
import { writingProgram } from './writing-program.ts'

/** How an object comes to lie where git finds it, each of which a writer may be killed at. */
const ON_DISK = ['mkdir', 'open', 'a write', 'the second half of a write', 'sync', 'rename']
/** How a branch is moved: under a lock, by a rename. Where git has to, it may not be started, or its answer be lost. */
const LOCKED = ['link', 'rename', 'unlink']
const MOVED = ['git update-ref', 'the answer of git update-ref']
const PUSHED = ['git push', 'the answer of git push']

describe('a ledger in a git repository', () => {
  const stack = new AsyncDisposableStack()
  let places: ReturnType<typeof gitPlaces>
  let bench: StoreBench
  let disk: SmallDisk | undefined

  beforeAll(async () => {
    const home = stack.use(await temporaryDirectory())
    const child = stack.use(await writingProgram()).path
    places = gitPlaces(home.path)
    disk = await smallDisk(join(home.path, 'disk'), { megabytes: 2 })
    stack.use(disk)
    bench = {
      child,
      steps: [...ON_DISK, ...MOVED, ...PUSHED],
      fresh: () => places.fresh('with a hub'),
      checkPlace: places.check,
      tidyPlace: places.tidy,
      unreachable: (place) => ({ ...place, address: { store: 'git', remote: 'gone' } }),
      // Some processes of git an attempt: two thousand are half a minute on two cores.
      crowd: { processes: 50, attempts: 40 },
    }
  })
  afterAll(() => stack.disposeAsync())

  conformsToLedgerStore(() => bench)

  describe.each(['alone', 'with a hub'] as const)('on a disk, %s,', (kind) => {
    survivesNoRoom(
      () =>
        disk && {
          ...disk,
          fresh: () => places.fresh(kind, disk?.path),
          check: places.check,
          says: /No space left|unable to|unpack/,
        },
    )
  })

  describe('without a remote', () => {
    const alone = (): StoreBench => ({
      ...bench,
      fresh: () => places.fresh('alone'),
      // Ten thousand attempts in all.
      crowd: { processes: 50, attempts: 200 },
    })

    survivesCrowd(alone)

    it(
      'a process killed outright before any step loses nothing and doubles nothing',
      async () => {
        const met = await sweep(alone(), 'lease')
        expect([...ON_DISK, ...LOCKED].filter((step) => !met.has(step))).toEqual([])
      },
      SWEEP_DEADLINE_MS,
    )

    it(
      'nor does one that is killed around the git that moves a branch of another name',
      async () => {
        const byGit = { ...bench, fresh: () => places.fresh('by another name') }
        const met = await sweep(byGit, 'lease', MOVED)
        expect(MOVED.filter((step) => !met.has(step))).toEqual([])
      },
      SWEEP_DEADLINE_MS,
    )

    it(
      'nor does one that is killed while git packs what it appends',
      async () => {
        const met = await sweep(alone(), 'pack')
        const packed = ['git index-pack', 'the answer of git index-pack', 'what is sent']
        expect(packed.filter((step) => !met.has(step))).toEqual([])
      },
      SWEEP_DEADLINE_MS,
    )
  })
})
