import type { Hand, StageOutcome } from '@bulkhead/rollout'
import type { Finding, Milliseconds } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { goBackEverywhere } from '../src/deploy/go-back.ts'
import { type WholeEnd, rollRegions } from '../src/deploy/roll-regions.ts'
import { Bed, shipped } from './support/two-regions.ts'

const reason: Finding = { code: 'rollout/aborted', subject: 'x', message: 'y', remedy: 'z' }
const { commit } = shipped('b')

describe('two regions and one record', () => {
  it('a release is fully good once every region has it, and no lease is left', async () => {
    const bed = await Bed.make()
    expect(await bed.ship('b')).toMatchObject({ result: 'released', findings: [] })
    const state = await bed.state()
    expect(state.released?.commit).toBe(commit)
    expect(state.good.map((good) => good.commit)).toEqual([shipped('a').commit, commit])
    expect([state.leases, state.rollouts, state.unfinished]).toEqual([[], [], []])
    expect(await bed.endings(commit)).toEqual(['released', 'released'])
  })

  it('bad in the second region: the first is returned, and nothing was ever fully good', async () => {
    const bed = await Bed.make()
    const apply = bed.fleet.apply.bind(bed.fleet)
    const firstIsDone = () =>
      bed.fleet.units.every(({ region, version }) => region === 'us' || version === commit)
    bed.fleet.apply = async (stage, wanted, hand) => {
      if (stage.region === 'us' && wanted.commit === commit && firstIsDone())
        return { kind: 'failed', unit: null, reason: 'out of quota' }
      return apply(stage, wanted, hand)
    }
    const ended = await bed.ship('b')
    expect(ended.result).toBe('rolled-back')
    expect([...bed.versions('eu'), ...bed.versions('us')]).toEqual(['a', 'a'])
    const state = await bed.state()
    expect(state.released?.commit).toBe(shipped('a').commit)
    expect(state.good).toHaveLength(1)
    expect(state.leases).toEqual([])
  })

  it('paused, it is resumed by whoever ships it next, with one outcome for each region', async () => {
    const bed = await Bed.make()
    bed.fleet.onCall = () => {
      if (bed.fleet.applied.some(({ region }) => region === 'us')) bed.stop.abort()
    }
    expect((await bed.ship('b')).result).toBe('paused')
    const paused = await bed.state()
    expect(paused.leases).toEqual([])
    expect(new Set(paused.unfinished.map(({ region }) => region))).toEqual(new Set(['eu', 'us']))
    expect(paused.unfinished.every((left) => left.paused)).toBe(true)
    bed.fleet.onCall = () => undefined
    expect(await bed.ship('b', { signal: new AbortController().signal })).toMatchObject({
      result: 'released',
      findings: [],
    })
    expect(await bed.endings(commit)).toEqual(['released', 'released'])
    expect((await bed.state()).unfinished).toEqual([])
  })

  it('another release over a paused one: that one is superseded, and the fleet goes straight on', async () => {
    const bed = await Bed.make()
    bed.fleet.onChange = () => bed.fleet.applied.length > 2 && bed.stop.abort()
    expect((await bed.ship('b')).result).toBe('paused')
    bed.fleet.onChange = () => undefined
    const before = bed.fleet.applied.length
    expect((await bed.ship('c', { signal: new AbortController().signal })).result).toBe('released')
    expect(new Set(await bed.endings(commit))).toEqual(new Set(['superseded']))
    expect((await bed.state()).released?.commit).toBe(shipped('c').commit)
    const changed = bed.fleet.applied.slice(before).flatMap(({ units }) => units)
    expect(changed).toHaveLength(12)
  })

  it('aborted where it stands: every region goes back, and each has one outcome', async () => {
    const bed = await Bed.make()
    bed.fleet.onCall = () => {
      if (bed.fleet.applied.some(({ region }) => region === 'us')) bed.stop.abort()
    }
    await bed.ship('b')
    bed.fleet.onCall = () => undefined
    const going = bed.deployment('b', { signal: new AbortController().signal })
    const ended = await bed.clock.drive(goBackEverywhere(going, reason))
    expect(ended.result).toBe('rolled-back')
    expect([...bed.versions('eu'), ...bed.versions('us')]).toEqual(['a', 'a'])
    expect(await bed.endings(commit)).toEqual(['rolled-back', 'rolled-back'])
  })

  it('the next release enters region one while this one goes on in region two; a zombie of it is refused', async () => {
    const bed = await Bed.make()
    const [earlier, later] = [shipped('b'), shipped('c')]
    const zone = bed.fleet.units.filter(({ id }) => id.startsWith('eu/a/'))
    const stage = { region: 'eu', zone: 'a', units: zone.map(({ id }) => id), maxOut: 1 }
    const apply = bed.fleet.apply.bind(bed.fleet)
    const held = new Map<string, Hand>()
    const together = new Set<string>()
    let zombie: Promise<StageOutcome> | undefined
    let second: Promise<WholeEnd> | undefined
    bed.fleet.apply = async (next, wanted, hand) => {
      held.set(`${wanted.commit} ${next.region}`, hand)
      if (zombie !== undefined && wanted.commit === earlier.commit) together.add(next.region)
      if (next.region === 'us' && wanted.commit === earlier.commit) {
        await bed.clock.sleep(10_000) // Region two is slow, so that region one is left before its end.
        const { leases } = await bed.state()
        if (leases.every(({ region }) => region === 'us'))
          second ??= rollRegions(bed.deployment('c'))
      }
      const ended = await apply(next, wanted, hand)
      const old = held.get(`${earlier.commit} eu`)
      if (wanted.commit === later.commit && old !== undefined) zombie ??= apply(stage, earlier, old)
      return ended
    }
    expect(await bed.ship('b')).toMatchObject({ result: 'released', findings: [] })
    expect(together).toEqual(new Set(['us']))
    expect((await zombie)?.kind).toBe('stale-token')
    expect(
      await bed.clock.drive(second ?? Promise.reject(new Error('it never began'))),
    ).toMatchObject({ result: 'released', findings: [] })
    expect([...bed.versions('eu'), ...bed.versions('us')]).toEqual(['c', 'c'])
    const { good, leases } = await bed.state()
    expect(good.map((each) => each.commit[0])).toEqual(['a', 'b', 'c'])
    expect(leases).toEqual([])
  })

  it('the next release waits at region one until this one has left it, and then both are under way', async () => {
    const bed = await Bed.make()
    let second: Promise<WholeEnd> | undefined
    const said: string[] = []
    const together = new Set<string>()
    const apply = bed.fleet.apply.bind(bed.fleet)
    bed.fleet.apply = async (next, wanted, hand) => {
      if (next.region === 'us') await bed.clock.sleep(20_000)
      second ??= rollRegions(
        bed.deployment('c', {
          onProgress: (progress) =>
            progress.kind === 'decision' && said.push(progress.decision.text),
        }),
      )
      const { rollouts } = await bed.state()
      together.add(
        ['b', 'c']
          .filter((digit) => rollouts.some((each) => each.commit.startsWith(digit)))
          .join(''),
      )
      return apply(next, wanted, hand)
    }
    expect(await bed.ship('b')).toMatchObject({ result: 'released', findings: [] })
    const next = await bed.clock.drive(second ?? Promise.reject(new Error('it never began')))
    expect(next).toMatchObject({ result: 'released', findings: [] })
    expect(said[0]).toMatch(/^waits until b{8} has left eu \(token \d+\)$/)
    expect(together).toContain('bc')
    expect((await bed.state()).good.map((each) => each.commit[0])).toEqual(['a', 'b', 'c'])
  })

  it('whoever does not want to wait is refused at once, and the same release never waits for itself', async () => {
    const bed = await Bed.make()
    const asked: Promise<WholeEnd>[] = []
    const apply = bed.fleet.apply.bind(bed.fleet)
    bed.fleet.apply = (...order) => {
      if (asked.length === 0)
        asked.push(
          rollRegions(bed.deployment('c', { patience: 0 as Milliseconds })),
          rollRegions(bed.deployment('b')),
        )
      return apply(...order)
    }
    await bed.ship('b')
    for (const ended of await bed.clock.drive(Promise.all(asked)))
      expect([ended.result, ended.findings[0]?.code]).toEqual(['refused', 'ledger/lease-held'])
  })

  it('a plan that was looked at and is no longer true ships nothing', async () => {
    const bed = await Bed.make()
    const { artifact: plan } = shipped('d')
    const ended = await bed.ship('b', { plan })
    expect([ended.result, ended.findings[0]?.code]).toEqual(['refused', 'rollout/stale-plan'])
    expect(bed.fleet.applied).toEqual([])
    expect((await bed.state()).leases).toEqual([])
  })

  it('a second ship of what is good everywhere touches nothing', async () => {
    const bed = await Bed.make()
    await bed.ship('b')
    const before = bed.fleet.applied.length
    expect((await bed.ship('b')).result).toBe('released')
    expect(bed.fleet.applied).toHaveLength(before)
  })
})
