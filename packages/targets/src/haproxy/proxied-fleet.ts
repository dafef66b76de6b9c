import type { Place, Scope, UnitId, UnitObservation, UnitPlace } from '@bulkhead/rollout'
import type { Probe } from '../fleet/health-probe.ts'
import { isWithin } from '../placed-traffic.ts'
import { type HaproxyContext, type ProxiedUnit, isOccupied, probeUnit } from './haproxy-context.ts'
import type { Views } from './proxies.ts'
import type { ServerView } from './server-view.ts'
import { SpareSlots } from './spare-slots.ts'

/** A unit with its server in every proxy. */
type Seen = readonly [ProxiedUnit, readonly ServerView[]]

/** The units of a fleet behind HAProxy, those beyond a zone's own too, as proxies and units say it. */
export class ProxiedFleet {
  readonly own: ReadonlyMap<UnitId, ProxiedUnit>
  readonly #context: HaproxyContext
  readonly #slots: SpareSlots

  constructor(context: HaproxyContext, own: ReadonlyMap<UnitId, ProxiedUnit>) {
    this.#context = context
    this.own = own
    this.#slots = new SpareSlots(context.spec)
  }

  get places(): readonly UnitPlace[] {
    return [...this.own.values()].map((unit) => unit.place)
  }

  ownWithin(scope: Scope): readonly ProxiedUnit[] {
    return [...this.own.values()].filter(({ place }) => isWithin(place, scope))
  }

  /** Spare servers that every zone has at least. @throws WorldError when a proxy lacks one */
  async leastSlots(): Promise<number> {
    if (this.#context.spec.spare === undefined) return 0
    const counts = await Promise.all(
      this.#zones({}).map(async (zone) => (await this.slotsOf(zone)).length),
    )
    return Math.min(...counts)
  }

  /** The spare servers of a zone, filled or not. */
  async slotsOf(zone: Place): Promise<readonly ProxiedUnit[]> {
    const [first] = this.ownWithin(zone)
    if (first === undefined || this.#context.spec.spare === undefined) return []
    return this.#slots.of(zone, first.proxies, await first.proxies.read())
  }

  /** Spare servers of a part of the fleet behind which a unit stands. */
  async filledSlots(scope: Scope): Promise<readonly ProxiedUnit[]> {
    const all = await Promise.all(this.#zones(scope).map((zone) => this.slotsOf(zone)))
    const checked = await Promise.all(
      all.flat().map(async (slot) => {
        const views = await slot.proxies.viewsOf(slot.server)
        return (await isOccupied(this.#context, slot, views)) ? slot : []
      }),
    )
    return checked.flat()
  }

  /** Everything of a part of the fleet. @param begun as of the traffic's look */
  async observe(scope: Scope, begun: number): Promise<readonly UnitObservation[]> {
    const seen = await this.read(scope)
    const slots = await this.filledSlots(scope)
    return Promise.all([
      ...seen.map((one) => this.#observeUnit(one, begun)),
      ...slots.map(async (slot): Promise<UnitObservation> => {
        const views = await slot.proxies.viewsOf(slot.server)
        return { ...(await this.#observeUnit([slot, views], begun)), surplus: true }
      }),
    ])
  }

  /** @throws WorldError when a proxy lacks the server of a unit */
  async read(scope: Scope): Promise<readonly Seen[]> {
    const units = this.ownWithin(scope)
    const regions = new Set(units.map((unit) => unit.proxies))
    const views = new Map<ProxiedUnit['proxies'], Views>(
      await Promise.all([...regions].map(async (one) => [one, await one.read()] as const)),
    )
    return Promise.all(
      units.map(async (unit) => {
        const seen = views.get(unit.proxies)?.get(unit.server)
        return [unit, seen ?? (await unit.proxies.viewsOf(unit.server))] as const
      }),
    )
  }

  async #observeUnit([{ place }, views]: Seen, begun: number): Promise<UnitObservation> {
    const [first] = views
    const probe = first
      ? await probeUnit(this.#context, first)
      : ({ kind: 'failed', reason: 'no proxy has it' } as const)
    const version = probe.kind === 'ok' ? probe.version : null
    this.#context.traffic.look(begun, { place, version, views })
    return { ...place, version, health: this.#healthOf(place, probe, views) }
  }

  /** Healthy only by the unit's own word and in traffic everywhere, unless its zone as a whole is not. */
  #healthOf(
    place: UnitPlace,
    probe: Probe,
    views: readonly ServerView[],
  ): UnitObservation['health'] {
    if (probe.kind === 'failed') return 'unhealthy'
    const { shifts, drained } = this.#context
    const isAway = shifts.has(place) && !drained.has(place.id)
    if (views.some((view) => view.withheld)) return isAway ? 'healthy' : 'draining'
    return views.every((view) => view.up) ? 'healthy' : 'unhealthy'
  }

  #zones(scope: Scope): readonly Place[] {
    return this.#slots.zones.filter((zone) => isWithin(zone, scope))
  }
}
