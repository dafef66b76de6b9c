import type { Brand, CommitId, Digest } from '@bulkhead/vocabulary'

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
  /** `draining` from the moment it gets no new traffic until that is taken back. */
  readonly health: 'healthy' | 'unhealthy' | 'starting' | 'draining' | 'stopped'
  /** Set on a unit beyond the zone's own, that a surge added and will take away. */
  readonly surplus?: true
  /** Capacity that it adds when healthy, above 0; 1 unless the target says otherwise. */
  readonly weight?: number
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
  /** Zones whose traffic somebody has shifted away; units there carry nothing, however healthy. */
  readonly shifted?: readonly { readonly region: string; readonly zone: string }[]
}

/** Some units of one zone that change together. */
export interface Batch {
  readonly region: string
  readonly zone: string
  readonly units: readonly UnitId[]
}
