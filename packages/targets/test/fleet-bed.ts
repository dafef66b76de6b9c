import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Hand, LeaseHolder, ShippedRelease, Stage, UnitPlace } from '@bulkhead/rollout'
import { temporaryDirectory } from '@bulkhead/testkit'
import { type Milliseconds, commitId, digest, fencingToken } from '@bulkhead/vocabulary'
import { systemClock } from '@bulkhead/world'
import { type Supervisor, startSupervisor } from '../src/fleet/supervisor.ts'
import { type LocalFleetSpec, LocalTarget, placesOf, stopFleet } from '../src/index.ts'
import { unitId } from '../src/trust-boundary.ts'
import { type UnitBehaviour, unitSource } from './fixtures/unit-source.ts'

const ms = (span: number) => span as Milliseconds

export const THREE_ZONES = { 'eu-1': { a: 3, b: 3, c: 3 } }
const ONE_UNIT = { 'eu-1': { a: 1 } }

function fleetSpec(change: Partial<LocalFleetSpec> = {}): LocalFleetSpec {
  return {
    command: [process.execPath, '{artifact}'],
    env: {},
    health: { path: '/health', buildField: 'build', interval: ms(40), deadline: ms(20_000) },
    listen: { host: '127.0.0.1', port: 0 },
    drain: ms(10_000),
    surge: 0,
    regions: ONE_UNIT,
    ...change,
  }
}

export const withDeadline = (deadline: number): Partial<LocalFleetSpec> => ({
  health: { ...fleetSpec().health, deadline: ms(deadline) },
})
export const withDrain = (drain: number): Partial<LocalFleetSpec> => ({ drain: ms(drain) })

/** A commit id that reads like its number in a failing test. */
export const build = (number: number) => commitId(String(number).repeat(40))

export interface Artifact {
  readonly path: string
  readonly digest: ReturnType<typeof digest>
}

/** Writes the artifact of a build. */
export async function makeArtifact(
  directory: string,
  number: number,
  behaviour: UnitBehaviour = {},
): Promise<{ readonly artifact: Artifact; readonly release: ShippedRelease }> {
  const text = unitSource(build(number), behaviour)
  const path = join(directory, `unit-${number}.mjs`)
  await writeFile(path, text)
  const proven = digest(`sha256:${createHash('sha256').update(text).digest('hex')}`)
  return {
    artifact: { path, digest: proven },
    release: { commit: build(number), artifact: proven },
  }
}

export function batchOf(
  spec: Pick<LocalFleetSpec, 'regions'>,
  zone?: string,
  count = Infinity,
): Stage {
  const places = placesOf(spec.regions).filter((place) => zone === undefined || place.zone === zone)
  const first = places[0]
  if (first === undefined) throw new Error('a bed without units')
  const units = places.filter((place) => place.zone === first.zone).map((place) => place.id)
  const chosen = units.slice(0, count)
  return { region: first.region, zone: first.zone, units: chosen, maxOut: chosen.length }
}

/** One stage per zone, with every unit of it at once. */
export const stagesOf = (regions: LocalFleetSpec['regions']): readonly Stage[] =>
  Object.entries(regions).flatMap(([region, zones]) =>
    Object.keys(zones).map((zone) => {
      const units = placesOf(regions)
        .filter((place) => place.region === region && place.zone === zone)
        .map((place) => place.id)
      return { region, zone, units, maxOut: units.length }
    }),
  )

export const batchesOf = (spec: LocalFleetSpec): readonly Stage[] =>
  placesOf(spec.regions).map(({ id, region, zone }) => ({ region, zone, units: [id], maxOut: 1 }))

/** A place of this id in a zone of its own kind. */
export const placeOf = (id: string): UnitPlace => ({ id: unitId(id), region: 'eu-1', zone: 'a' })

export const token = fencingToken
/** Who holds the lease of the bed's one region. */
export const heldBy = (number: number, region = 'eu-1'): LeaseHolder => ({
  region,
  token: token(number),
})
export const never = new AbortController().signal

export const hand = (number: number, signal = never): Hand => ({ token: token(number), signal })

/** A directory and a spec; whatever runs there is ended when the scope is left, however it is left. */
export async function makeYard(change: Partial<LocalFleetSpec> = {}) {
  const directory = await temporaryDirectory('bulkhead-fleet-')
  const state = join(directory.path, 'state')
  const spec = fleetSpec(change)
  const entry = fileURLToPath(new URL('fixtures/supervisor-process.ts', import.meta.url))
  const argv = [process.execPath, entry, JSON.stringify(spec), state] as const
  return {
    path: directory.path,
    state,
    spec,
    argv,
    target: new LocalTarget(state),
    async [Symbol.asyncDispose]() {
      await stopFleet(state)
      await directory[Symbol.asyncDispose]()
    },
  }
}

/** A fleet that is up in this process, with build 1 in every unit unless `empty`. */
export async function makeFleet(change: Partial<LocalFleetSpec> = {}, empty = false) {
  const yard = await makeYard(change)
  const supervisor = await startSupervisor(yard.spec, yard.state)
  const lastMoment = () => supervisor.fleet.killNow()
  process.once('exit', lastMoment)
  const url = `http://127.0.0.1:${supervisor.address.port}`
  const fleet = {
    ...yard,
    supervisor,
    url,
    async ship(number: number, at: number, behaviour: UnitBehaviour = {}) {
      const made = await makeArtifact(yard.path, number, behaviour)
      await yard.target.stage(made.artifact, heldBy(at))
      return made.release
    },
    async [Symbol.asyncDispose]() {
      await supervisor.stop()
      process.off('exit', lastMoment)
      await yard[Symbol.asyncDispose]()
    },
  }
  if (!empty) await fillWithBuild1(fleet)
  return fleet
}

interface Filling {
  readonly spec: LocalFleetSpec
  readonly target: LocalTarget
  readonly supervisor: Supervisor
  ship(number: number, at: number): Promise<ShippedRelease>
}

async function fillWithBuild1(fleet: Filling): Promise<void> {
  const release = await fleet.ship(1, 1)
  const zones = [...new Set(placesOf(fleet.spec.regions).map((place) => place.zone))]
  const outcomes = await Promise.all(
    zones.map((zone) => fleet.target.apply(batchOf(fleet.spec, zone), release, hand(1))),
  )
  const failed = outcomes.find((outcome) => outcome.kind !== 'applied')
  if (failed === undefined) return
  await fleet.supervisor.stop()
  throw new Error(`the bed did not come up: ${JSON.stringify(failed)}`)
}

/** Asks again until the answer is there; fails with the last one after 15 s. */
export async function eventually<Value>(
  ask: () => Promise<Value>,
  holds: (value: Value) => boolean,
): Promise<Value> {
  const start = systemClock.monotonic()
  for (;;) {
    const value = await ask()
    if (holds(value)) return value
    if (systemClock.monotonic() - start > 15_000)
      throw new Error(`it did not come about: ${JSON.stringify(value)}`)
    await systemClock.sleep(20)
  }
}
