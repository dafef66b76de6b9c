import type { Digest } from '@bulkhead/vocabulary'
import type { ShippedRelease, UnitId } from './fleet.ts'

/** Which part of the fleet a stage changes, and how many units may be out at once there. */
export interface Stage {
  readonly region: string
  readonly zone: string
  readonly units: readonly UnitId[]
  /** Zone invariant at planning time; recomputed from observation before every batch. */
  readonly maxOut: number
}

/** How long a wave is watched and why: every number that went into it (algorithms.md c, d). */
export interface Bake {
  readonly floorMs: number
  readonly deadlineMs: number
  readonly baselineErrorRate: number
  readonly detectErrorRate: number
  readonly falseAlarm: number
  readonly power: number
  /** Share of traffic that the new release gets while it bakes, 0–1. */
  readonly share: number
  /** Requests per second expected at the new release. */
  readonly requestsPerSecond: number
  /** Requests at the new release after which the judging test has the wanted power (simulated). */
  readonly requestsNeeded: number
  /** max(floor, requestsNeeded / requestsPerSecond), in milliseconds. */
  readonly expectedMs: number
}

export interface Wave {
  readonly name: string
  readonly stages: readonly Stage[]
  readonly bake: Bake
}

/** A pure function of policy, topology and release. */
export interface Plan {
  readonly environment: string
  readonly release: ShippedRelease
  /** The release that a rollback restores; null for the first release of an environment. */
  readonly previous: ShippedRelease | null
  readonly lane: 'standard'
  readonly required: number
  readonly waves: readonly Wave[]
  /** SHA-256 of the canonical JSON of everything above. */
  readonly digest: Digest
}
