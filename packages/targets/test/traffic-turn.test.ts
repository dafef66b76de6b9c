import { describe, expect, it } from 'vitest'
import { startSupervisor } from '../src/fleet/supervisor.ts'
import { batchOf, build, eventually, hand, makeFleet, token, withDrain } from './fleet-bed.ts'
import { ask, startLoad } from './load.ts'

const THREE = { regions: { 'eu-1': { a: 1, b: 2 } } }

describe('a drain', () => {
  it('takes units out of traffic, loses nothing, and is taken back by a restore', async () => {
    await using fleet = await makeFleet(THREE)
    const load = startLoad(`${fleet.url}/slow/20`, 6)
    const zone = batchOf(fleet.spec, 'b')
    const before = await servedBy(fleet.target, 'b')
    expect(await fleet.target.drain(zone, hand(2))).toEqual({ kind: 'applied', victims: 0 })
    const drained = await servedBy(fleet.target, 'b')
    const elsewhere = await servedBy(fleet.target, 'a')
    await eventually(
      () => servedBy(fleet.target, 'a'),
      (served) => served > elsewhere + 20,
    )
    expect(await servedBy(fleet.target, 'b')).toBe(drained)
    expect(await healthOf(fleet.target)).toEqual(['healthy', 'draining', 'draining'])
    expect(await fleet.target.restore(zone, hand(2))).toEqual({ kind: 'applied', victims: 0 })
    await eventually(
      () => servedBy(fleet.target, 'b'),
      (served) => served > drained + 20,
    )
    await load.stop()
    expect(load.failures).toEqual([])
    expect(drained).toBeGreaterThanOrEqual(before)
  })

  it('outlives the crash of the process and of the supervisor', async () => {
    await using fleet = await makeFleet(THREE)
    const zone = batchOf(fleet.spec, 'b')
    await fleet.target.drain(zone, hand(2))
    const victim = fleet.supervisor.fleet.state(fleet.supervisor.address).units[1]
    if (typeof victim?.pid !== 'number') throw new Error('no process there')
    process.kill(victim.pid, 'SIGKILL')
    await eventually(
      () => Promise.resolve(fleet.supervisor.fleet.state(fleet.supervisor.address).units[1]),
      (unit) => unit?.restarts === 1 && unit.health === 'draining',
    )
    await fleet.supervisor.stop()
    const again = await startSupervisor(fleet.spec, fleet.state)
    try {
      const seen = await eventually(
        () => healthOf(fleet.target),
        ([first]) => first === 'healthy',
      )
      expect(seen).toEqual(['healthy', 'draining', 'draining'])
      await fleet.target.restore(zone, hand(2))
      await eventually(
        () => healthOf(fleet.target),
        (health) => health.every((one) => one === 'healthy'),
      )
    } finally {
      await again.stop()
    }
  })

  it('cuts what outlives its deadline, and counts it', async () => {
    await using fleet = await makeFleet({ ...THREE, ...withDrain(100) })
    const answers = Promise.all(Array.from({ length: 3 }, () => ask(`${fleet.url}/slow/20000`)))
    await eventually(
      () => Promise.resolve(fleet.supervisor.fleet.look().inFlight),
      (inFlight) => inFlight === 3,
    )
    const outcome = await fleet.target.drain(batchOf(fleet.spec, 'b'), hand(2))
    expect(outcome).toEqual({ kind: 'applied', victims: 2 })
    await fleet.target.drain(batchOf(fleet.spec, 'a'), hand(2))
    expect((await answers).map((answer) => answer.status)).toEqual([502, 502, 502])
    expect(fleet.supervisor.fleet.state(fleet.supervisor.address).drainVictims).toBe(3)
  })

  it('ends when a release is placed, also the one that runs already', async () => {
    await using fleet = await makeFleet(THREE)
    const zone = batchOf(fleet.spec, 'b')
    const release = await fleet.ship(2, 2)
    for (const wanted of [await fleet.ship(1, 2), release]) {
      await fleet.target.drain(zone, hand(2))
      expect(await fleet.target.apply(zone, wanted, hand(2))).toEqual({
        kind: 'applied',
        victims: 0,
      })
      expect(await healthOf(fleet.target)).toEqual(['healthy', 'healthy', 'healthy'])
    }
    const { units } = await fleet.target.observe({ zone: 'b' })
    expect(units.map((unit) => unit.version)).toEqual([build(2), build(2)])
  })

  it('that is cancelled gives the traffic back', async () => {
    await using fleet = await makeFleet(THREE)
    const load = startLoad(`${fleet.url}/slow/400`, 6)
    await eventually(
      () => Promise.resolve(fleet.supervisor.fleet.look().inFlight),
      (inFlight) => inFlight === 6,
    )
    const cancelled = new AbortController()
    const draining = fleet.target.drain(batchOf(fleet.spec, 'b'), {
      token: token(2),
      signal: cancelled.signal,
      onProgress: () => cancelled.abort(),
    })
    expect(await draining).toMatchObject({ kind: 'failed', victims: 0 })
    expect(await healthOf(fleet.target)).toEqual(['healthy', 'healthy', 'healthy'])
    await load.stop()
    expect(load.failures).toEqual([])
  })

  it('by an older token changes nothing, nor does its restore', async () => {
    await using fleet = await makeFleet(THREE)
    const zone = batchOf(fleet.spec, 'b')
    await fleet.target.drain(zone, hand(5))
    const stale = { kind: 'stale-token', newest: 5 }
    expect(await fleet.target.restore(zone, hand(4))).toEqual(stale)
    expect(await fleet.target.drain(batchOf(fleet.spec, 'a'), hand(4))).toEqual(stale)
    expect(await healthOf(fleet.target)).toEqual(['healthy', 'draining', 'draining'])
  })
})

describe('a stage', () => {
  it('has at most `maxOut` units out at any moment', async () => {
    await using fleet = await makeFleet({ regions: { 'eu-1': { a: 5 } } })
    const release = await fleet.ship(2, 2)
    let out = 0
    const look = () => {
      const healthy = fleet.supervisor.fleet.observe().units.filter((u) => u.health === 'healthy')
      out = Math.max(out, 5 - healthy.length)
    }
    const stage = { ...batchOf(fleet.spec), maxOut: 2 }
    const outcome = await fleet.target.apply(stage, release, { ...hand(2), onProgress: look })
    expect(outcome).toEqual({ kind: 'applied', victims: 0 })
    expect(out).toBe(2)
    expect(await healthOf(fleet.target)).toEqual(Array.from({ length: 5 }, () => 'healthy'))
  })

  it('of which no unit may be out is refused, and nothing is changed', async () => {
    await using fleet = await makeFleet()
    const release = await fleet.ship(2, 2)
    const stage = { ...batchOf(fleet.spec), maxOut: 0 }
    expect((await fleet.target.apply(stage, release, hand(2))).kind).toBe('refused')
    expect((await fleet.target.observe()).units[0]?.version).toBe(build(1))
  })
})

type Seen = Pick<Awaited<ReturnType<typeof makeFleet>>['target'], 'observe'>

const servedBy = async (target: Seen, zone: string) =>
  (await target.observe({ zone })).traffic.reduce((sum, count) => sum + count.requests, 0)

const healthOf = async (target: Seen) => (await target.observe()).units.map((unit) => unit.health)
