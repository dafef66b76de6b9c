import { describe, expect, it } from 'vitest'
import {
  THREE_ZONES,
  batchOf,
  batchesOf,
  build,
  makeFleet,
  hand,
  never,
  token,
} from './fleet-bed.ts'
import { startLoad } from './load.ts'

describe('a rolling replacement under load', () => {
  it('loses no request while nine units in three zones change one by one', async () => {
    await using fleet = await makeFleet({ regions: THREE_ZONES })
    const release = await fleet.ship(2, 2)
    const load = startLoad(`${fleet.url}/slow/25`, 5)
    for (const batch of batchesOf(fleet.spec))
      expect(await fleet.target.apply(batch, release, hand(2))).toEqual({
        kind: 'applied',
        victims: 0,
      })
    await load.stop()
    expect(load.failures).toEqual([])
    expect([...load.answers.keys()].sort()).toEqual([build(1), build(2)])
    expect([...load.answers.values()].every((count) => count > 20)).toBe(true)
    const seen = await fleet.target.observe()
    expect(seen.units.every((u) => u.version === build(2) && u.health === 'healthy')).toBe(true)
    // Every request was counted, at the version that answered it.
    for (const { version, requests, errors } of seen.traffic)
      expect({ requests, errors }).toEqual({ requests: load.answers.get(version), errors: 0 })
  })

  it('loses requests when the drain is left out: the bed can see a failure', async () => {
    await using fleet = await makeFleet({ regions: { 'eu-1': { a: 3 } } })
    const release = await fleet.ship(2, 2)
    const load = startLoad(`${fleet.url}/slow/300`, 6)
    await fleet.supervisor.fleet.apply({
      stage: batchOf(fleet.spec, 'a', 2),
      release,
      token: token(2),
      signal: never,
      say: () => undefined,
      drains: false,
    })
    await load.stop()
    expect(load.failures.length).toBeGreaterThan(0)
    const { traffic } = await fleet.target.observe()
    expect(traffic.find((count) => count.version === build(1))?.errors).toBe(load.failures.length)
  })

  it('loses none of the same slow requests with the drain', async () => {
    await using fleet = await makeFleet({ regions: { 'eu-1': { a: 3 } } })
    const release = await fleet.ship(2, 2)
    const load = startLoad(`${fleet.url}/slow/300`, 6)
    const batch = batchOf(fleet.spec, 'a', 2)
    expect(await fleet.target.apply(batch, release, hand(2))).toEqual({
      kind: 'applied',
      victims: 0,
    })
    await load.stop()
    expect(load.failures).toEqual([])
  })
})
