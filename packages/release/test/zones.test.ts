import { describe, expect, it } from 'vitest'
import { ACTORS } from '../../ledger/test/log-fixture.ts'
import { restoreHeld } from '../src/zones/restore-zone.ts'
import { shiftHeld } from '../src/zones/shift-zone.ts'
import { type HeldZone, type ZoneResult, holdZone } from '../src/zones/zone-request.ts'
import { Bed, shipped } from './support/two-regions.ts'

// Three units in each of three zones, two of nine required: with a zone away and another gone, one zone
// can carry it.
const OPTIONS = { regions: { eu: { a: 3, b: 3, c: 3 } }, required: 2 }
const place = { region: 'eu', zone: 'c' }

const onZone = (
  bed: Bed,
  work: (zone: HeldZone) => Promise<ZoneResult>,
  { reason = 'racks', ...changed }: Partial<HeldZone> & { readonly reason?: string } = {},
) => {
  const { ledger, clock, fleet: target, stop } = bed
  const { policy, repository } = bed.deployment('b')
  const signal = stop.signal
  const request = { reason, actors: ACTORS, target, signal, onProgress: () => undefined }
  return holdZone({ policy, repository, ledger, clock, place, request, ...changed }, work)
}
const shift = (bed: Bed, belowRequired = false) =>
  onZone(bed, (zone) => shiftHeld(zone, belowRequired))
const restore = (bed: Bed, changed: Partial<HeldZone> = {}) => onZone(bed, restoreHeld, changed)

const inZone = ({ fleet }: Bed) =>
  fleet.units
    .filter(({ zone }) => zone === place.zone)
    .map(({ version, health }) => `${version?.[0] ?? '-'} ${health}`)
const awayOnRecord = async (bed: Bed) =>
  (await bed.state()).shifted.map(({ zone, done, returning }) => ({ zone, done, returning }))
const isAway = ({ fleet }: Bed) => fleet.shifted.has('eu/c')

describe('a zone that is shifted away', () => {
  it('is away on record and by its target, and released to all the same', async () => {
    const bed = await Bed.make(OPTIONS)
    expect(await bed.clock.drive(shift(bed))).toMatchObject({ result: 'shifted', findings: [] })
    expect(await awayOnRecord(bed)).toEqual([{ zone: 'c', done: true, returning: false }])
    const ended = await bed.ship('b')
    expect(ended.result).toBe('released')
    expect([isAway(bed), ...inZone(bed)]).toEqual([true, 'b healthy', 'b healthy', 'b healthy'])
    expect(await bed.clock.drive(restore(bed))).toMatchObject({ result: 'restored' })
    expect([isAway(bed), await awayOnRecord(bed)]).toEqual([false, []])
  })

  it('has a rollout that is under way pause first, which is resumed around it', async () => {
    const bed = await Bed.make(OPTIONS)
    let shifting: Promise<ZoneResult> | undefined
    bed.fleet.onChange = () => {
      shifting ??= shift(bed)
    }
    const first = await bed.ship('b')
    expect(first).toMatchObject({ result: 'paused' })
    expect(first.findings[0]?.message).toContain('zone eu/c: racks')
    expect(
      await bed.clock.drive(shifting ?? Promise.reject(new Error('nobody asked'))),
    ).toMatchObject({ result: 'shifted' })
    expect(inZone(bed)).toEqual(['a healthy', 'a healthy', 'a healthy'])
    expect((await bed.ship('b')).result).toBe('released')
    expect([isAway(bed), ...inZone(bed)]).toEqual([true, 'b healthy', 'b healthy', 'b healthy'])
  })

  it('is refused where too little would be left, unless that is wanted', async () => {
    const bed = await Bed.make({ ...OPTIONS, required: 7 })
    expect(await bed.clock.drive(shift(bed))).toMatchObject({
      result: 'refused',
      findings: [{ message: 'without eu/c: 9 − 3 = 6 healthy, 7 required' }],
    })
    expect([isAway(bed), await awayOnRecord(bed)]).toEqual([false, []])
    expect(await bed.clock.drive(shift(bed, true))).toMatchObject({ result: 'shifted' })
  })

  it('whose process died before its target was told is away before anything is placed', async () => {
    const bed = await Bed.make(OPTIONS)
    await bed.clock.drive(
      onZone(bed, async ({ ledger, lease }) => {
        const data = { ...place, reason: 'racks', step: 'intended' }
        await ledger.append([{ kind: 'zone.shifted', fence: lease.token, actors: ACTORS, data }])
        return { result: 'shifted', place, findings: [] }
      }),
    )
    expect(isAway(bed)).toBe(false)
    let wasAway: boolean | undefined
    bed.fleet.onCall = (_, name) => {
      if (name === 'apply') wasAway ??= isAway(bed)
    }
    expect((await bed.ship('b')).result).toBe('released')
    expect(wasAway).toBe(true)
  })
})

