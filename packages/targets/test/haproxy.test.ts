import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Milliseconds } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { openHaproxyTarget } from '../src/index.ts'
import { batchOf, build, eventually, hand, stagesOf } from './fleet-bed.ts'
import { type HaproxyBed, haproxyIsInstalled, killNow, makeHaproxyBed } from './haproxy-bed.ts'
import { ask, startLoad } from './load.ts'

const ms = (span: number) => span as Milliseconds
const APPLIED = { kind: 'applied', victims: 0 }

const zoneB = (bed: HaproxyBed) => batchOf(bed.spec, 'b')
const one = (bed: HaproxyBed) => ({ ...zoneB(bed), units: zoneB(bed).units.slice(0, 1), maxOut: 1 })
const healthOf = async (bed: HaproxyBed) =>
  (await bed.target.observe()).units.map((unit) => unit.health)
const stateOf = async ({ proxies }: HaproxyBed, proxy = 0) =>
  (await proxies[proxy]?.api.ask('show servers state app')) ?? ''

describe.skipIf(!haproxyIsInstalled)('units behind HAProxy', () => {
  it('put a drain back that a reload forgot, and wait out what the old worker serves (failure 37)', async () => {
    await using bed = await makeHaproxyBed({ change: { drain: ms(1_500) } })
    const release = await bed.ship(2, 2)
    const slow = Promise.all([1, 2, 3].map(() => ask(`${bed.url}/slow/1000`)))
    await eventually(
      () => bed.proxies[0]?.api.ask('show stat app 4 -1') ?? Promise.resolve(''),
      (stat) => busy(stat) === 3,
    )
    const notes: string[] = []
    let reloading: Promise<void> | undefined
    const outcome = await bed.target.apply(one(bed), release, {
      ...hand(2),
      onProgress: ({ note }) => {
        notes.push(note)
        reloading ??= bed.proxies[0]?.reload()
      },
    })
    await reloading
    expect(outcome).toEqual(APPLIED)
    // The old worker's request was not cut, although the new worker never knew of it.
    expect((await slow).map((answer) => answer.status)).toEqual([200, 200, 200])
    expect(notes[0]).toBe('draining, 1 sessions left')
    expect(await healthOf(bed)).toEqual(['healthy', 'healthy', 'healthy'])
  })

  it('put a drain by hand back with the next effect, when a proxy was started anew', async () => {
    await using bed = await makeHaproxyBed()
    await bed.target.drain(zoneB(bed), hand(2))
    await bed.proxies[0]?.restart()
    await eventually(
      () => healthOf(bed),
      (health) => health.every((unit) => unit === 'healthy'),
    )
    const again = await openHaproxyTarget(bed.spec, bed.state)
    await again.restore(batchOf(bed.spec, 'a'), hand(2))
    expect(await healthOf(bed)).toEqual(['healthy', 'draining', 'draining'])
  })

  it('cut what outlives the drain, and count it', async () => {
    await using bed = await makeHaproxyBed({ change: { drain: ms(200) } })
    const release = await bed.ship(2, 2)
    const answers = Promise.allSettled([1, 2, 3].map(() => ask(`${bed.url}/slow/20000`)))
    await eventually(
      () => bed.proxies[0]?.api.ask('show stat app 4 -1') ?? Promise.resolve(''),
      (stat) => busy(stat) === 3,
    )
    const outcome = await bed.target.apply(zoneB(bed), release, hand(2))
    expect(outcome).toEqual({ kind: 'applied', victims: 2 })
    for (const pid of bed.pids()) killNow(pid)
    const cut = (await answers).filter(
      (each) => each.status === 'rejected' || each.value.status >= 500,
    )
    expect(cut).toHaveLength(3)
  })

  it('stay out of traffic when the command fails, with what it said', async () => {
    await using bed = await makeHaproxyBed()
    const release = await bed.ship(2, 2)
    await writeFile(join(bed.path, 'eu-1-b-1.broken'), '')
    const outcome = await bed.target.apply({ ...zoneB(bed), maxOut: 1 }, release, hand(2))
    expect(outcome).toEqual({
      kind: 'failed',
      unit: 'eu-1/b/1',
      reason: '`replace` ended with exit code 9; it said:\nthe host of eu-1-b-1 says no',
      victims: 0,
    })
    // The first failure ends the stage: the second unit was not touched.
    expect(await healthOf(bed)).toEqual(['healthy', 'draining', 'healthy'])
  })

  it('are never healthy on a build that they do not name themselves', async () => {
    await using bed = await makeHaproxyBed()
    const health = { ...bed.spec.health, deadline: ms(3_000) }
    const hasty = await openHaproxyTarget({ ...bed.spec, health }, bed.state)
    const release = await bed.ship(2, 2, { names: build(3) })
    const outcome = await hasty.apply(one(bed), release, hand(2))
    expect(outcome).toMatchObject({ kind: 'failed', unit: 'eu-1/b/1' })
    expect(outcome).toMatchObject({
      reason: expect.stringContaining(`says that it runs ${build(3)}`),
    })
    const { units } = await bed.target.observe({ zone: 'b' })
    expect(units[0]).toMatchObject({ version: build(3), health: 'draining' })
  })

  it('are refused by name when a proxy lacks one of them', async () => {
    await using bed = await makeHaproxyBed()
    const spec = { ...bed.spec, regions: { 'eu-1': { a: 2, b: 2 } } }
    const wider = await openHaproxyTarget(spec, bed.state)
    await expect(wider.topology()).rejects.toThrow('backend app has no server eu-1-a-2')
    await expect(wider.observe()).rejects.toThrow('rollout/target-failed')
    await bed.proxies[0]?.stop()
    await expect(bed.target.observe()).rejects.toThrow('rollout/target-failed')
  })

  it('are drained in every proxy, and down in one is not healthy', async () => {
    await using bed = await makeHaproxyBed({ proxies: 2 })
    await bed.target.drain(one(bed), hand(2))
    for (const proxy of [0, 1]) expect(admin(await stateOf(bed, proxy), 'eu-1-b-1')).toBe('8')
    await bed.proxies[1]?.api.order('set server app/eu-1-b-1 state ready')
    expect(await healthOf(bed)).toEqual(['healthy', 'draining', 'healthy'])
    await bed.target.restore(one(bed), hand(2))
    for (const proxy of [0, 1]) expect(admin(await stateOf(bed, proxy), 'eu-1-b-1')).toBe('0')
    await bed.proxies[1]?.api.order('set server app/eu-1-b-1 health down')
    expect(await healthOf(bed)).toEqual(['healthy', 'unhealthy', 'healthy'])
  })

  it('get their weight back in steps (failure 39)', async () => {
    await using bed = await makeHaproxyBed({ change: { slowStart: ms(200) } })
    const release = await bed.ship(2, 2)
    const weights = new Set<string>()
    const end = new AbortController()
    const watching = (async () => {
      while (!end.signal.aborted)
        weights.add((await bed.proxies[0]?.api.ask('get weight app/eu-1-b-1')) ?? '')
    })()
    expect(await bed.target.apply(one(bed), release, hand(2))).toEqual(APPLIED)
    end.abort()
    await watching
    expect(weights.size).toBeGreaterThanOrEqual(3)
    expect(await bed.proxies[0]?.api.ask('get weight app/eu-1-b-1')).toContain('100 (initial 100)')
  })

  it('obey one holder: another process with an older token is refused', async () => {
    await using bed = await makeHaproxyBed()
    const release = await bed.ship(2, 5)
    const other = await openHaproxyTarget(bed.spec, bed.state)
    expect(await other.apply(one(bed), release, hand(4))).toEqual({
      kind: 'stale-token',
      newest: 5,
    })
    await other.drain(one(bed), hand(6))
    expect(await bed.target.apply(zoneB(bed), release, hand(5))).toEqual({
      kind: 'stale-token',
      newest: 6,
    })
  })

  it('keep the token by a command where the policy names one', async () => {
    const file = `const { readFileSync, writeFileSync, existsSync } = require('node:fs')
      const [directory, region, token] = process.argv.slice(1)
      const path = directory + '/' + region + '.newest'
      const newest = Math.max(Number(token), existsSync(path) ? Number(readFileSync(path)) : 0)
      writeFileSync(path, String(newest)); console.log(newest)`
    await using bed = await makeHaproxyBed()
    const fence = [process.execPath, '-e', file, bed.path, '{region}', '{token}'] as const
    const guarded = await openHaproxyTarget({ ...bed.spec, fence }, bed.state)
    expect((await guarded.drain(one(bed), hand(7))).kind).toBe('applied')
    expect(await guarded.restore(one(bed), hand(6))).toEqual({ kind: 'stale-token', newest: 7 })
    expect(await readFile(join(bed.path, 'eu-1.newest'), 'utf8')).toBe('7')
    const broken = { ...bed.spec, fence: [process.execPath, '-e', 'console.log("x")'] as const }
    const blind = await openHaproxyTarget(broken, bed.state)
    await expect(blind.restore(one(bed), hand(9))).rejects.toThrow(
      '`fence` ended with exit code 0: x',
    )
    expect(await healthOf(bed)).toEqual(['healthy', 'draining', 'healthy'])
  })

  it('count traffic by version and zone, through replacements and restarts of the proxy', async () => {
    await using bed = await makeHaproxyBed()
    await bed.target.observe()
    const load = startLoad(bed.url, 3)
    await eventually(
      () => bed.target.observe(),
      ({ traffic }) => (traffic[0]?.requests ?? 0) > 50,
    )
    const release = await bed.ship(2, 2)
    for (const stage of stagesOf({ 'eu-1': { b: 2 } }))
      expect(await bed.target.apply({ ...stage, maxOut: 1 }, release, hand(2))).toEqual(APPLIED)
    await eventually(
      () => bed.target.observe(),
      ({ traffic }) => (traffic.find((count) => count.version === build(2))?.requests ?? 0) > 50,
    )
    await load.stop()
    expect(load.failures).toEqual([])
    const served = async (zone?: string) =>
      (await bed.target.observe(zone === undefined ? {} : { zone })).traffic
    const answers = [build(1), build(2)].map((version) => ({
      version,
      requests: load.answers.get(version),
      errors: 0,
    }))
    // A request is counted by HAProxy a moment after its user has the answer.
    await eventually(served, (counts) => JSON.stringify(counts) === JSON.stringify(answers))
    expect((await served('a')).map((count) => count.version)).toEqual([build(1)])
    await bed.proxies[0]?.restart()
    expect(await served()).toEqual(answers)
  })
})

/** Requests that are at servers now. */
function busy(stat: string): number {
  const [header = '', ...lines] = stat.trim().split('\n')
  const column = header.slice(2).split(',').indexOf('scur')
  return lines.reduce((sum, line) => sum + Number(line.split(',')[column]), 0)
}

/** The administrative state of a server: 0 none, 8 drained by command. */
function admin(state: string, server: string): string | undefined {
  const [, header = '', ...lines] = state.trim().split('\n')
  const column = header.slice(2).split(' ').indexOf('srv_admin_state')
  return lines.map((line) => line.split(' ')).find((cells) => cells[3] === server)?.[column]
}
