import type { Brand, CommitId, Digest, FencingToken } from '@bulkhead/vocabulary'

/** One thing that serves: a process, a server, a pod, a machine. */
export type UnitId = Brand<string, 'UnitId'>

/** What is shipped to a fleet: a commit's artifact, by digest. */
export interface ShippedRelease {
  readonly commit: CommitId
  readonly artifact: Digest
}

/** A unit as the fleet says it is now, never as we last told it to be. */
export interface UnitObservation {
  readonly id: UnitId
  readonly region: string
  readonly zone: string
  /** The build the unit itself names, null when it runs nothing or does not answer. */
  readonly version: CommitId | null
  readonly health: 'healthy' | 'unhealthy' | 'starting' | 'draining' | 'stopped'
}

/** Requests and errors since the fleet started, per version; resets are the target's to hide. */
export interface TrafficCount {
  readonly version: CommitId
  readonly requests: number
  readonly errors: number
}

export interface Observation {
  readonly units: readonly UnitObservation[]
  readonly traffic: readonly TrafficCount[]
}

/** Some units of one zone that change together: what one `apply` is asked to do. */
export interface Batch {
  readonly region: string
  readonly zone: string
  readonly units: readonly UnitId[]
}

export type BatchOutcome =
  | { readonly kind: 'applied' }
  /** The target refused: a newer token has acted. Nothing was changed. */
  | { readonly kind: 'stale-token'; readonly newest: FencingToken }
  | { readonly kind: 'failed'; readonly unit: UnitId | null; readonly reason: string }

/**
 * The engine that moves machines (DESIGN §5). `apply` drains, replaces, waits for health and returns
 * traffic, by whatever means the engine has; it is idempotent for units already on the release.
 */
export interface Target {
  observe(): Promise<Observation>
  apply(
    batch: Batch,
    release: ShippedRelease,
    token: FencingToken,
    signal: AbortSignal,
  ): Promise<BatchOutcome>
  /** Makes the artifact available to the fleet and proves its bytes; called before the first batch. */
  stage(
    artifact: { readonly path: string; readonly digest: Digest },
    token: FencingToken,
  ): Promise<void>
  /** Whether an artifact that was staged earlier is still there, byte for byte. */
  holds(artifact: Digest): Promise<boolean>
}
