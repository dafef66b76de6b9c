import type { CommitId } from '@bulkhead/vocabulary'
import type { Reading } from '@bulkhead/rollout'
import type { HttpExchange } from '@bulkhead/world'

/** What reading metrics needs of the world. */
export interface MetricsWorld {
  readonly exchange: HttpExchange
  /** Reads an environment variable that the policy names. */
  readonly secrets: (variable: string) => string | undefined
}

/** A stretch of time, milliseconds since the epoch. */
export interface Span {
  readonly from: number
  readonly to: number
}

/**
 * Where values come from. `build` fills the place `{build}` of a query; null where the query has none.
 * A source never guesses: what it did not get is `none`, with the reason.
 */
export interface MetricSource {
  /** One number for the whole span, such as a count of requests. */
  count(query: string, build: CommitId | null, span: Span, signal: AbortSignal): Answer<number>
  /** A value for each step of the span. */
  series(
    query: string,
    build: CommitId | null,
    span: Span,
    signal: AbortSignal,
  ): Answer<readonly number[]>
  /** Up to when the data are whole, milliseconds since the epoch. */
  watermark(at: number, signal: AbortSignal): Answer<number>
}

export type Answer<Value> = Promise<Reading<Value>>

export const none = (why: string): { readonly kind: 'none'; readonly why: string } => ({
  kind: 'none',
  why,
})

/** A query with its places filled: `{build}`, and `{window}` as whole seconds (`37s`). */
export const fillQuery = (query: string, build: CommitId | null, span: Span): string =>
  query
    .replaceAll('{build}', build ?? '')
    .replaceAll('{window}', `${Math.max(1, Math.round((span.to - span.from) / 1000))}s`)
