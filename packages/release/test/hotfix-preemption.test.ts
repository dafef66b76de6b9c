import type { EntryDraft } from '@bulkhead/ledger'
import type { FencingToken, Milliseconds } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { ACTORS, release } from '../../ledger/test/log-fixture.ts'
import type { Deployment } from '../src/deploy/deployment.ts'
import { type WayRequest, makeWay } from '../src/deploy/make-way.ts'
import { rollRegions } from '../src/deploy/roll-regions.ts'
import { Bed, shipped } from './support/two-regions.ts'

const standard = shipped('b').commit
const fix = shipped('c').commit
const never = new AbortController().signal

const way = (bed: Bed, extra: Partial<WayRequest> = {}): Omit<WayRequest, 'region'> => ({
  ledger: bed.ledger,
  clock: bed.clock,
  actors: ACTORS,
  commit: fix,
  name: 'hotfix 7',
  order: 'yield',
  yieldWithin: 60_000 as Milliseconds,
  breaking: [],
  signal: never,
  ...extra,
})

const hotfix = (bed: Bed, digit = 'c', extra: Partial<WayRequest> = {}): Deployment =>
  bed.deployment(digit, {
    lane: 'hotfix',
    signal: never,
    makeWay: (region) =>
      makeWay({ ...way(bed, { commit: shipped(digit).commit, ...extra }), region }),
  })

/** Starts a standard rollout and, once `begun`, a hotfix over it. */
async function overtake(
  bed: Bed,
  begun: () => boolean | Promise<boolean>,
  deployment: Deployment = hotfix(bed),
) {
  const running = rollRegions(bed.deployment('b'))
  const overtaking = (async () => {
    while (!(await begun())) await bed.clock.sleep(50)
    const since = bed.clock.monotonic()
    const ended = await rollRegions(deployment)
    return { ...ended, took: bed.clock.monotonic() - since }
  })()
  const [first, second] = await bed.clock.drive(Promise.all([running, overtaking]))
  return { first, second }
}

const placed = (bed: Bed, digit = 'b') =>
  bed.fleet.units.filter(({ version }) => version === shipped(digit).commit).length

/** Every unit's health at every change: nothing may stay drained between two hands. */
async function expectAllOn(bed: Bed, digit: string): Promise<void> {
  expect([...bed.versions('eu'), ...bed.versions('us')]).toEqual([digit, digit])
  expect(bed.fleet.units.every(({ health }) => health === 'healthy')).toBe(true)
  const { leases, rollouts, unfinished } = await bed.state()
  expect([leases, rollouts, unfinished]).toEqual([[], [], []])
}

async function tokensOf(bed: Bed): Promise<ReadonlyMap<string, number>> {
  const tokens = new Map<string, number>()
  for await (const { kind, release: about, fence } of bed.ledger.entries())
    if (kind === 'deploy.started' && about !== undefined)
      tokens.set(about.commit[0] ?? '', fence ?? 0)
  return tokens
}

describe('a hotfix overtakes a rollout that is under way', () => {
  it('during a bake: it yields, and the mixed fleet goes straight to the hotfix', async () => {
    const bed = await Bed.make()
    const { first, second } = await overtake(bed, () => placed(bed) === 1)
    expect(first).toMatchObject({ result: 'paused' })
    expect(first.findings.map(({ code }) => code)).toContain('rollout/preempted')
    expect(second).toMatchObject({ result: 'released', findings: [] })
    expect(new Set(await bed.endings(standard))).toEqual(new Set(['superseded']))
    await expectAllOn(bed, 'c')
    const tokens = await tokensOf(bed)
    expect(tokens.get('c')).toBeGreaterThan(tokens.get('b') ?? Number.POSITIVE_INFINITY)
  })

  it('during a batch: that batch ends first, and no other begins', async () => {
    const bed = await Bed.make()
    const draining = () =>
      bed.fleet.applied.length >= 2 && bed.fleet.units.some(({ health }) => health === 'draining')
    let atYield = Number.NaN
    const { first, second } = await overtake(bed, () => {
      atYield = bed.fleet.applied.length
      return draining()
    })
    expect(first).toMatchObject({ result: 'paused' })
    expect(second).toMatchObject({ result: 'released' })
    const after = bed.fleet.applied.slice(atYield).flatMap(({ units }) => units)
    expect(new Set(after).size).toBe(12)
    await expectAllOn(bed, 'c')
  })

  it('during a rollback: that is brought to its end, for its release is the suspect', async () => {
    const bed = await Bed.make()
    bed.fleet.errorRates.set(standard, 0.5)
    const goingBack = async () =>
      (await bed.state()).rollouts.some(({ direction }) => direction === 'back')
    const { first, second } = await overtake(bed, goingBack)
    expect(first).toMatchObject({ result: 'rolled-back' })
    expect(second).toMatchObject({ result: 'released' })
    await expectAllOn(bed, 'c')
  })

  it('and unwinds it first when its version is the suspect', async () => {
    const bed = await Bed.make()
    const { first, second } = await overtake(
      bed,
      () => placed(bed) === 1,
      hotfix(bed, 'c', { order: 'abort' }),
    )
    expect(first).toMatchObject({ result: 'rolled-back' })
    expect(second).toMatchObject({ result: 'released' })
    expect(new Set(await bed.endings(standard))).toEqual(new Set(['rolled-back']))
    await expectAllOn(bed, 'c')
  })

  it('in both regions at once, which it takes in parallel after the first canary', async () => {
    const bed = await Bed.make()
    const bothBegun = async () => (await bed.state()).rollouts.length === 2
    const { first, second } = await overtake(bed, bothBegun)
    expect(first).toMatchObject({ result: 'paused' })
    expect(second).toMatchObject({ result: 'released' })
    await expectAllOn(bed, 'c')
    const { released } = await bed.state()
    expect(released?.commit).toBe(fix)
  })

  it('whose canary fails: the fleet goes back to what was fully good, and never to 100 %', async () => {
    const bed = await Bed.make()
    bed.fleet.errorRates.set(fix, 0.5)
    let most = 0
    bed.fleet.onChange = () => (most = Math.max(most, placed(bed, 'c')))
    const { second } = await overtake(bed, () => placed(bed) === 1)
    expect(second).toMatchObject({ result: 'rolled-back' })
    expect(most).toBe(1)
    await expectAllOn(bed, 'a')
    expect((await bed.state()).released?.commit).toBe(shipped('a').commit)
  })
})

