import type {
  Batch,
  Hand,
  LeaseHolder,
  Observation,
  OfferedArtifact,
  Scope,
  ShippedRelease,
  Stage,
  StageOutcome,
  Target,
  Topology,
  UnitId,
  UnitObservation,
} from '@bulkhead/rollout'
import type { Digest } from '@bulkhead/vocabulary'
import type { Probe } from '../fleet/health-probe.ts'
import { isWithin, sumTraffic } from '../placed-traffic.ts'
import { staleToken } from '../refusals.ts'
import { type UnitResult, changeUnits } from '../unit-changes.ts'
import { type HaproxyContext, type ProxiedUnit, probeUnit } from './haproxy-context.ts'
import type { Views } from './proxies.ts'
import type { ServerView } from './server-view.ts'
import { drainUnit, withhold } from './unit-drain.ts'
import { replaceUnit } from './unit-replacement.ts'
import { returnUnit } from './unit-return.ts'

/**
 * Units behind one or several HAProxies per region: traffic by the proxies' runtime API, what runs by
 * a command per unit, health and build by the unit itself. Every call throws a WorldError
 * `rollout/target-failed` when a proxy does not answer.
 */
export class HaproxyTarget implements Target {
  readonly #context: HaproxyContext
  readonly #units: ReadonlyMap<UnitId, ProxiedUnit>

  /** See {@link openHaproxyTarget}. */
  constructor(context: HaproxyContext, units: ReadonlyMap<UnitId, ProxiedUnit>) {
    this.#context = context
    this.#units = units
  }

  /** @throws WorldError when a proxy lacks the server of a unit. */
  async topology(): Promise<Topology> {
    await this.#read({})
    const units = [...this.#units.values()].map((unit) => unit.place)
    return { units, selects: 'units', surge: 0 }
  }

  async observe(scope: Scope = {}): Promise<Observation> {
    const begun = this.#context.traffic.begin()
    const seen = await this.#read(scope)
    const units = await Promise.all(
      seen.map(([unit, views]) => this.#observeUnit(begun, unit, views)),
    )
    return { units, traffic: sumTraffic(this.#context.traffic.counts(), scope) }
  }

  async apply(stage: Stage, release: ShippedRelease, hand: Hand): Promise<StageOutcome> {
    return this.#change(stage, stage.maxOut, hand, (unit, mayAct) =>
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

  /** A proxy that was reloaded without its state forgot what was drained by hand. */
  async #putDrainsBack(): Promise<void> {
    const drained = [...this.#units.values()].filter(({ place }) =>
      this.#context.drained.has(place.id),
    )
    await Promise.all(drained.map((unit) => unit.exclusively(() => withhold(unit))))
  }

  #turn(
    batch: Batch,
    hand: Hand,
    turn: (unit: ProxiedUnit) => Promise<UnitResult>,
  ): Promise<StageOutcome> {
    return this.#change(batch, batch.units.length, hand, (unit, mayAct) =>
      unit.exclusively(async () => ((await mayAct()) ? turn(unit) : { kind: 'stale' })),
    )
  }

  async #change(
    batch: Batch,
    atOnce: number,
    { token, signal }: Hand,
    change: (unit: ProxiedUnit, mayAct: () => Promise<boolean>) => Promise<UnitResult>,
  ): Promise<StageOutcome> {
    signal.throwIfAborted()
    const units = this.#units
    const { record } = this.#context
    if (await record.admit({ region: batch.region, token })) await this.#putDrainsBack()
    return changeUnits({ units, record, batch, token, signal, atOnce, change })
  }

  /** The units of a part of the fleet, each with its server in every proxy. */
  async #read(scope: Scope): Promise<readonly (readonly [ProxiedUnit, readonly ServerView[]])[]> {
    const units = [...this.#units.values()].filter(({ place }) => isWithin(place, scope))
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

  async #observeUnit(
    begun: number,
    { place }: ProxiedUnit,
    views: readonly ServerView[],
  ): Promise<UnitObservation> {
    const [first] = views
    const probe = first
      ? await probeUnit(this.#context, first)
      : ({ kind: 'failed', reason: 'no proxy has it' } as const)
    const version = probe.kind === 'ok' ? probe.version : null
    this.#context.traffic.look(begun, { place, version, views })
    return { ...place, version, health: healthOf(probe, views) }
  }
}

const sayOf = (unit: ProxiedUnit, hand: Hand) => (note: string) =>
  hand.onProgress?.({ unit: unit.place.id, note })

/** Healthy only by the unit's own word and in traffic everywhere. */
function healthOf(probe: Probe, views: readonly ServerView[]): UnitObservation['health'] {
  if (probe.kind === 'failed') return 'unhealthy'
  if (views.some((view) => view.withheld)) return 'draining'
  return views.every((view) => view.up) ? 'healthy' : 'unhealthy'
}
