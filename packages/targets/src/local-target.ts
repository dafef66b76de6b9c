import { resolve } from 'node:path'
import type {
  Batch,
  Hand,
  LeaseHolder,
  Observation,
  OfferedArtifact,
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
import { ask } from './control/control-client.ts'
import type { LocalFleetSample } from './local-fleet-sample.ts'
import { type StateDirectory, stateDirectory } from './fleet/state-directory.ts'
import { isWithin, sumTraffic } from './placed-traffic.ts'
import { TrafficContinuity } from './traffic-continuity.ts'
import { wireBatch, wireShift, wireStage, wireSurge } from './wire.ts'

/**
 * The local fleet as a rollout sees it, through the supervisor's control socket. Every call throws
 * a WorldError `rollout/target-failed` when the supervisor does not answer.
 */
export class LocalTarget implements Target {
  readonly #state: StateDirectory
  readonly #traffic = new TrafficContinuity()

  /** @param directory the state directory of the fleet. */
  constructor(directory: string) {
    this.#state = stateDirectory(directory)
  }

  async topology(): Promise<Topology> {
    const { units, surge } = await ask(this.#state, { op: 'state' })
    const own = units.filter((unit) => unit.surplus !== true)
    return {
      units: own.map(({ id, region, zone }) => ({ id, region, zone })),
      selects: 'units',
      surge,
      shifts: true,
    }
  }

  /** Counts never go back while this object lives, even if the supervisor is started anew. */
  async observe(scope: Scope = {}): Promise<Observation> {
    const { start, observation } = await ask(this.#state, { op: 'observe' })
    const traffic = this.#traffic.continue(start, observation.traffic)
    return {
      units: observation.units.filter((unit) => isWithin(unit, scope)),
      traffic: sumTraffic(traffic, scope),
      shifted: observation.shifted.filter((zone) => isWithin(zone, scope)),
    }
  }

  /**
   * An abort gives units that still drain back to their old release, lets the others come up, and
   * resolves with what was reached. @throws the signal's reason when it was aborted beforehand.
   */
  async apply(stage: Stage, release: ShippedRelease, hand: Hand): Promise<StageOutcome> {
    hand.signal.throwIfAborted()
    const { token } = hand
    return await ask(this.#state, { op: 'apply', stage: wireStage(stage), release, token }, hand)
  }

  /** Kept over restarts of processes and supervisor. Cancelled like {@link apply}. */
  async drain(batch: Batch, hand: Hand): Promise<StageOutcome> {
    hand.signal.throwIfAborted()
    return await ask(this.#state, { op: 'drain', batch: wireBatch(batch), token: hand.token }, hand)
  }

  async restore(batch: Batch, hand: Hand): Promise<StageOutcome> {
    hand.signal.throwIfAborted()
    return await ask(
      this.#state,
      { op: 'restore', batch: wireBatch(batch), token: hand.token },
      hand,
    )
  }

  /** Cancelled like {@link apply}: what still drains serves on. */
  async surge(order: SurgeOrder, release: ShippedRelease, hand: Hand): Promise<StageOutcome> {
    hand.signal.throwIfAborted()
    const { token } = hand
    return await ask(this.#state, { op: 'surge', order: wireSurge(order), release, token }, hand)
  }

  /** Kept over restarts of processes and supervisor. */
  async shift(order: ShiftOrder, hand: Hand): Promise<StageOutcome> {
    hand.signal.throwIfAborted()
    const { token } = hand
    return await ask(this.#state, { op: 'shift', order: wireShift(order), token }, hand)
  }

  /** @throws WorldError `rollout/stale-token`, or when the bytes are not those of the digest. */
  async stage(artifact: OfferedArtifact, { region, token }: LeaseHolder): Promise<void> {
    const path = resolve(artifact.path)
    await ask(this.#state, {
      op: 'stage',
      path,
      digest: artifact.digest,
      holder: { region, token },
    })
  }

  async holds(artifact: Digest): Promise<boolean> {
    return await ask(this.#state, { op: 'holds', digest: artifact })
  }

  /** The fleet's time series after `since` (milliseconds since the epoch), at most 30 minutes. */
  async samples(since: number): Promise<readonly LocalFleetSample[]> {
    const all: LocalFleetSample[] = []
    for (;;) {
      const after = all.at(-1)?.at ?? since
      const { samples, more } = await ask(this.#state, { op: 'samples', since: after })
      all.push(...samples)
      if (!more || samples.length === 0) return all
    }
  }
}
