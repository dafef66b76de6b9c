import { randomBytes } from 'node:crypto'
import type { LeaseHolder, Observation, StageOutcome, UnitId } from '@bulkhead/rollout'
import type { Digest } from '@bulkhead/vocabulary'
import type { SupervisorState } from '../fleet-status.ts'
import type { ProxyAddress } from '../proxy/fleet-proxy.ts'
import type { PlacedCount } from '../placed-traffic.ts'
import type { Traffic } from '../proxy/traffic.ts'
import { staleToken } from '../refusals.ts'
import { placesOf } from '../unit-place.ts'
import type { Fence } from './fence.ts'
import type { FleetContext } from './fleet-context.ts'
import type { Look } from './sampler.ts'
import {
  type BatchRequest,
  type FencedUnits,
  type Order,
  type StageRequest,
  applyStage,
  drainUnits,
  restoreUnits,
} from './stage-change.ts'
import { type ShiftRequest, shiftZone } from './zone-shift.ts'
import { type SurgeRequest, surgeZone } from './zone-surge.ts'
import { SerialQueue } from '../serial-queue.ts'
import { Unit } from './unit.ts'

/** Units, and where the traffic was taken away. */
type Observed = Pick<Observation, 'units'> & Required<Pick<Observation, 'shifted'>>

/** The units of one environment and everything that is done to them. */
export class Fleet {
  readonly #context: FleetContext
  readonly #fence: Fence
  readonly #traffic: Traffic
  readonly #units: Map<UnitId, Unit>
  /** One surge at a time: what a killed process asked for may still be under way. */
  readonly #surges = new SerialQueue()
  readonly start = randomBytes(8).toString('hex')
  #drainVictims = 0

  constructor(context: FleetContext, fence: Fence, traffic: Traffic) {
    this.#context = context
    this.#fence = fence
    this.#traffic = traffic
    const own = placesOf(context.spec.regions).map((place) => new Unit(context, place))
    const beyond = context.surplus.places.map((place) => new Unit(context, place, true))
    this.#units = new Map([...own, ...beyond].map((unit) => [unit.place.id, unit]))
  }

  /** Starts what each unit served last. Returns at once; health shows how it goes. */
  resume(): void {
    for (const unit of this.#units.values()) {
      const release = this.#context.releases.get(unit.place.id)
      if (release === undefined) continue
      void unit.exclusively(async () => {
        if ((await unit.occupy(release)) === undefined) unit.keep()
      })
    }
  }

  /** Number of units. */
  get size(): number {
    return this.#units.size
  }

  observe(): Observed & Pick<Observation, 'traffic'> {
    return { ...this.#observed(), traffic: this.#traffic.counts() }
  }

  /** Traffic by zone, for a look at a part of the fleet. */
  observePlaced(): Observed & { readonly traffic: readonly PlacedCount[] } {
    return { ...this.#observed(), traffic: this.#traffic.placed() }
  }

  #observed(): Observed {
    const units = [...this.#units.values()].map((unit) => unit.observe())
    return { units, shifted: this.#context.shifts.zones }
  }

  look(): Look {
    const { unserved } = this.#traffic
    return { ...this.observe(), inFlight: this.#context.rotation.inFlight, unserved }
  }

  state(address: ProxyAddress): SupervisorState {
    return {
      pid: process.pid,
      start: this.start,
      address,
      newestTokens: this.#fence.all,
      units: [...this.#units.values()].map((unit) => ({
        ...unit.observe(),
        pid: unit.occupant?.alive ? unit.occupant.pid : null,
        inFlight: unit.occupant?.member.inFlight ?? 0,
        restarts: unit.restarts,
        reason: unit.reason,
      })),
      traffic: this.#traffic.counts(),
      shifted: this.#context.shifts.zones,
      surge: this.#context.spec.surge,
      unserved: this.#traffic.unserved,
      drainVictims: this.#drainVictims,
    }
  }

  /** @throws WorldError when the token is old, or the bytes are not those promised. */
  async stage(path: string, digest: Digest, holder: LeaseHolder): Promise<void> {
    if (!(await this.#fence.admit(holder)))
      throw staleToken(holder, this.#fence.newest(holder.region))
    await this.#context.artifacts.stage(path, digest)
  }

  async holds(digest: Digest): Promise<boolean> {
    return (await this.#context.artifacts.prove(digest)) !== undefined
  }

  apply(request: StageRequest): Promise<StageOutcome> {
    return this.#change(applyStage, request)
  }

  drain(request: BatchRequest): Promise<StageOutcome> {
    return this.#change(drainUnits, request)
  }

  restore(request: BatchRequest): Promise<StageOutcome> {
    return this.#change(restoreUnits, request)
  }

  shift(request: ShiftRequest): Promise<StageOutcome> {
    return this.#change(shiftZone, request)
  }

  /** Brings a zone to so many units beyond its own. */
  surge(request: SurgeRequest): Promise<StageOutcome> {
    return this.#surges.run(() => this.#change(surgeZone, request))
  }

  async #change<Request extends Order>(
    act: (
      fleet: FencedUnits & { readonly units: Map<UnitId, Unit> },
      request: Request,
    ) => Promise<StageOutcome>,
    request: Request,
  ): Promise<StageOutcome> {
    const fleet = { context: this.#context, record: this.#fence, units: this.#units }
    const signal = AbortSignal.any([request.signal, this.#context.closing])
    const outcome = await act(fleet, { ...request, signal })
    if ('victims' in outcome) this.#drainVictims += outcome.victims ?? 0
    return outcome
  }

  /** Stops every unit, whatever is being done to it. */
  async stop(): Promise<void> {
    const units = [...this.#units.values()]
    for (const unit of units) unit.letGo()
    await Promise.all(units.map(async (unit) => await unit.occupant?.stop()))
    await Promise.all(units.map((unit) => unit.exclusively(() => unit.vacate('the fleet stopped'))))
  }

  /** At once, for the last moment of the supervisor. */
  killNow(): void {
    for (const unit of this.#units.values()) unit.killNow()
  }
}
