import type { Finding } from '@bulkhead/vocabulary'
import type { Batch } from './fleet.ts'
import type { Plan } from './plan.ts'

/** What is about to be done to some units, or was. */
export interface BatchStep {
  /** Index of the wave in the plan. */
  readonly wave: number
  readonly batch: Batch
  /** `forward` places the release, `back` restores the previous one. */
  readonly direction: 'forward' | 'back'
}

/** How a rollout ended; `refused` is never journalled, for nothing was begun. */
export type RolloutEnding =
  /** Every unit runs the release. */
  | 'released'
  /** Every unit that was changed runs the previous release again. */
  | 'rolled-back'
  /** Stopped where it stood: another hand is in charge, or nothing could be put on record. */
  | 'stopped'
  /** The previous release could not be restored everywhere: a human must act, the lease stays held. */
  | 'stuck'

/** Everything a rollout says for the record, in order (law 8: say it, do it, see it). */
export type RolloutEvent =
  | { readonly kind: 'started'; readonly plan: Plan }
  | ({ readonly kind: 'batch-intended' } & BatchStep)
  | ({ readonly kind: 'batch-done' } & BatchStep)
  | ({ readonly kind: 'batch-failed'; readonly finding: Finding } & BatchStep)
  /** Intended, and not begun: the fleet lost capacity meanwhile, or its engine refused. */
  | ({ readonly kind: 'batch-withdrawn'; readonly why: string } & BatchStep)
  | {
      readonly kind: 'wave-judged'
      readonly wave: number
      readonly decision: 'go-on' | 'roll-back'
      readonly why: string
      readonly requests: number
      readonly errors: number
    }
  | { readonly kind: 'rolling-back'; readonly findings: readonly Finding[] }
  | {
      readonly kind: 'finished'
      readonly result: RolloutEnding
      readonly findings: readonly Finding[]
    }

/** Where a rollout writes before it acts; resolves only when the events are on record. */
export interface Journal {
  /** Several events may share one append. @throws WorldError when they could not be recorded. */
  record(events: readonly RolloutEvent[]): Promise<void>
}
