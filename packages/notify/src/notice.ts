import type { Urgency } from '@bulkhead/policy'

/** Something that happened, for people. Every text may come from outside: each channel escapes it. */
export interface Notice {
  /**
   * Names what this is about, the same for all notices about it, e.g. `production/rollout/42`: a pager
   * makes one incident of them.
   */
  readonly about: string
  /** What happened, as `room.event`: `rollout.started`, `hotfix.declared`. Machines match it. */
  readonly event: `${string}.${string}`
  readonly environment: string
  /** `info` is for reading later, `warning` wants eyes today, `page` wakes somebody now. */
  readonly urgency: Urgency
  /** What earlier notices about the same were about is over: a pager resolves its incident. */
  readonly over: boolean
  /** One sentence that a stressed reader understands by itself. */
  readonly headline: string
  /** What the reader must do now, or nothing. */
  readonly next?: string
  readonly facts: readonly { readonly name: string; readonly value: string }[]
  /** Where to look, an `https:` address. */
  readonly link?: string
  /** Wall time, milliseconds since the epoch. */
  readonly at: number
}

/** How a channel took a notice. `delivered` means that it was accepted, not that somebody read it. */
export type Delivery =
  | { readonly kind: 'delivered'; readonly channel: string }
  | { readonly kind: 'failed'; readonly channel: string; readonly why: string }

/** One way to reach people. Never throws: a channel that is down must not stop a fix. */
export interface Channel {
  readonly name: string
  /** The least urgency that it wants to hear of. */
  readonly from: Urgency
  deliver(notice: Notice, signal?: AbortSignal): Promise<Delivery>
  /**
   * Id of the person who has taken what notices are about, by this channel's own word; undefined while
   * nobody has, or it cannot be asked. Absent where there is no telling.
   */
  acknowledgedBy?(about: string, signal?: AbortSignal): Promise<string | undefined>
}