describe('a holder that does not yield', () => {
  /** A lease of somebody who never looks at the record again. */
  async function deaf(bed: Bed, region = 'eu'): Promise<FencingToken> {
    const outcome = await bed.ledger.acquireLease({ region, actors: ACTORS })
    if (outcome.kind === 'refused') throw new Error('it is free')
    const started: EntryDraft = {
      kind: 'deploy.started',
      release: release('b'),
      fence: outcome.lease.token,
      actors: ACTORS,
      data: { plan: { lane: 'standard' } },
    }
    await bed.ledger.append([started])
    return outcome.lease.token
  }

  it('in time: the hotfix is refused by name, having touched nothing (hotfix fault 18)', async () => {
    const bed = await Bed.make()
    const token = await deaf(bed)
    const deployment = hotfix(bed, 'c', { yieldWithin: 5_000 as Milliseconds })
    const ended = await bed.clock.drive(rollRegions(deployment))
    expect(ended).toMatchObject({
      result: 'refused',
      findings: [{ code: 'rollout/cannot-yield', message: expect.stringContaining(`${token}`) }],
    })
    expect(bed.fleet.applied).toEqual([])
    const { rollouts } = await bed.state()
    expect(rollouts).toMatchObject([{ ordered: { order: 'yield' } }])
  })

  it('and whose lease is ended by token and reason: the hotfix goes on with a higher one (hotfix fault 19)', async () => {
    const bed = await Bed.make()
    const tokens = [await deaf(bed)]
    const deployment = {
      ...hotfix(bed, 'c', { breaking: tokens }),
      breaking: { tokens, reason: 'its process is gone' },
    }
    const ended = await bed.clock.drive(rollRegions(deployment))
    expect(ended).toMatchObject({ result: 'released' })
    await expectAllOn(bed, 'c')
  })

  it('in two regions: one call ends both leases, and a call that names one of them names the other', async () => {
    const bed = await Bed.make()
    const tokens = [await deaf(bed, 'eu'), await deaf(bed, 'us')]
    const shipping = (named: readonly FencingToken[]) =>
      bed.clock.drive(
        rollRegions({
          ...hotfix(bed, 'c', { breaking: named, yieldWithin: 5_000 as Milliseconds }),
          breaking: { tokens: named, reason: 'its process is gone' },
        }),
      )
    const half = await shipping(tokens.slice(0, 1))
    expect(half).toMatchObject({ result: 'refused', findings: [{ code: 'rollout/cannot-yield' }] })
    expect(half.findings[0]?.remedy).toContain(`--break-lease ${tokens[1]} `)
    expect(bed.fleet.applied).toEqual([])
    expect(await shipping(tokens)).toMatchObject({ result: 'released' })
    await expectAllOn(bed, 'c')
  })

  it('is asked once, however long it is waited for', async () => {
    const bed = await Bed.make()
    await deaf(bed)
    await bed.clock.drive(rollRegions(hotfix(bed, 'c', { yieldWithin: 20_000 as Milliseconds })))
    let orders = 0
    for await (const { kind } of bed.ledger.entries()) if (kind === 'deploy.ordered') orders += 1
    expect(orders).toBe(1)
  })
})

describe('two hotfixes', () => {
  it('ship one after the other: the second waits, and is never asked to yield', async () => {
    const bed = await Bed.make()
    const first = rollRegions(hotfix(bed, 'b'))
    const second = (async () => {
      while (placed(bed) === 0) await bed.clock.sleep(50)
      return rollRegions(hotfix(bed, 'c'))
    })()
    const ended = await bed.clock.drive(Promise.all([first, second]))
    expect(ended.map(({ result }) => result)).toEqual(['released', 'released'])
    expect(new Set(await bed.endings(standard))).toEqual(new Set(['released']))
    await expectAllOn(bed, 'c')
  })
})
