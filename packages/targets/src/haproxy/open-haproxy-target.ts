import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { UnitId } from '@bulkhead/rollout'
import { type Clock, type RunProcess, runProcess, systemClock } from '@bulkhead/world'
import { ArtifactStore } from '../fleet/artifact-store.ts'
import { DrainRecord } from '../fleet/drain-record.ts'
import { ShiftRecord } from '../fleet/shift-record.ts'
import { SurplusRecord } from '../fleet/surplus-record.ts'
import { sameServer } from '../refusals.ts'
import { TokenDirectory } from '../token-directory.ts'
import { placesOf } from '../unit-place.ts'
import { type HaproxyContext, ProxiedUnit, serverName } from './haproxy-context.ts'
import type { HaproxySpec } from './haproxy-spec.ts'
import { HaproxyTarget } from './haproxy-target.ts'
import { Proxies } from './proxies.ts'
import { RuntimeApi } from './runtime-api.ts'
import { ServerTraffic } from './server-traffic.ts'
import { TokenCommand } from './token-command.ts'

/** The world outside, real by default. */
export interface HaproxyWorld {
  readonly clock?: Clock
  readonly run?: RunProcess
}

/**
 * @param directory state directory: staged artifacts, the newest token unless `fence` keeps it, and
 *   which units were drained, shifted or added.
 * @throws WorldError when one of our own records cannot be read.
 */
export async function openHaproxyTarget(
  spec: HaproxySpec,
  directory: string,
  { clock = systemClock, run = runProcess }: HaproxyWorld = {},
): Promise<HaproxyTarget> {
  const artifacts = join(directory, 'artifacts')
  await mkdir(artifacts, { recursive: true, mode: 0o700 })
  const context: HaproxyContext = {
    spec,
    clock,
    run,
    directory,
    artifacts: new ArtifactStore(artifacts),
    drained: await DrainRecord.open(join(directory, 'drained.json')),
    shifts: await ShiftRecord.open(join(directory, 'shifted.json')),
    surplus: await SurplusRecord.open(join(directory, 'surplus.json')),
    record:
      spec.fence === undefined
        ? new TokenDirectory(join(directory, 'tokens'))
        : new TokenCommand(spec.fence, { ...spec, run, directory }),
    traffic: new ServerTraffic(),
  }
  return new HaproxyTarget(context, unitsOf(spec, clock))
}

function unitsOf(spec: HaproxySpec, clock: Clock): ReadonlyMap<UnitId, ProxiedUnit> {
  const proxies = new Map(
    Object.entries(spec.proxies).map(([region, addresses]) => {
      const apis = addresses.map((address) => new RuntimeApi(address))
      return [region, new Proxies(apis, spec.backend, clock)]
    }),
  )
  const taken = new Set<string>()
  return new Map(
    placesOf(spec.regions).flatMap((place) => {
      const inFront = proxies.get(place.region)
      const number = Number(place.id.split('/').at(-1))
      if (inFront === undefined) throw new TypeError(`no proxies are named for ${place.region}`)
      const server = serverName(spec.server, place, number)
      if (taken.has(`${place.region} ${server}`)) throw sameServer(place.id, server)
      taken.add(`${place.region} ${server}`)
      return [[place.id, new ProxiedUnit(place, number, server, inFront)] as const]
    }),
  )
}
