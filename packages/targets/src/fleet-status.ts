import type { Place, TrafficCount, UnitObservation } from '@bulkhead/rollout'
import type { FencingToken } from '@bulkhead/vocabulary'

/** A unit as the supervisor knows it. */
export interface UnitDetail extends UnitObservation {
  readonly pid: number | null
  readonly inFlight: number
  /** How often it ended by itself and was started again. */
  readonly restarts: number
  /** Why it does not serve, null when it does. From outside: escape it where it is shown. */
  readonly reason: string | null
}

/** What a running supervisor says of itself and its fleet. */
export interface SupervisorState {
  readonly pid: number
  /** Differs from one start of the supervisor to the next: counters begin again with it. */
  readonly start: string
  /** Where users reach the fleet, with the port that was chosen if the policy says 0. */
  readonly address: { readonly host: string; readonly port: number }
  /** The newest token that acted, by region. */
  readonly newestTokens: Readonly<Record<string, FencingToken>>
  readonly units: readonly UnitDetail[]
  readonly traffic: readonly TrafficCount[]
  /** Zones whose traffic is shifted away. */
  readonly shifted: readonly Place[]
  /** Most units that a zone may have beyond its own. */
  readonly surge: number
  /** Requests that found no unit in rotation. */
  readonly unserved: number
  /** Requests that were cut because they outlived the drain. */
  readonly drainVictims: number
}
