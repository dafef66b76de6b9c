import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
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
} from '@bulkhead/rollout'
import type { Digest } from '@bulkhead/vocabulary'
import { runProcess } from '@bulkhead/world'
import { ArtifactStore } from '../fleet/artifact-store.ts'
import { isWithin, sumTraffic } from '../placed-traffic.ts'
import { staleToken } from '../refusals.ts'
import { TokenDirectory } from '../token-directory.ts'
import { TrafficContinuity } from '../traffic-continuity.ts'
import { wireBatch, wireStage } from '../wire.ts'
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
    return { ...topology, surge: 0 }
  }

  async observe(scope: Scope = {}): Promise<Observation> {
    const asked = { protocol, command: 'observe', scope: { ...scope } } as const
    await this.#open()
    const { observation } = await askDriver(this.#spec, this.#world, asked)
    const traffic = this.#traffic.continue(observation.countedSince, observation.traffic)
    return {
      units: observation.units.filter((unit) => isWithin(unit, scope)),
      traffic: sumTraffic(traffic, scope),
    }
  }

  async apply(stage: Stage, release: ShippedRelease, hand: Hand): Promise<StageOutcome> {
    await this.#begin(stage, hand)
    const path = await this.#artifacts.prove(release.artifact)
    if (path === undefined) {
      const reason = `the staged artifact ${release.artifact} is missing or its bytes have changed`
      return { kind: 'failed', unit: null, reason }
    }
    const { token } = hand
    const { commit, artifact } = release
    const asked = {
      protocol,
      command: 'apply',
      stage: wireStage(stage),
      release: { commit, artifact, path },
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

  async stage(artifact: OfferedArtifact, holder: LeaseHolder): Promise<void> {
    await this.#open()
    if (!(await this.#record.admit(holder)))
      throw staleToken(holder, await this.#record.read(holder.region))
    await this.#artifacts.stage(artifact.path, artifact.digest)
  }

  async holds(artifact: Digest): Promise<boolean> {
    return (await this.#artifacts.prove(artifact)) !== undefined
  }

  async #begin({ region }: Batch, { signal, token }: Hand): Promise<void> {
    signal.throwIfAborted()
    await this.#open()
    await this.#record.admit({ region, token })
  }

  async #open(): Promise<void> {
    await mkdir(join(this.#world.directory, 'artifacts'), { recursive: true, mode: 0o700 })
  }
}
