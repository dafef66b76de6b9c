import type { FencingToken, Finding } from '@bulkhead/vocabulary'
import type { Batch } from '../fleet.ts'
import type { Plan } from '../plan/plan.ts'
import type { SurgeOrder } from '../target.ts'

export type Direction = 'forward' | 'back'

/** What is about to be done to some units, or was. */
export interface BatchStep {
  /** Index of the wave in the region's plan. */
  readonly wave: number
  readonly batch: Batch
  /** `forward` places the release, `back` restores the previous one. */
  readonly direction: Direction
}

/** How a rollout ended; `refused` and `paused` are no ends. */
export type RolloutEnding =
  /** Every unit of the region runs the release. */
  | 'released'
  /** Every unit that was changed runs the previous release again. */
  | 'rolled-back'
  /** Left where it stood: another hand has changed the fleet, or there is nothing to return to. */
  | 'stopped'
  /** The previous release could not be restored everywhere: a human must act, the lease stays held. */
  | 'stuck'

/** Everything a rollout says for the record, in order (law 8: say it, do it, see it). */
export type RolloutEvent =
  | { readonly kind: 'started'; readonly plan: Plan; readonly region: string }
  /** Goes on with what was begun under token `of` and never ended. */
  | {
      readonly kind: 'resumed'
      readonly plan: Plan
      readonly region: string
      readonly of: FencingToken
    }
  | ({ readonly kind: 'batch-intended' } & BatchStep)
  /** `victims`: requests that outlived the drain and were cut, where the engine counts them. */
  | ({ readonly kind: 'batch-done'; readonly victims?: number } & BatchStep)
  | ({ readonly kind: 'batch-failed'; readonly finding: Finding } & BatchStep)
  /** Intended, and not begun: the fleet lost capacity meanwhile, or its engine refused. */
  | ({ readonly kind: 'batch-withdrawn'; readonly why: string } & BatchStep)
  /** Taken out of traffic and left there: bad, and there is no way back. */
  | { readonly kind: 'aside-intended'; readonly batch: Batch }
  | { readonly kind: 'aside-done'; readonly batch: Batch; readonly why: string | null }
  /** `why`: why the declared test of both releases did not pass; null when it did. */
  | { readonly kind: 'tested-side-by-side'; readonly why: string | null }
  | ({ readonly kind: 'surge-intended' } & SurgeOrder)
  | ({ readonly kind: 'surge-done'; readonly why: string | null } & SurgeOrder)
  | {
      readonly kind: 'wave-judged'
      readonly wave: number
      readonly decision: 'go-on' | 'roll-back' | 'pause'
      readonly why: string
      readonly requests: number
      readonly errors: number
    }
  | { readonly kind: 'rolling-back'; readonly findings: readonly Finding[] }
  | { readonly kind: 'paused'; readonly findings: readonly Finding[] }
  | {
      readonly kind: 'finished'
      readonly result: RolloutEnding
      readonly findings: readonly Finding[]
    }

/** What somebody has asked of a rollout that another process carries out. */
export interface StandingOrder {
  /** `yield`: a hotfix takes the lease; as `pause`, but what goes back is brought to its end first. */
  readonly order: 'pause' | 'abort' | 'yield'
  readonly by: string
  readonly reason: string
}

/** What stood on record when the events got there. */
export interface Receipt {
  readonly standing: StandingOrder | null
}

/** Where a rollout writes before it acts; resolves only when the events are on record. */
export interface Journal {
  /** Several events may share one append. @throws WorldError when they could not be recorded. */
  record(events: readonly RolloutEvent[]): Promise<Receipt>
  /** Shows that the holder of the lease lives, in a long wait. @throws WorldError as `record`. */
  signOfLife(): Promise<Receipt>
  /** What is asked of the rollout now; writes nothing. @throws WorldError when it cannot be read */
  standing(): Promise<Receipt>
}
