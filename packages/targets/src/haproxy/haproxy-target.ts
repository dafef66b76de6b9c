import type {
  Batch,
  Hand,
  LeaseHolder,
  Observation,
  OfferedArtifact,
  Place,
  Scope,
  ShiftOrder,
  ShippedRelease,
  Stage,
  StageOutcome,
  SurgeOrder,
  Target,
  Topology,
  UnitId,
} from '@bulkhead/rollout'
import type { Digest } from '@bulkhead/vocabulary'
import { isWithin, sumTraffic } from '../placed-traffic.ts'
import { staleToken } from '../refusals.ts'
import { type UnitResult, changeUnits } from '../unit-changes.ts'
import type { HaproxyContext, ProxiedUnit } from './haproxy-context.ts'
import { ProxiedFleet } from './proxied-fleet.ts'
import { drainUnit, withhold } from './unit-drain.ts'
import { replaceUnit } from './unit-replacement.ts'
import { returnUnit } from './unit-return.ts'
import { shiftZone } from './zone-shift.ts'
import { surgeZone } from './zone-surge.ts'

/**
 * Units behind one or several HAProxies per region: traffic by the proxies' runtime API, what runs by
 * a command per unit, health and build by the unit itself. Every call throws a WorldError
 * `rollout/target-failed` when a proxy does not answer.
 */
export class HaproxyTarget implements Target {
  readonly #context: HaproxyContext
  readonly #fleet: ProxiedFleet

  /** See {@link openHaproxyTarget}. */
  constructor(context: HaproxyContext, units: ReadonlyMap<UnitId, ProxiedUnit>) {
    this.#context = context
    this.#fleet = new ProxiedFleet(context, units)
  }

  /** @throws WorldError when a proxy lacks the server of a unit. */
  async topology(): Promise<Topology> {
    await this.#fleet.read({})
    const surge = await this.#fleet.leastSlots()
    return { units: this.#fleet.places, selects: 'units', surge, shifts: true }
  }

  async observe(scope: Scope = {}): Promise<Observation> {
    const { traffic, shifts } = this.#context
    const units = await this.#fleet.observe(scope, traffic.begin())
    const shifted = shifts.zones.filter((zone) => isWithin(zone, scope))
    return { units, traffic: sumTraffic(traffic.counts(), scope), shifted }
  }

  async apply(stage: Stage, release: ShippedRelease, hand: Hand): Promise<StageOutcome> {
    return this.#change({ batch: stage, atOnce: stage.maxOut, hand }, (unit, mayAct) =>
      replaceUnit(this.#context, {
        unit,
        release,
        token: hand.token,
        signal: hand.signal,
        mayAct,
        say: sayOf(unit, hand),
      }),
    )
  }

  async drain(batch: Batch, hand: Hand): Promise<StageOutcome> {
    const { drained } = this.#context
    return this.#turn(batch, hand, async (unit) => {
      const wasDrained = drained.has(unit.place.id)
      await drained.add(unit.place.id)
      const drain = await drainUnit(this.#context, unit, hand.signal, sayOf(unit, hand))
      if (drain.kind === 'empty') return { kind: 'serves', victims: drain.victims }
      if (!wasDrained) await this.#restore(unit)
      return { kind: 'failed', reason: 'cancelled; it serves again', victims: 0 }
    })
  }

  async restore(batch: Batch, hand: Hand): Promise<StageOutcome> {
    return this.#turn(batch, hand, async (unit) => {
      const why = await this.#restore(unit)
      if (why !== undefined) return { kind: 'failed', reason: why, victims: 0 }
      return { kind: 'serves', victims: 0 }
    })
  }

  async surge(order: SurgeOrder, release: ShippedRelease, hand: Hand): Promise<StageOutcome> {
    const slots = await this.#fleet.slotsOf(order)
    return surgeZone(this.#context, { order, slots, release, hand }, (some, change) =>
      this.#changeSome(order, some, hand, change),
    )
  }

  /** Kept in the state directory, and put back by every effect where a proxy has lost it. */
  async shift(order: ShiftOrder, hand: Hand): Promise<StageOutcome> {
    const own = this.#fleet.ownWithin({ region: order.region, zone: order.zone })
    if (own.length === 0)
      return {
        kind: 'failed',
        unit: null,
        reason: `there is no zone ${order.region}/${order.zone}`,
      }
    const slots = await this.#fleet.filledSlots({ region: order.region, zone: order.zone })
    return shiftZone(this.#context, { order, hand }, (by, turn) =>
      this.#changeSome(order, [...own, ...slots], by, (unit, mayAct) =>
        unit.exclusively(async () => ((await mayAct()) ? turn(unit) : { kind: 'stale' })),
      ),
    )
  }

  /** Keeps the artifact in the state directory, from where it is proven again before each use. */
  async stage(artifact: OfferedArtifact, holder: LeaseHolder): Promise<void> {
    const { record, artifacts } = this.#context
    if (!(await record.admit(holder))) throw staleToken(holder, await record.read(holder.region))
    await artifacts.stage(artifact.path, artifact.digest)
  }

  async holds(artifact: Digest): Promise<boolean> {
    return (await this.#context.artifacts.prove(artifact)) !== undefined
  }

  async #restore(unit: ProxiedUnit): Promise<string | undefined> {
    await this.#context.drained.delete(unit.place.id)
    return returnUnit(this.#context, unit, 0)
  }

  /** A proxy that was reloaded without its state forgot what was drained by hand, or shifted. */
  async #putDrainsBack(): Promise<void> {
    const { drained, shifts } = this.#context
    const away = [...this.#fleet.own.values()].filter(
      ({ place }) => drained.has(place.id) || shifts.has(place),
    )
    await Promise.all(away.map((unit) => unit.exclusively(() => withhold(unit))))
  }

  #turn(
    batch: Batch,
    hand: Hand,
    turn: (unit: ProxiedUnit) => Promise<UnitResult>,
  ): Promise<StageOutcome> {
    return this.#change({ batch, atOnce: batch.units.length, hand }, (unit, mayAct) =>
      unit.exclusively(async () => ((await mayAct()) ? turn(unit) : { kind: 'stale' })),
    )
  }

  async #change(
    { units = this.#fleet.own, batch, atOnce, hand }: Change,
    change: (unit: ProxiedUnit, mayAct: () => Promise<boolean>) => Promise<UnitResult>,
  ): Promise<StageOutcome> {
    const { token, signal } = hand
    signal.throwIfAborted()
    const { record } = this.#context
    if (await record.admit({ region: batch.region, token })) await this.#putDrainsBack()
    return changeUnits({ units, record, batch, token, signal, atOnce, change })
  }

  /** Changes units of one zone, those beyond its own too, all at once. */
  #changeSome(
    place: Place,
    some: readonly ProxiedUnit[],
    hand: Hand,
    change: (unit: ProxiedUnit, mayAct: () => Promise<boolean>) => Promise<UnitResult>,
  ): Promise<StageOutcome> {
    const { region, zone } = place
    const units = new Map(some.map((unit) => [unit.place.id, unit]))
    const batch = { region, zone, units: [...units.keys()] }
    return this.#change({ units, batch, atOnce: Number.MAX_SAFE_INTEGER, hand }, change)
  }
}

interface Change {
  /** Those that may be named; the zones' own by default. */
  readonly units?: ReadonlyMap<UnitId, ProxiedUnit>
  readonly batch: Batch
  /** Most units that are changed at the same time. */
  readonly atOnce: number
  readonly hand: Hand
}

const sayOf = (unit: ProxiedUnit, hand: Hand) => (note: string) =>
  hand.onProgress?.({ unit: unit.place.id, note })
