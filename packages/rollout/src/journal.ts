import type { Finding } from '@bulkhead/vocabulary'
import type { Batch } from './fleet.ts'
import type { Plan } from './plan.ts'

/** Everything a rollout says for the record, in order (law 8: say it, do it, see it). */
export type RolloutEvent =
  | { readonly kind: 'started'; readonly plan: Plan }
  | {
      readonly kind: 'batch-intended'
      readonly wave: number
      readonly batch: Batch
      readonly direction: 'forward' | 'back'
    }
  | {
      readonly kind: 'batch-done'
      readonly wave: number
      readonly batch: Batch
      readonly direction: 'forward' | 'back'
    }
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
      readonly result: 'released' | 'rolled-back' | 'stuck'
      readonly findings: readonly Finding[]
    }

/** Where a rollout writes before it acts; resolves only when the events are on record. */
export interface Journal {
  /** Several events may share one append. @throws WorldError when they could not be recorded. */
  record(events: readonly RolloutEvent[]): Promise<void>
}
