import type { Hand, Target } from '@bulkhead/rollout'
import { type FencingToken, fencingToken } from '@bulkhead/vocabulary'

/**
 * One token for all regions of one deployment. A fleet keeps one newest token, and each region's lease
 * has a token of its own: the later region would shut out the earlier one. So every effect carries the
 * newest token that this deployment holds. Whose lease has been taken over is stopped before that: the
 * ledger refuses the intent, which is on record before each effect.
 */
export class SharedFence {
  #newest = fencingToken(0)

  /** A lease was acquired. */
  hold(token: FencingToken): void {
    if (token > this.#newest) this.#newest = token
  }

  /** The fleet as it is told by this deployment. */
  before(target: Target): Target {
    const raised = (hand: Hand): Hand => ({ ...hand, token: this.#newest })
    return {
      topology: () => target.topology(),
      observe: (scope) => target.observe(scope),
      apply: (stage, release, hand) => target.apply(stage, release, raised(hand)),
      drain: (batch, hand) => target.drain(batch, raised(hand)),
      restore: (batch, hand) => target.restore(batch, raised(hand)),
      ...(target.surge === undefined
        ? {}
        : {
            surge: async (order, release, hand) =>
              (await target.surge?.(order, release, raised(hand))) ?? NO_SURGE,
          }),
      stage: (artifact) => target.stage(artifact, this.#newest),
      holds: (artifact) => target.holds(artifact),
    }
  }
}

const NO_SURGE = { kind: 'refused', reason: 'this engine cannot surge' } as const
