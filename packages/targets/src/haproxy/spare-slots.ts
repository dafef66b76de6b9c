import type { Place, UnitId } from '@bulkhead/rollout'
import { surplusPlace } from '../unit-place.ts'
import { ProxiedUnit, serverName } from './haproxy-context.ts'
import type { HaproxySpec } from './haproxy-spec.ts'
import type { Proxies, Views } from './proxies.ts'

/** More spare servers of a zone than this are not looked for. */
const MOST_SLOTS = 1_000

/**
 * Servers that the configuration of the proxies holds ready, and out of traffic, for units beyond a
 * zone's own: which there are, only the proxies know. Each stands for the same unit as long as we live.
 */
export class SpareSlots {
  readonly #spec: HaproxySpec
  readonly #units = new Map<UnitId, ProxiedUnit>()

  constructor(spec: HaproxySpec) {
    this.#spec = spec
  }

  /** Every zone of the fleet. */
  get zones(): readonly Place[] {
    return Object.entries(this.#spec.regions).flatMap(([region, zones]) =>
      Object.keys(zones).map((zone) => ({ region, zone })),
    )
  }

  /** The slots of a zone, by number from 1 without a gap. @param views of the proxies of its region */
  of(place: Place, proxies: Proxies, views: Views): readonly ProxiedUnit[] {
    const { spare } = this.#spec
    if (spare === undefined) return []
    const slots: ProxiedUnit[] = []
    for (let number = 1; number <= MOST_SLOTS; number += 1) {
      const server = serverName(spare.server, place, number)
      if (!views.has(server)) break
      slots.push(this.#unit(place, number, { server, proxies }))
    }
    return slots
  }

  #unit(
    place: Place,
    number: number,
    { server, proxies }: { readonly server: string; readonly proxies: Proxies },
  ): ProxiedUnit {
    const at = surplusPlace(place, number)
    const unit = this.#units.get(at.id) ?? new ProxiedUnit(at, number, server, proxies)
    this.#units.set(at.id, unit)
    return unit
  }
}
