import type { Clock } from '@bulkhead/world'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Probe, readBuild } from '../src/fleet/health-probe.ts'
import { OutputTail } from '../src/fleet/output-tail.ts'
import { Sampler } from '../src/fleet/sampler.ts'
import { judgeProbe, newStanding } from '../src/fleet/standing.ts'
import { placesOf } from '../src/index.ts'
import { TrafficContinuity } from '../src/traffic-continuity.ts'
import { build } from './fleet-bed.ts'

const good: Probe = { kind: 'ok', version: build(1) }
const foreign: Probe = { kind: 'ok', version: build(2) }
const bad: Probe = { kind: 'failed', reason: 'answered 500' }

const after = (...probes: readonly Probe[]) =>
  probes.reduce((standing, probe) => judgeProbe(standing, probe, build(1)), newStanding)

describe('the standing of a unit', () => {
  it('needs two good answers in a row', () => {
    expect(after(good).health).toBe('starting')
    expect(after(good, bad, good).health).toBe('starting')
    expect(after(good, good).health).toBe('healthy')
  })

  it('outlives two bad answers and no third', () => {
    expect(after(good, good, bad, bad)).toMatchObject({ health: 'healthy', version: build(1) })
    expect(after(good, good, bad, bad, bad)).toMatchObject({ health: 'unhealthy', version: null })
    expect(after(good, good, bad, bad, bad, good).health).toBe('unhealthy')
    expect(after(good, good, bad, bad, bad, good, good).health).toBe('healthy')
  })

  it('is healthy only if the last two answers that came named the right build', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(good, foreign, bad)), (probes) => {
        const standing = after(...probes)
        if (standing.health !== 'healthy') return
        const came = probes.filter((probe) => probe.kind === 'ok').slice(-2)
        expect(came).toEqual([good, good])
        expect(standing.version).toBe(build(1))
      }),
    )
  })

  it('loses health by one answer that names another build', () => {
    expect(after(good, good, foreign)).toMatchObject({ health: 'unhealthy', version: build(2) })
  })
})

describe('a health answer', () => {
  it.each([
    ['not JSON', 'OK'],
    ['no object', '"x"'],
    ['null', 'null'],
    ['without the field', '{}'],
    ['with an inherited field', '{"__proto__":{"build":"1"}}'],
    ['with a short id', '{"build":"abc1234"}'],
    ['with a number', '{"build":1}'],
  ])('that is %s names no build', (_, body) => {
    expect(readBuild(body, 'build').kind).toBe('failed')
  })

  it('names its build', () => {
    expect(readBuild(`{"build":"${build(1)}","ok":true}`, 'build')).toEqual(good)
  })
})

describe('the time series', () => {
  const clockAt = (time: () => number): Clock => ({
    now: time,
    monotonic: time,
    sleep: () => Promise.resolve(),
  })

  it('keeps 30 minutes of looks and hands them out in pages', () => {
    let now = 0
    const look = () => ({ units: [], traffic: [], inFlight: 0, unserved: 0 })
    const sampler = new Sampler(
      look,
      clockAt(() => now),
    )
    for (let n = 1; n <= 8_000; n++) {
      now = n * 250
      sampler.take()
    }
    const { samples, more } = sampler.after(0, 10_000)
    expect([samples.length, more]).toEqual([7_200, false])
    expect(samples[0]?.at).toBe(801 * 250)
    const page = sampler.after(1_000 * 250, 100)
    expect([page.samples.length, page.samples[0]?.at, page.more]).toEqual([100, 1_001 * 250, true])
    expect(sampler.after(now, 100)).toEqual({ samples: [], more: false })
  })
})

describe('traffic counts', () => {
  const place = { region: 'eu-1', zone: 'a' }
  it('never go back, whenever the supervisor is started anew', () => {
    const event = fc.record({
      restart: fc.boolean(),
      requests: fc.nat(50),
      errors: fc.nat(5),
    })
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const continuity = new TrafficContinuity()
        let [start, requests, errors] = [0, 0, 0]
        const all = { requests: 0, errors: 0 }
        for (const one of events) {
          if (one.restart) [start, requests, errors] = [start + 1, 0, 0]
          requests += one.requests
          errors += one.errors
          all.requests += one.requests
          all.errors += one.errors
          const counts = [{ ...place, version: build(1), requests, errors }]
          expect(continuity.continue(String(start), counts)).toEqual([
            { ...place, version: build(1), ...all },
          ])
        }
      }),
    )
  })

  it('of a version that the new supervisor has not served yet are kept', () => {
    const continuity = new TrafficContinuity()
    const served = [{ ...place, version: build(1), requests: 9, errors: 1 }]
    continuity.continue('a', served)
    expect(continuity.continue('b', [])).toEqual(served)
  })
})

describe('the last words of a child', () => {
  it('are at most ten lines and 4 KiB, whatever it says', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 10 }), (chunks) => {
        const tail = new OutputTail()
        for (const chunk of chunks) tail.add(Buffer.from(chunk))
        expect(tail.text().split('\n').length).toBeLessThanOrEqual(10)
        expect(tail.text().length).toBeLessThanOrEqual(4_096)
      }),
    )
  })
})

it('gives every place of the fleet an id of its own', () => {
  const places = placesOf({ 'eu-1': { a: 2, b: 1 }, 'us-1': { a: 1 } })
  expect(places.map((place) => place.id)).toEqual(['eu-1/a/1', 'eu-1/a/2', 'eu-1/b/1', 'us-1/a/1'])
})
