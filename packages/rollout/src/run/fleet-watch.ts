import { type FencingToken, WorldError } from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import type { Observation } from '../fleet.ts'
import type { Plan, RegionPlan } from '../plan/plan.ts'
import {
  type BakeView,
  type RolloutDecision,
  type RolloutProgress,
  sampleFleet,
} from '../progress.ts'
import { targetFailed } from '../refusals.ts'
import type { Hand, StageOutcome, Target } from '../target.ts'
import { Interruption } from './interruption.ts'

/** Time limits of a rollout, in milliseconds. */
export interface RolloutLimits {
  /** Between two observations. */
  readonly pollMs: number
  /** Longest wait until the zone law, or the engine, allows the next batch. */
  readonly capacityMs: number
  /** Longest time one batch may take in the target. */
  readonly batchMs: number
  /** How long a unit may take to be seen healthy on its build after the target said so. */
  readonly settleMs: number
  /** How long the target may leave observations unanswered. */
  readonly silenceMs: number
  /** In a long wait the ledger hears so often that the holder of the lease lives. */
  readonly lifeMs: number
  /** In a bake, or another long wait, the ledger is asked for orders so often. */
  readonly ordersMs: number
  /** Between two looks at the metrics. */
  readonly metricsMs: number
}

export const defaultLimits: RolloutLimits = {
  pollMs: 1_000,
  capacityMs: 120_000,
  batchMs: 600_000,
  settleMs: 3_000,
  silenceMs: 30_000,
  lifeMs: 120_000,
  ordersMs: 3_000,
  metricsMs: 5_000,
}

export interface WatchedFleet {
  readonly plan: Plan
  readonly region: RegionPlan
  readonly target: Target
  readonly token: FencingToken
  readonly clock: Clock
  readonly limits: RolloutLimits
  readonly onProgress: (progress: RolloutProgress) => void
}

const reasonOf = (error: unknown): string =>
  error instanceof WorldError
    ? (error.findings[0]?.message ?? error.message)
    : error instanceof Error
      ? error.message
      : String(error)

/** One region through the eyes of one rollout: every look is also a sample for whoever watches. */
export class FleetWatch {
  readonly #fleet: WatchedFleet
  #phase = 'start'

  constructor(fleet: WatchedFleet) {
    this.#fleet = fleet
  }

  /** What the samples from now on say the rollout is doing. */
  set phase(text: string) {
    this.#phase = text
  }

  /** Tells whoever watches. A view that fails must not harm the rollout. */
  tell(progress: RolloutProgress): void {
    try {
      this.#fleet.onProgress(progress)
    } catch {
      // Showing is optional; rolling on safely is not.
    }
  }

  decide(
    decision: Omit<RolloutDecision, 'at' | 'findings' | 'region'> &
      Partial<Pick<RolloutDecision, 'findings'>>,
  ): void {
    const { clock, region } = this.#fleet
    const whole = { findings: [], ...decision, at: clock.now(), region: region.region }
    this.tell({ kind: 'decision', decision: whole })
  }

  /** Tells what is said of the release while a wave bakes. */
  judge(bake: Omit<BakeView, 'at' | 'region'>): void {
    const { clock, region } = this.#fleet
    this.tell({ kind: 'bake', bake: { ...bake, at: clock.now(), region: region.region } })
  }

  /**
   * Asks the region how it is, again and again while it does not answer.
   * @throws Interruption `roll-back` when it stays silent longer than allowed.
   */
  async look(): Promise<Observation> {
    const { clock, limits } = this.#fleet
    const since = clock.monotonic()
    for (;;) {
      try {
        return this.#sample(await this.#observe())
      } catch (error) {
        if (clock.monotonic() - since >= limits.silenceMs) {
          throw new Interruption('roll-back', targetFailed('observe', reasonOf(error)), {
            cause: error,
          })
        }
        await clock.sleep(limits.pollMs)
      }
    }
  }

  /**
   * Lets the target do something to the fleet, and keeps sampling meanwhile. Never rejects.
   * @param onLook called now and then until it is done
   */
  async during(act: Act, onLook: () => void): Promise<StageOutcome> {
    const { target, clock, limits } = this.#fleet
    const deadline = new AbortController()
    const ended = new AbortController()
    let outcome: StageOutcome | undefined
    const acting = attempt(() => act(target, this.#hand(deadline.signal))).then((result) => {
      outcome = result
      ended.abort()
      return result
    })
    const since = clock.monotonic()
    for (;;) {
      const tick = clock.sleep(limits.pollMs, ended.signal).catch(() => undefined)
      await Promise.race([acting, tick])
      if (outcome) return outcome
      const late = clock.monotonic() - since - limits.batchMs
      if (late > limits.silenceMs)
        return { kind: 'failed', unit: null, reason: `no answer within ${limits.batchMs} ms` }
      if (late > 0) deadline.abort()
      onLook()
      await Promise.race([acting, this.#glance()])
    }
  }

  #hand(signal: AbortSignal): Hand {
    const { token, clock } = this.#fleet
    return {
      token,
      signal,
      onProgress: (progress) => this.tell({ kind: 'step', step: { ...progress, at: clock.now() } }),
    }
  }

  #observe(): Promise<Observation> {
    return this.#fleet.target.observe({ region: this.#fleet.region.region })
  }

  /** A look for the eyes alone: what it fails at is nobody's business. */
  async #glance(): Promise<void> {
    await this.#observe()
      .then((seen) => this.#sample(seen))
      .catch(() => undefined)
  }

  #sample(observation: Observation): Observation {
    const { plan, region, clock } = this.#fleet
    const context = {
      at: clock.now(),
      phase: plan.regions.length > 1 ? `${region.region}: ${this.#phase}` : this.#phase,
      release: plan.release.commit,
      required: region.required,
    }
    this.tell({ kind: 'sample', sample: sampleFleet(observation, context) })
    return observation
  }
}

/** Something that a target does, by a hand that holds the lease. */
export type Act = (target: Target, hand: Hand) => Promise<StageOutcome>

async function attempt(act: () => Promise<StageOutcome>): Promise<StageOutcome> {
  try {
    return await act()
  } catch (error) {
    return { kind: 'failed', unit: null, reason: reasonOf(error) }
  }
}
