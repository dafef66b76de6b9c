import { resolve } from 'node:path'
import type { Batch, BatchOutcome, Observation, ShippedRelease, Target } from '@bulkhead/rollout'
import type { Digest, FencingToken } from '@bulkhead/vocabulary'
import { ask } from './control/control-client.ts'
import type { LocalFleetSample } from './local-fleet-sample.ts'
import { type StateDirectory, stateDirectory } from './fleet/state-directory.ts'
import { TrafficContinuity } from './traffic-continuity.ts'

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

  /** Counts never go back while this object lives, even if the supervisor is started anew. */
  async observe(): Promise<Observation> {
    const { start, observation } = await ask(this.#state, { op: 'observe' })
    return { ...observation, traffic: this.#traffic.continue(start, observation.traffic) }
  }

  /**
   * An abort gives units that still drain back to their old release, lets the others come up, and
   * resolves with what was reached. @throws the signal's reason when it was aborted beforehand.
   */
  async apply(
    batch: Batch,
    release: ShippedRelease,
    token: FencingToken,
    signal: AbortSignal,
  ): Promise<BatchOutcome> {
    signal.throwIfAborted()
    const units = [...batch.units]
    return await ask(
      this.#state,
      { op: 'apply', batch: { ...batch, units }, release, token },
      signal,
    )
  }

  /** @throws WorldError `rollout/stale-token`, or when the bytes are not those of the digest. */
  async stage(
    artifact: { readonly path: string; readonly digest: Digest },
    token: FencingToken,
  ): Promise<void> {
    const path = resolve(artifact.path)
    await ask(this.#state, { op: 'stage', path, digest: artifact.digest, token })
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
