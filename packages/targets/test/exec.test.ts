import { readFileSync, readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '@bulkhead/testkit'
import type { Milliseconds } from '@bulkhead/vocabulary'
import { systemClock } from '@bulkhead/world'
import { describe, expect, it } from 'vitest'
import {
  type CheckResult,
  ExecTarget,
  type LocalFleetSpec,
  checkTarget,
  driverApply,
} from '../src/index.ts'
import { placesOf, surplusPlace } from '../src/unit-place.ts'
import { build, hand, heldBy, makeArtifact, stagesOf } from './fleet-bed.ts'
import { DIES_WITH_ITS_BED, freePorts, killNow } from './haproxy-bed.ts'

const GOOD = fileURLToPath(new URL('../../../examples/exec-driver/src/driver.mjs', import.meta.url))
const BROKEN = fileURLToPath(new URL('fixtures/broken-driver.mjs', import.meta.url))
const REGIONS = { 'eu-1': { a: 1, b: 2 } }

/** The example's fleet, through its driver or one that breaks it in one way. */
async function makeBed(how?: string, regions: LocalFleetSpec['regions'] = REGIONS) {
  const directory = await temporaryDirectory('bulkhead-exec-')
  const places = placesOf(regions)
  const zones = stagesOf(regions)
  const ports = await freePorts(places.length + zones.length)
  const fleet = join(directory.path, 'fleet')
  await mkdir(fleet)
  const spares = zones.map((zone) => ({ ...surplusPlace(zone, 1), spare: true }))
  const units = [...places, ...spares].map((place, at) => ({ ...place, port: ports[at] }))
  await writeFile(join(fleet, 'fleet.json'), JSON.stringify(units))
  const env = { FLEET_DIRECTORY: fleet, WATCHED_PID: String(process.pid) }
  const spec = {
    command: [process.execPath, how === undefined ? GOOD : BROKEN] as const,
    env: how === undefined ? env : { ...env, GOOD, BREAK: how },
    timeout: 60_000 as Milliseconds,
  }
  // Slow to start where it is to be seen how many start at once.
  const first = how === 'max-out' ? 'await new Promise((go) => setTimeout(go, 3_000))' : ''
  const state = join(directory.path, 'state')
  return {
    target: new ExecTarget(spec, state),
    releases: [
      await makeArtifact(directory.path, 1, { last: DIES_WITH_ITS_BED }),
      await makeArtifact(directory.path, 2, { first, last: DIES_WITH_ITS_BED }),
    ] as const,
    beginApply: driverApply(spec, state),
    firstToken: 10,
    clock: systemClock,
    patience: 4_000,
    async [Symbol.asyncDispose]() {
      for (const file of readdirSync(fleet).filter((name) => name.endsWith('.pid')))
        killNow(Number(readFileSync(join(fleet, file), 'utf8')))
      await directory[Symbol.asyncDispose]()
    },
  }
}

const failed = (results: readonly CheckResult[]) => results.filter((one) => one.kind === 'failed')

describe('a driver of the user’s own', () => {
  it('as the example shows it passes the conformance suite', async () => {
    await using bed = await makeBed(undefined, { ...REGIONS, 'us-1': { a: 1 } })
    const results = await checkTarget({ ...bed, patience: 15_000 })
    expect(failed(results)).toEqual([])
    expect(results.filter((one) => one.kind === 'skipped').map((one) => one.name)).toEqual([
      'traffic',
    ])
  }, 240_000)

  it.each([
    'version',
    'idempotence',
    'max-out',
    'fencing',
    'unknown-unit',
    'drain',
    'surge',
    'shift',
    'cancel',
    'kill',
  ])(
    'that errs in %s fails that check, and is told what was seen',
    async (name) => {
      await using bed = await makeBed(name)
      const [result, ...more] = await checkTarget(bed, { only: [name] })
      expect(more).toEqual([])
      expect(result).toMatchObject({ name, kind: 'failed' })
    },
    120_000,
  )

  it('that can neither add units nor shift a zone says so, and is never asked', async () => {
    await using bed = await makeBed('unable')
    expect(await bed.target.topology()).toMatchObject({ surge: 0, shifts: false })
    const results = await checkTarget(bed, { only: ['surge', 'shift'] })
    expect(failed(results)).toEqual([])
  }, 120_000)

  it('that fails is shown with the end of its stderr', async () => {
    await using bed = await makeBed('exit')
    await expect(bed.target.topology()).rejects.toThrow(
      'ended with exit code 4; it said:\ncannot reach the cloud',
    )
  })

  it('that says what the schema does not know is not understood', async () => {
    await using bed = await makeBed('garbage')
    await expect(bed.target.observe()).rejects.toThrow(/not understood: observation.extra/)
  })

  it('is never asked about an artifact whose bytes were not proven', async () => {
    await using bed = await makeBed('exit')
    const [stage] = stagesOf(REGIONS)
    if (stage === undefined) throw new Error('a bed without zones')
    const { release } = bed.releases[0]
    expect(await bed.target.apply(stage, release, hand(1))).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('is missing or its bytes have changed'),
    })
  })

  it('tells its progress and its words on stderr while it works', async () => {
    await using bed = await makeBed()
    const [first] = bed.releases
    await bed.target.stage(first.artifact, heldBy(1))
    const notes: string[] = []
    for (const stage of stagesOf(REGIONS))
      await bed.target.apply(stage, first.release, {
        ...hand(1),
        onProgress: ({ unit, note }) => notes.push(`${unit}: ${note}`),
      })
    expect(notes).toContain('eu-1/b/2: replacing')
    const { units } = await bed.target.observe({ region: 'eu-1', zone: 'a' })
    expect(units).toEqual([
      { id: 'eu-1/a/1', region: 'eu-1', zone: 'a', version: build(1), health: 'healthy' },
    ])
  })
})
