import type { Milliseconds } from '@bulkhead/vocabulary'

/** Which files are database migrations, and which of them the release before can live with. */
export interface MigrationsPolicy {
  /** Paths or globs of all of them. */
  readonly paths: readonly string[]
  /** Of those that only add. All others contract: there is no way back over them. */
  readonly expand: readonly string[]
}

/** A test of two releases side by side, run by whoever ships. */
export interface MixedTestPolicy {
  readonly command: readonly [string, ...string[]]
  readonly timeout: Milliseconds
}
