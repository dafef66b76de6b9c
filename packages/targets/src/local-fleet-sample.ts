import type { Observation } from '@bulkhead/rollout'

/** One look at the fleet in its time series: what the rollout page and `bulkhead status` draw. */
export interface LocalFleetSample extends Observation {
  /** Wall time of the supervisor, milliseconds since the epoch. */
  readonly at: number
  /** Requests in flight in the whole fleet. */
  readonly inFlight: number
  /** Requests that found no unit in rotation, since the fleet started. */
  readonly unserved: number
}
