import { join } from 'node:path'
import type { Hand, Observation, Target } from '@bulkhead/rollout'
import { type RunProcess, runProcess } from '@bulkhead/world'
import { describe, expect, it } from 'vitest'
import { startSupervisor } from '../src/fleet/supervisor.ts'
import { openHaproxyTarget } from '../src/index.ts'
import { build, eventually, hand, heldBy, makeFleet } from './fleet-bed.ts'
import { type HaproxyBed, haproxyIsInstalled, killNow, makeHaproxyBed } from './haproxy-bed.ts'
import { ask } from './load.ts'

// What outlives the process that gave the order: units beyond a zone's own, and zones that are away.

const REGIONS = { 'eu-1': { a: 1, b: 2 } }
const A = { region: 'eu-1', zone: 'a' }
const B = { region: 'eu-1', zone: 'b' }
const APPLIED = { kind: 'applied', victims: 0 }

const surplusOf = ({ units }: Observation) =>
  units.filter((unit) => unit.surplus).map(({ id, health }) => `${id} ${health}`)

/** Which builds users meet in so many requests. */
async function met(url: string, requests = 20): Promise<ReadonlySet<string>> {
  const answers = new Set<string>()
  for (let number = 0; number < requests; number += 1)
    answers.add((await ask(`${url}/slow/1`)).body)
  return answers
}

describe('the local fleet', { timeout: 60_000 }, () => {
  it('starts units beyond a zone’s own again after a restart, and takes them away when told', async () => {
    await using fleet = await makeFleet({ regions: REGIONS, surge: 1 })
    const release = await fleet.ship(1, 1)
    expect(await fleet.target.surge({ ...A, extra: 1 }, release, hand(1))).toEqual(APPLIED)
    await fleet.supervisor.stop()
    const again = await startSupervisor(fleet.spec, fleet.state)
    try {
      await eventually(
        () => fleet.target.observe(),
        (seen) => surplusOf(seen).join() === 'eu-1/a/+1 healthy',
      )
      expect(await fleet.target.surge({ ...A, extra: 0 }, release, hand(2))).toEqual(APPLIED)
      expect(surplusOf(await fleet.target.observe())).toEqual([])
    } finally {
      await again.stop()
    }
  })

  it('keeps a zone out of traffic whose processes die and are started anew, and over a restart', async () => {
    await using fleet = await makeFleet({ regions: REGIONS })
    const release = await fleet.ship(2, 2)
    expect(await fleet.target.shift({ ...B, away: true }, hand(2))).toEqual(APPLIED)
    const stage = { ...B, units: await idsIn(fleet.target, 'b'), maxOut: 2 }
    expect(await fleet.target.apply(stage, release, hand(2))).toEqual(APPLIED)
    const { units } = fleet.supervisor.fleet.state(fleet.supervisor.address)
    for (const { zone, pid } of units) if (zone === 'b' && pid !== null) killNow(pid)
    await eventually(
      async () => fleet.supervisor.fleet.state(fleet.supervisor.address).units,
      (all) =>
        all.every((unit) => unit.health === 'healthy' && (unit.zone === 'a' || unit.restarts > 0)),
    )
    expect(await met(fleet.url)).toEqual(new Set([build(1)]))
    await fleet.supervisor.stop()
    const again = await startSupervisor(fleet.spec, fleet.state)
    try {
      const url = `http://127.0.0.1:${again.address.port}`
      await eventually(
        () => fleet.target.observe(),
        (seen) => seen.units.every((unit) => unit.health === 'healthy'),
      )
      expect(await met(url)).toEqual(new Set([build(1)]))
      expect((await fleet.target.observe()).shifted).toEqual([B])
      expect(await fleet.target.shift({ ...B, away: false }, hand(2))).toEqual(APPLIED)
      expect(await met(url)).toEqual(new Set([build(1), build(2)]))
    } finally {
      await again.stop()
    }
  })
})

const idsIn = async (target: Target, zone: string) =>
  (await target.observe({ zone, region: 'eu-1' })).units.map(({ id }) => id)

describe.skipIf(!haproxyIsInstalled)('units behind HAProxy', { timeout: 120_000 }, () => {
  it('say how many spare servers there are', async () => {
    await using bed = await makeHaproxyBed({ regions: REGIONS, spares: 2 })
    expect(await bed.target.topology()).toMatchObject({ surge: 2, shifts: true })
    const { spec, state } = bed
    const retire = spec.spare?.retire ?? ['true']
    const surgeOf = async (spare: typeof spec.spare) =>
      (await (await openHaproxyTarget({ ...spec, spare }, state)).topology()).surge
    expect(await surgeOf({ retire, server: 'nobody-{zone}-{number}' })).toBe(0)
    expect(await surgeOf(undefined)).toBe(0)
  })

  it.each([
    ['the same state directory', (bed: HaproxyBed) => bed.state],
    [
      'an empty one, as on a runner that lives for one job',
      (bed: HaproxyBed) => join(bed.path, 'other'),
    ],
  ])(
    'leave nothing behind when the process dies that fills a slot: found from %s',
    async (_, where) => {
      await using bed = await makeHaproxyBed({ regions: REGIONS, spares: 1 })
      const release = await bed.ship(1, 1)
      await dyingIn(bed, async (target, by) => {
        await target.surge({ ...A, extra: 1 }, release, by)
      })
      const target = await openHaproxyTarget(bed.spec, where(bed))
      await eventually(
        () => target.observe(),
        (seen) => surplusOf(seen).length === 1,
      )
      // It is no capacity: nothing is sent there.
      expect(surplusOf(await target.observe())).not.toContain('eu-1/a/+1 healthy')
      const { artifact } = await bed.artifact(1)
      await target.stage(artifact, heldBy(2))
      expect(await target.surge({ ...A, extra: 0 }, release, hand(2))).toMatchObject({
        kind: 'applied',
      })
      expect(surplusOf(await target.observe())).toEqual([])
      const running = bed.pids().filter(isAlive)
      expect(running).toHaveLength(3)
    },
  )

  it('get a shift back that a proxy forgot when it was started anew', async () => {
    await using bed = await makeHaproxyBed({ regions: REGIONS })
    const release = await bed.ship(2, 2)
    expect(await bed.target.shift({ ...B, away: true }, hand(2))).toEqual(APPLIED)
    const stage = { ...B, units: await idsIn(bed.target, 'b'), maxOut: 2 }
    expect(await bed.target.apply(stage, release, hand(2))).toEqual(APPLIED)
    expect(await met(bed.url)).toEqual(new Set([build(1)]))
    await bed.proxies[0]?.restart()
    const [only] = await idsIn(bed.target, 'a')
    if (only === undefined) throw new Error('the zone has a unit')
    expect(await bed.target.restore({ ...A, units: [only] }, hand(2))).toMatchObject({
      kind: 'applied',
    })
    expect(await met(bed.url)).toEqual(new Set([build(1)]))
    expect(await bed.target.shift({ ...B, away: false }, hand(2))).toEqual(APPLIED)
    expect(await met(bed.url, 40)).toEqual(new Set([build(1), build(2)]))
  })
})

/** Does something by a process whose commands start what they start and are never heard of again. */
async function dyingIn(
  bed: HaproxyBed,
  act: (target: Target, by: Hand) => Promise<void>,
): Promise<void> {
  const started = Promise.withResolvers<void>()
  const run: RunProcess = async (request) => {
    const ended = await runProcess(request)
    started.resolve()
    return new Promise<typeof ended>(() => undefined)
  }
  const target = await openHaproxyTarget(bed.spec, bed.state, { run })
  void act(target, hand(1))
  await started.promise
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
