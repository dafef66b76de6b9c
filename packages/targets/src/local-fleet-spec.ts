import type { Milliseconds } from '@bulkhead/vocabulary'

/**
 * What a local fleet is made of: the `target` of an environment in `bulkhead.yml` with its regions.
 * Equal in shape to the policy's, so that this room need not know the policy.
 */
export interface LocalFleetSpec {
  /** How one unit is started; `{artifact}` is the path of the artifact. It listens on `$PORT`. */
  readonly command: readonly [string, ...string[]]
  /** Further environment of a unit, on top of the allow-listed one. */
  readonly env: Readonly<Record<string, string>>
  readonly health: {
    /** Path that answers 200 and JSON when healthy. */
    readonly path: string
    /** Name of the JSON field that holds the build's commit. */
    readonly buildField: string
    readonly interval: Milliseconds
    /** A unit that is not healthy after this long has failed. */
    readonly deadline: Milliseconds
  }
  /** Host and port of the embedded proxy; port 0 lets the system choose, see {@link FleetStatus}. */
  readonly listen: { readonly host: string; readonly port: number }
  /** Longest wait for requests in flight before a unit is stopped. */
  readonly drain: Milliseconds
  /** Most units that a zone may have beyond its own; 0 for none. */
  readonly surge: number
  /** region → zone → number of units. */
  readonly regions: Readonly<Record<string, Readonly<Record<string, number>>>>
}
