import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
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
} from '@bulkhead/rollout'
import type { Digest } from '@bulkhead/vocabulary'
import { runProcess } from '@bulkhead/world'
import { ArtifactStore } from '../fleet/artifact-store.ts'
import { isWithin, sumTraffic } from '../placed-traffic.ts'
import { staleToken } from '../refusals.ts'
import { TokenDirectory } from '../token-directory.ts'
import { TrafficContinuity } from '../traffic-continuity.ts'
import { wireBatch, wireShift, wireStage, wireSurge } from '../wire.ts'
import type { ExecSpec } from './exec-spec.ts'
import { PROTOCOL } from './protocol.ts'
import { type DriverWorld, askDriver } from './run-driver.ts'

const protocol = PROTOCOL

/**
 * An engine of the user's own, through a driver that is run for every question. The artifact's bytes
 * are kept and proven here; the fence is the driver's, since only the engine can refuse. Every call
 * throws a WorldError `rollout/target-failed` when the driver fails or is not understood.
 */
export class ExecTarget implements Target {
  readonly #spec: ExecSpec
  readonly #world: DriverWorld
  readonly #artifacts: ArtifactStore
  /** Refuses nothing but an old holder's artifacts: of those the driver never hears. */
  readonly #record: TokenDirectory
  readonly #traffic = new TrafficContinuity()

  /** @param directory state directory: staged artifacts; also where the driver is run. */
  constructor(spec: ExecSpec, directory: string, run: DriverWorld['run'] = runProcess) {
    this.#spec = spec
    this.#world = { run, directory }
    this.#artifacts = new ArtifactStore(join(directory, 'artifacts'))
    this.#record = new TokenDirectory(join(directory, 'tokens'))
  }

  async topology(): Promise<Topology> {
    await this.#open()
    const asked = { protocol, command: 'topology' } as const
    const { topology } = await askDriver(this.#spec, this.#world, asked)
    return { ...topology, surge: topology.surge ?? 0, shifts: topology.shifts ?? false }
  }

  async observe(scope: Scope = {}): Promise<Observation> {
    const asked = { protocol, command: 'observe', scope: { ...scope } } as const
    await this.#open()
    const { observation } = await askDriver(this.#spec, this.#world, asked)
    const traffic = this.#traffic.continue(observation.countedSince, observation.traffic)
    return {
      units: observation.units.filter((unit) => isWithin(unit, scope)),
      traffic: sumTraffic(traffic, scope),
      shifted: (observation.shifted ?? []).filter((zone) => isWithin(zone, scope)),
    }
  }

  async apply(stage: Stage, release: ShippedRelease, hand: Hand): Promise<StageOutcome> {
    await this.#begin(stage, hand)
    const offered = await this.#offer(release)
    if (offered === undefined) return unproven(release)
    const { token } = hand
    const asked = {
      protocol,
      command: 'apply',
      stage: wireStage(stage),
      release: offered,
      token,
    } as const
    return (await askDriver(this.#spec, this.#world, asked, hand)).outcome
  }

  async drain(batch: Batch, hand: Hand): Promise<StageOutcome> {
    await this.#begin(batch, hand)
    const { token } = hand
    const asked = { protocol, command: 'drain', batch: wireBatch(batch), token } as const
    return (await askDriver(this.#spec, this.#world, asked, hand)).outcome
  }

  async restore(batch: Batch, hand: Hand): Promise<StageOutcome> {
    await this.#begin(batch, hand)
    const { token } = hand
    const asked = { protocol, command: 'restore', batch: wireBatch(batch), token } as const
    return (await askDriver(this.#spec, this.#world, asked, hand)).outcome
  }

  async surge(order: SurgeOrder, release: ShippedRelease, hand: Hand): Promise<StageOutcome> {
    const { surge } = await this.topology()
    if (order.extra > surge || surge === 0)
      return { kind: 'refused', reason: `the driver adds at most ${surge} units to a zone` }
    await this.#begin(order, hand)
    const offered = await this.#offer(release)
    if (offered === undefined) return unproven(release)
    const asked = {
      protocol,
      command: 'surge',
      order: wireSurge(order),
      release: offered,
      token: hand.token,
    } as const
    return (await askDriver(this.#spec, this.#world, asked, hand)).outcome
  }

  async shift(order: ShiftOrder, hand: Hand): Promise<StageOutcome> {
    if (!(await this.topology()).shifts)
      return { kind: 'refused', reason: 'the driver cannot shift the traffic of a zone' }
    await this.#begin(order, hand)
    const { token } = hand
    const asked = { protocol, command: 'shift', order: wireShift(order), token } as const
    return (await askDriver(this.#spec, this.#world, asked, hand)).outcome
  }

  async stage(artifact: OfferedArtifact, holder: LeaseHolder): Promise<void> {
    await this.#open()
    if (!(await this.#record.admit(holder)))
      throw staleToken(holder, await this.#record.read(holder.region))
    await this.#artifacts.stage(artifact.path, artifact.digest)
  }

  async holds(artifact: Digest): Promise<boolean> {
    return (await this.#artifacts.prove(artifact)) !== undefined
  }

  /** A release with the path of its proven artifact; undefined when it is not held byte for byte. */
  async #offer({ commit, artifact }: ShippedRelease) {
    const path = await this.#artifacts.prove(artifact)
    return path === undefined ? undefined : { commit, artifact, path }
  }

  async #begin({ region }: Place, { signal, token }: Hand): Promise<void> {
    signal.throwIfAborted()
    await this.#open()
    await this.#record.admit({ region, token })
  }

  async #open(): Promise<void> {
    await mkdir(join(this.#world.directory, 'artifacts'), { recursive: true, mode: 0o700 })
  }
}

const unproven = ({ artifact }: ShippedRelease): StageOutcome => ({
  kind: 'failed',
  unit: null,
  reason: `the staged artifact ${artifact} is missing or its bytes have changed`,
})
