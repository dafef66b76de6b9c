import type { Milliseconds } from '@bulkhead/vocabulary'

/**
 * An engine of the user's own: the `target` of an environment in `bulkhead.yml`. Equal in shape to the
 * policy's, so that this room need not know the policy.
 */
export interface ExecSpec {
  /** The driver; what is to be done is its last word. */
  readonly command: readonly [string, ...string[]]
  /** Further environment of the driver, on top of the allow-listed one. */
  readonly env: Readonly<Record<string, string>>
  /** Longest time that an effect may take; looks have 30 s. */
  readonly timeout: Milliseconds
}
