import type { ReasonCode } from '@bulkhead/vocabulary'

/** The codes that this room gives about one commit. */
export type CommitReason = Exclude<
  Extract<ReasonCode, `signature/${string}` | 'git/malformed-object'>,
  `signature/${'forge' | 'tag'}-${string}`
>

/** Why something was not accepted, before it is known which commit it is about. */
export interface Refusal {
  readonly code: CommitReason
  readonly message: string
}

/** What a strict reader answers: the value, or why not. Readers never throw. */
export type Reading<Value> =
  | { readonly kind: 'read'; readonly value: Value }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

export const read = <Value>(value: Value): Reading<Value> => ({ kind: 'read', value })

export const refuse = (code: CommitReason, message: string): Reading<never> => ({
  kind: 'refused',
  refusal: { code, message },
})
