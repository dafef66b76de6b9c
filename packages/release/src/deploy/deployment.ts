import type { ArtifactBinding } from '@bulkhead/gate'
import type { Actor, Ledger } from '@bulkhead/ledger'
import type { EnvironmentPolicy } from '@bulkhead/policy'
import type {
  Lane,
  Metric,
  MixedTest,
  NextWave,
  PlanRequest,
  RolloutProgress,
  ShippedRelease,
  Target,
} from '@bulkhead/rollout'
import type { Digest, FencingToken, Finding, Milliseconds } from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import type { MigrationHistory } from './contracts.ts'

/** A human's decision to end the leases of holders that are gone. */
export interface BreakOrder {
  /** One or more; each ends when its region is taken. */
  readonly tokens: readonly FencingToken[]
  readonly reason: string
}

/** One release on its way to one environment. */
export interface Deployment {
  readonly policy: EnvironmentPolicy
  readonly ledger: Ledger
  readonly actors: readonly Actor[]
  readonly target: Target
  readonly clock: Clock
  /** Metrics that have a say in every bake. */
  readonly metrics: readonly Metric[]
  /** Reads which migrations a release brings. */
  readonly repository: MigrationHistory['repository']
  /** Runs the test of both releases that the policy declares; undefined where it declares none. */
  readonly mixedTest: MixedTest | undefined
  readonly lane: Lane
  readonly purpose: PlanRequest['purpose']
  readonly release: ShippedRelease
  readonly artifacts: readonly ArtifactBinding[]
  /** Where the artifact lies; undefined where the target must hold it already. */
  readonly path: string | undefined
  /** Digest of the attestation that it rests on; null for what was fully good before. */
  readonly attestation: Digest | null
  /** Findings that speak against a forward wave now. */
  readonly mayGoOn: (next: NextWave) => Promise<readonly Finding[]>
  /** By this plan, or not at all. */
  readonly plan: Digest | undefined
  /**
   * How long the first region waits for another release to leave it. Whoever carries out this very
   * release is not waited for.
   */
  readonly patience: Milliseconds
  readonly breaking: BreakOrder | undefined
  /** Whoever holds the lease of a region is asked to give it back first; findings when he does not. */
  readonly makeWay?: (region: string) => Promise<readonly Finding[]>
  /** What would have held a standard release back, and is on record as overridden. */
  readonly overridden?: readonly Finding[]
  /** Goes back instead of forward, for this reason. */
  readonly unwind: Finding | undefined
  readonly signal: AbortSignal
  readonly onProgress: (progress: RolloutProgress) => void
}

/** How long a region waits for the release before it to leave the region. */
export const REGION_PATIENCE = 3_600_000 as Milliseconds
