import type { CommitId, Digest } from '@bulkhead/vocabulary'
import type { RunPart } from './run-part.ts'

export const RUN_RECORD_TYPE = 'https://bulkhead.dev/run-record/v1'

/** How the command of a suite ended. Only `{kind: 'exited', code: 0}` is a success. */
export type RunEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'output-limit' }
  | { readonly kind: 'not-started'; readonly reason: string }

/** One run of the tests of a commit, whichever machines it is spread over, and which try it is. */
export interface RunIdentity {
  readonly id: string
  /** 1 for the first; a repeated run counts up. */
  readonly attempt: number
}

/** Vouched-for facts about one test run (DESIGN §2): the predicate of a signed in-toto statement. */
export interface RunRecord extends RunPart {
  readonly suite: string
  readonly commit: CommitId
  /** Top of the work tree in which it ran: reports may name files by absolute paths. */
  readonly root: string
  readonly command: readonly string[]
  readonly end: RunEnd
  /** Milliseconds after which the command would have been killed. */
  readonly timeout: number
  /** ISO 8601 in UTC, from the voucher's clock. */
  readonly startedAt: string
  readonly endedAt: string
  /** Fresh for every run; the tests see it as `BULKHEAD_NONCE`. */
  readonly nonce: string
  /** The run of which this is one part: all parts that the gate judges together share it. */
  readonly run: RunIdentity
  /** Names and versions of what the voucher used: itself, its runtime, its system. */
  readonly tools: Readonly<Record<string, string>>
  /**
   * Path relative to the repository's top, and SHA-256 of the bytes, of every report. Empty when any
   * of the suite's patterns matched nothing: half of the reports must not look like all.
   */
  readonly reports: readonly { readonly path: string; readonly digest: Digest }[]
}

/**
 * How far who vouches is from the tests: a `process` whose key they cannot read, a key within their reach
 * (`local`), or a forge that says which `job` the record came from.
 */
export type Separation = 'process' | 'local' | 'job'

/** A run record that somebody vouches for, with how far they are from the tests. */
export interface VouchedRun {
  readonly record: RunRecord
  readonly voucher: string
  readonly separation: Separation
  /** SHA-256 of the file: the envelope, or the bare statement that a forge vouches for. */
  readonly digest: Digest
}
