import type { Ledger } from '@bulkhead/ledger'
import type { Milliseconds } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { ACTORS } from '../../ledger/test/log-fixture.ts'
import { worstLoss, zoneHealth } from '../../rollout/src/zone-capacity.ts'
import type { Deployment } from '../src/deploy/deployment.ts'
import { makeWay } from '../src/deploy/make-way.ts'
import { rollRegions } from '../src/deploy/roll-regions.ts'
import { Bed, shipped } from './support/two-regions.ts'

/** When the process of a hotfix dies: at which of its appends, before or after it is on record. */
interface Death {
  readonly at: number
  readonly side: 'before' | 'after'
}

const never = new Promise<never>(() => undefined)

/** The ledger as a process has it that dies at one of its appends, and says how many there were. */
class MortalHand {
  readonly killed = Promise.withResolvers<'killed'>()
  appends = 0
  #dead = false
  readonly #death: Death | undefined

  constructor(death: Death | undefined) {
    this.#death = death
  }

  #die(): Promise<never> {
    this.#dead = true
    this.killed.resolve('killed')
    return never
  }

  async #write<T>(write: () => Promise<T>): Promise<T> {
    if (this.#dead) return never
    const doomed = this.#death?.at === this.appends
    this.appends += 1
    if (doomed && this.#death?.side === 'before') return this.#die()
    const answer = await write()
    if (doomed) return this.#die()
    return this.#dead ? never : answer
  }

  ledger(ledger: Ledger): Ledger {
    return {
      ...ledger,
      append: (drafts) => this.#write(() => ledger.append(drafts)),
      acquireLease: (request) =>
        this.#write(async () => {
          const outcome = await ledger.acquireLease(request)
          if (outcome.kind === 'refused') return outcome
          const { lease } = outcome
          return {
            kind: 'acquired',
            lease: { ...lease, release: () => this.#write(() => lease.release()) },
          }
        }),
    }
  }

  target(target: Deployment['target']): Deployment['target'] {
    const alive = <T>(act: () => Promise<T>): Promise<T> => (this.#dead ? never : act())
    return {
      topology: () => alive(() => target.topology()),
      observe: (scope) => alive(() => target.observe(scope)),
      apply: (...all) => alive(() => target.apply(...all)),
      drain: (...all) => alive(() => target.drain(...all)),
      restore: (...all) => alive(() => target.restore(...all)),
      surge: (...all) => alive(() => target.surge(...all)),
      shift: (...all) => alive(() => target.shift(...all)),
      stage: (...all) => alive(() => target.stage(...all)),
      holds: (artifact) => alive(() => target.holds(artifact)),
    }
  }
}

const fix = shipped('c').commit

function hotfix(bed: Bed, hand: MortalHand): Deployment {
  const ledger = hand.ledger(bed.ledger)
  const way = {
    ledger,
    clock: bed.clock,
    actors: ACTORS,
    commit: fix,
    name: 'hotfix 7',
    order: 'yield',
    yieldWithin: 60_000 as Milliseconds,
    breaking: [],
    signal: new AbortController().signal,
  } as const
  return bed.deployment('c', {
    lane: 'hotfix',
    ledger,
    target: hand.target(bed.fleet),
    signal: way.signal,
    makeWay: (region) => makeWay({ ...way, region }),
  })
}

/** A hotfix overtakes a rollout; its process dies, a person ends its leases, and it is shipped again. */
async function survive(death: Death | undefined) {
  const bed = await Bed.make()
  let lowest = Number.POSITIVE_INFINITY
  bed.fleet.onChange = () => {
    for (const region of ['eu', 'us']) {
      const units = bed.fleet.units.filter((unit) => unit.region === region)
      lowest = Math.min(lowest, worstLoss(zoneHealth({ units, traffic: [] })).healthy)
    }
  }
  const hand = new MortalHand(death)
  const standard = rollRegions(bed.deployment('b'))
  const first = (async () => {
    while (bed.fleet.applied.length < 2) await bed.clock.sleep(100)
    return Promise.race([rollRegions(hotfix(bed, hand)), hand.killed.promise])
  })()
  const [, ended] = await bed.clock.drive(Promise.all([standard, first]))
  if (ended === 'killed') {
    const { leases } = await bed.state()
    await bed.ledger.append(
      leases.map(({ token }) => ({
        kind: 'lease.broken',
        actors: ACTORS,
        data: { token, reason: 'its process is gone' },
      })),
    )
    const again = rollRegions(hotfix(bed, new MortalHand(undefined)))
    expect(await bed.clock.drive(again)).toMatchObject({ result: 'released' })
  } else expect(ended).toMatchObject({ result: 'released' })
  const { leases, rollouts, unfinished, released } = await bed.state()
  expect([leases, rollouts, unfinished]).toEqual([[], [], []])
  expect(released?.commit).toBe(fix)
  expect([...bed.versions('eu'), ...bed.versions('us')]).toEqual(['c', 'c'])
  expect(lowest).toBeGreaterThanOrEqual(3)
  return { appends: hand.appends, killed: ended === 'killed' }
}

describe('the process of a hotfix is killed while it overtakes a rollout', () => {
  it('at every second append, before or after it is on record: shipped again, it is everywhere (hotfix fault 1)', async () => {
    const { appends } = await survive(undefined)
    expect(appends).toBeGreaterThan(10)
    for (let at = 0; at < appends; at += 2) {
      const side = at % 4 === 0 ? 'before' : 'after'
      expect(await survive({ at, side })).toMatchObject({ killed: true })
    }
  })
})
