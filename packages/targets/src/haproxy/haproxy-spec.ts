import type { Milliseconds } from '@bulkhead/vocabulary'

/**
 * What a fleet behind HAProxy is made of: the `target` of an environment in `bulkhead.yml` with its
 * regions. Equal in shape to the policy's, so that this room need not know the policy.
 */
export interface HaproxySpec {
  /** region → runtime API of every proxy in front of its units: a socket's path, or HOST:PORT. */
  readonly proxies: Readonly<Record<string, readonly string[]>>
  /** Name of the backend, the same in every proxy. */
  readonly backend: string
  /** Name of a unit's server in that backend, of `{region}`, `{zone}` and `{number}`. */
  readonly server: string
  /** Replaces what runs in one unit, and is done when the new process has been started. */
  readonly replace: readonly [string, ...string[]]
  /** Further environment of the commands, on top of the allow-listed one. */
  readonly env: Readonly<Record<string, string>>
  /** Longest time that `replace` may take. */
  readonly timeout: Milliseconds
  readonly health: {
    /** Path at the server's address that answers 200 and JSON when healthy. */
    readonly path: string
    /** Name of the JSON field that holds the build's commit. */
    readonly buildField: string
    readonly interval: Milliseconds
    /** A unit that is not healthy, and up in every proxy, after this long has failed. */
    readonly deadline: Milliseconds
  }
  /** Longest wait for sessions before they are shut down. */
  readonly drain: Milliseconds
  /** Time in which the weight of a new unit grows to its full size; 0 for none. */
  readonly slowStart: Milliseconds
  /** Keeps the newest token where every controller sees it; undefined: in the state directory. */
  readonly fence: readonly [string, ...string[]] | undefined
  /** Servers held ready for units beyond a zone's own; undefined where there are none. */
  readonly spare:
    | {
        /** Name of such a server in the backend, of `{region}`, `{zone}` and `{number}` from 1. */
        readonly server: string
        /** Stops what runs there, after it was drained. */
        readonly retire: readonly [string, ...string[]]
      }
    | undefined
  /** region → zone → number of units. */
  readonly regions: Readonly<Record<string, Readonly<Record<string, number>>>>
}
