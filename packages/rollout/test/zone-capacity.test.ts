import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ZoneHealth, worstLoss, zoneAllowance } from '../src/zone-capacity.ts'

const zonesOf = (healthy: readonly number[]): ZoneHealth[] =>
  healthy.map((count, at) => ({ region: 'eu', zone: `z${at}`, healthy: count }))

/** Tries every count of units out and kills every zone: the law itself, without its formula. */
function bruteForce(healthy: readonly number[], at: number, required: number): number {
  const survives = (out: number) =>
    healthy.every((_, dead) => {
      const left = healthy.reduce(
        (sum, count, zone) => sum + (zone === dead ? 0 : count - (zone === at ? out : 0)),
        0,
      )
      return left >= required
    })
  let most = 0
  for (let out = 1; out <= (healthy[at] ?? 0); out += 1) if (survives(out)) most = out
  return most
}

/** All vectors of `zones` counts from 0 to `most`. */
function* vectors(zones: number, most: number): Generator<number[]> {
  if (zones === 0) {
    yield []
    return
  }
  for (const rest of vectors(zones - 1, most))
    for (let count = 0; count <= most; count += 1) yield [...rest, count]
}

test('the formula agrees with killing every zone, in every small fleet', () => {
  let cases = 0
  for (const zones of [2, 3, 4]) {
    for (const healthy of vectors(zones, zones === 4 ? 3 : 5)) {
      for (let required = 0; required <= 8; required += 1) {
        for (let at = 0; at < zones; at += 1, cases += 1) {
          const { maxOut } = zoneAllowance(
            zonesOf(healthy),
            { region: 'eu', zone: `z${at}` },
            required,
          )
          if (maxOut !== bruteForce(healthy, at, required))
            expect.fail(`${healthy.join()} zone ${at} R=${required}: ${maxOut}`)
        }
      }
    }
  }
  expect(cases).toBeGreaterThan(4_125)
})

test('the formula agrees with killing every zone, in random larger fleets', () => {
  const fleets = fc.record({
    healthy: fc.array(fc.nat(40), { minLength: 2, maxLength: 9 }),
    required: fc.nat(200),
    pick: fc.nat(8),
  })
  fc.assert(
    fc.property(fleets, ({ healthy, required, pick }) => {
      const at = pick % healthy.length
      expect(
        zoneAllowance(zonesOf(healthy), { region: 'eu', zone: `z${at}` }, required).maxOut,
      ).toBe(bruteForce(healthy, at, required))
    }),
  )
})

describe('the reason', () => {
  const at = { region: 'eu', zone: 'z0' }
  test('gives the sums when nothing may be out', () => {
    expect(zoneAllowance(zonesOf([3, 3, 3]), at, 6)).toEqual({
      maxOut: 0,
      reason:
        'without eu/z1: 9 − 3 = 6 healthy, minus 6 required leaves 0: none of eu/z0 may be out',
    })
    expect(zoneAllowance(zonesOf([3, 3, 3]), at, 5).maxOut).toBe(1)
  })

  test('says when the zone itself cannot be lost any more', () => {
    expect(zoneAllowance(zonesOf([6, 1, 1]), at, 3)).toEqual({
      maxOut: 0,
      reason: 'without eu/z0: 8 − 6 = 2 healthy, 3 required',
    })
  })

  test('a single zone is limited by H − R', () => {
    expect(zoneAllowance(zonesOf([5]), at, 3).maxOut).toBe(2)
    expect(zoneAllowance(zonesOf([5]), at, 5).maxOut).toBe(0)
    expect(worstLoss(zonesOf([5])).healthy).toBe(5)
  })

  test('zones of the same name in two regions are two zones', () => {
    const zones = [
      { region: 'eu', zone: 'a', healthy: 3 },
      { region: 'us', zone: 'a', healthy: 3 },
    ]
    expect(zoneAllowance(zones, { region: 'us', zone: 'a' }, 2).maxOut).toBe(1)
  })
})
