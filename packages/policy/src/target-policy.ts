import type { Milliseconds } from '@bulkhead/vocabulary'

/** How a unit says that it is well, and which build it runs. */
export interface HealthPolicy {
  /** Path that answers 200 and JSON when healthy. */
  readonly path: string
  /** Name of the JSON field that holds the build's commit. */
  readonly buildField: string
  readonly interval: Milliseconds
  /** A unit that is not healthy after this long has failed. */
  readonly deadline: Milliseconds
}

export interface LocalTargetPolicy {
  readonly kind: 'local'
  /** How one unit is started; `{artifact}` is the path of the artifact. It listens on `$PORT`. */
  readonly command: readonly [string, ...string[]]
  /** Further environment of a unit. */
  readonly env: Readonly<Record<string, string>>
  readonly health: HealthPolicy
  /** Host and port of the embedded proxy. */
  readonly listen: { readonly host: string; readonly port: number }
  /** Longest wait for requests in flight before a unit is stopped. */
  readonly drain: Milliseconds
}

export interface HaproxyTargetPolicy {
  readonly kind: 'haproxy'
  /** region → runtime API of every proxy in front of its units: a socket's path, or HOST:PORT. */
  readonly proxies: Readonly<Record<string, readonly string[]>>
  readonly backend: string
  /** Name of a unit's server, of `{region}`, `{zone}` and `{number}`. */
  readonly server: string
  /** Replaces what runs in one unit. */
  readonly replace: readonly [string, ...string[]]
  /** Further environment of the commands. */
  readonly env: Readonly<Record<string, string>>
  /** Longest time that `replace` may take. */
  readonly timeout: Milliseconds
  readonly health: HealthPolicy
  /** Longest wait for sessions before they are shut down. */
  readonly drain: Milliseconds
  /** Time in which the weight of a new unit grows; 0 for none. */
  readonly slowStart: Milliseconds
  /** Keeps the newest token; undefined: the state directory of the machine does. */
  readonly fence: readonly [string, ...string[]] | undefined
  /** Servers held ready for units beyond a zone's own. */
  readonly spare: SparePolicy | undefined
}

export interface SparePolicy {
  /** Name of such a server, of `{region}`, `{zone}` and `{number}`. */
  readonly server: string
  /** Stops what runs there. */
  readonly retire: readonly [string, ...string[]]
}

/** An engine of the user's own. */
export interface ExecTargetPolicy {
  readonly kind: 'exec'
  /** The driver; what is to be done is its last word. */
  readonly command: readonly [string, ...string[]]
  /** Further environment of the driver. */
  readonly env: Readonly<Record<string, string>>
  /** Longest time that one change may take. */
  readonly timeout: Milliseconds
}

export type TargetPolicy = LocalTargetPolicy | HaproxyTargetPolicy | ExecTargetPolicy
