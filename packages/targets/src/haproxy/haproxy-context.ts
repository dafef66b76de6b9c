import type { Place, UnitPlace } from '@bulkhead/rollout'
import type { Clock, RunProcess } from '@bulkhead/world'
import type { ArtifactStore } from '../fleet/artifact-store.ts'
import type { DrainRecord } from '../fleet/drain-record.ts'
import type { ShiftRecord } from '../fleet/shift-record.ts'
import type { SurplusRecord } from '../fleet/surplus-record.ts'
import { type Probe, probeHealth } from '../fleet/health-probe.ts'
import { SerialQueue } from '../serial-queue.ts'
import type { TokenRecord } from '../unit-changes.ts'
import type { HaproxySpec } from './haproxy-spec.ts'
import type { Proxies } from './proxies.ts'
import type { ServerTraffic } from './server-traffic.ts'
import type { ServerView } from './server-view.ts'

const LEAST_PROBE_TIMEOUT_MS = 2_000

/** What the changes of one fleet behind HAProxy share. */
export interface HaproxyContext {
  readonly spec: HaproxySpec
  readonly clock: Clock
  readonly run: RunProcess
  readonly artifacts: ArtifactStore
  readonly drained: DrainRecord
  readonly shifts: ShiftRecord
  /** Slots that were filled, or begun to be. */
  readonly surplus: SurplusRecord
  readonly record: TokenRecord
  readonly traffic: ServerTraffic
  /** Working directory of the commands. */
  readonly directory: string
}

/** A unit: a place, and the server that stands for it in each proxy of its region. */
export class ProxiedUnit {
  readonly place: UnitPlace
  /** Its number within the zone, from 1. */
  readonly number: number
  readonly server: string
  readonly proxies: Proxies
  readonly #queue = new SerialQueue()

  constructor(place: UnitPlace, number: number, server: string, proxies: Proxies) {
    this.place = place
    this.number = number
    this.server = server
    this.proxies = proxies
  }

  /** Runs one change of this unit after those before it. */
  exclusively<Value>(change: () => Promise<Value>): Promise<Value> {
    return this.#queue.run(change)
  }
}

/** Asks the unit itself, at the address that the proxies send requests to. Never throws. */
export function probeUnit(
  { spec }: HaproxyContext,
  { address, port }: Pick<ServerView, 'address' | 'port'>,
): Promise<Probe> {
  return probeHealth({
    host: address,
    port,
    path: spec.health.path,
    buildField: spec.health.buildField,
    timeoutMs: Math.max(spec.health.interval, LEAST_PROBE_TIMEOUT_MS),
    signal: new AbortController().signal,
  })
}

/** Name of the server that stands for a unit. */
export const serverName = (template: string, { region, zone }: Place, number: number): string =>
  template
    .replaceAll('{region}', region)
    .replaceAll('{zone}', zone)
    .replaceAll('{number}', String(number))

/** Whether a unit stands in a spare slot: it was put there, it serves, or it answers. */
export async function isOccupied(
  context: HaproxyContext,
  { place }: ProxiedUnit,
  views: readonly ServerView[],
): Promise<boolean> {
  if (context.surplus.places.some(({ id }) => id === place.id)) return true
  if (views.some((view) => !view.withheld)) return true
  const [view] = views
  return view !== undefined && (await probeUnit(context, view)).kind === 'ok'
}