describe('a zone that comes back', () => {
  /** Away while a release passed it by. */
  async function sleeper(): Promise<Bed> {
    const bed = await Bed.make(OPTIONS)
    await bed.clock.drive(shift(bed))
    await bed.ship('b')
    for (const unit of bed.fleet.units)
      if (unit.zone === place.zone) unit.version = shipped('a').commit
    return bed
  }

  it('on an old release is brought to the good one before it takes traffic (failure 16)', async () => {
    const bed = await sleeper()
    const before = bed.fleet.applied.length
    const served = new Set<string>()
    const flow = bed.fleet.flow.bind(bed.fleet)
    bed.fleet.flow = () => {
      if (!isAway(bed)) for (const unit of inZone(bed)) served.add(unit)
      flow()
    }
    expect(await bed.clock.drive(restore(bed))).toMatchObject({ result: 'restored' })
    await bed.clock.drive(bed.clock.sleep(5_000))
    expect(bed.fleet.applied.slice(before)).toMatchObject([{ ...place, maxOut: 3 }])
    expect([isAway(bed), ...served]).toEqual([false, 'b healthy'])
  })

  it('and does not get well stays away, on record too', async () => {
    const bed = await sleeper()
    bed.fleet.sick.add(shipped('b').commit)
    expect(await bed.clock.drive(restore(bed))).toMatchObject({
      result: 'failed',
      findings: [{ code: 'rollout/target-failed', message: 'did not get healthy' }],
    })
    expect([isAway(bed), await awayOnRecord(bed)]).toEqual([
      true,
      [{ zone: 'c', done: true, returning: true }],
    ])
    bed.fleet.sick.clear()
    expect(await bed.clock.drive(restore(bed))).toMatchObject({ result: 'restored' })
  })

  it('whose artifact is gone stays away', async () => {
    const bed = await sleeper()
    bed.fleet.held.delete(shipped('b').artifact)
    expect(await bed.clock.drive(restore(bed))).toMatchObject({
      result: 'failed',
      findings: [{ code: 'rollout/not-staged' }],
    })
    expect(isAway(bed)).toBe(true)
  })

  it('in the middle of a paused rollout is brought to what was good before it', async () => {
    const bed = await Bed.make(OPTIONS)
    let shifting: Promise<ZoneResult> | undefined
    bed.fleet.onChange = () => {
      shifting ??= shift(bed)
    }
    await bed.ship('b')
    await shifting
    for (const unit of bed.fleet.units)
      if (unit.zone === place.zone) unit.version = shipped('b').commit
    expect(await bed.clock.drive(restore(bed))).toMatchObject({ result: 'restored' })
    expect(inZone(bed)).toEqual(['a healthy', 'a healthy', 'a healthy'])
    expect((await bed.ship('b')).result).toBe('released')
  })

  it('waits for the next release where the good one was left behind by a contract migration', async () => {
    const bed = await Bed.make(OPTIONS)
    let shifting: Promise<ZoneResult> | undefined
    bed.fleet.onChange = () => {
      shifting ??= shift(bed)
    }
    await bed.ship('b')
    await shifting
    const policy = {
      ...bed.deployment('b').policy,
      migrations: { paths: ['db/**'], expand: [] },
    }
    const repository: HeldZone['repository'] = {
      changes: () => Promise.resolve([{ path: 'db/9.sql', lines: 1, gone: false }]),
      isAncestor: () => Promise.resolve(false),
    }
    const before = bed.fleet.applied.length
    expect(await bed.clock.drive(restore(bed, { policy, repository }))).toMatchObject({
      result: 'refused',
      findings: [{ code: 'rollout/forward-only' }],
    })
    expect([isAway(bed), bed.fleet.applied.length]).toEqual([true, before])
  })
})
