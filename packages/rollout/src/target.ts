import type { Digest, FencingToken } from '@bulkhead/vocabulary'
import type { Batch, Observation, ShippedRelease, UnitId } from './fleet.ts'
import type { Place } from './zone-capacity.ts'

/** A place of the fleet, whatever stands in it now. */
export interface UnitPlace {
  readonly id: UnitId
  readonly region: string
  readonly zone: string
}

/** What a fleet is made of, and what its engine can be told. */
export interface Topology {
  readonly units: readonly UnitPlace[]
  /**
   * What a stage may name. `units`: exactly the units it wants (processes, servers). `number`: as many
   * units of the zone as it lists; the engine picks which, and may give them new ids (a StatefulSet's
   * partition, an instance refresh up to a checkpoint). `zone`: all units of a zone or none (a
   * Deployment or a service per zone, CodeDeploy's zonal configuration).
   */
  readonly selects: 'units' | 'number' | 'zone'
  /** Most units that every zone can have beyond its own, see {@link Target.surge}; 0 when none. */
  readonly surge: number
  /** Whether a zone's traffic can be shifted away, see {@link Target.shift}. */
  readonly shifts: boolean
}

/** A part of the fleet; without a region all of it, without a zone all of a region. */
export interface Scope {
  readonly region?: string
  readonly zone?: string
}

/** What one `apply` is asked to change, and how far the engine may go at once. */
export interface Stage extends Batch {
  /**
   * Most of these units that may be out at any moment: the zone law by the latest observation. An
   * engine that cannot keep to it refuses.
   */
  readonly maxOut: number
}

/**
 * Who offers something to a region of a fleet. Each region has a lease of its own, so each has a newest
 * token of its own: two releases may be under way at once, one behind the other.
 */
export interface LeaseHolder {
  readonly region: string
  readonly token: FencingToken
}

/** In whose name something is done to the fleet, how it is stopped, and who watches. */
export interface Hand {
  /** Of the region's lease: an older one than the newest that acted in this region is refused. */
  readonly token: FencingToken
  readonly signal: AbortSignal
  /** Told what the engine is at. For eyes, and proof of life; what counts is what `observe` says. */
  readonly onProgress?: (progress: StageProgress) => void
}

export interface StageProgress {
  /** Null when it concerns the whole stage. */
  readonly unit: UnitId | null
  /** A few words, e.g. `draining, 3 connections left`. From the engine: escape it where it is shown. */
  readonly note: string
}

/** How an effect on the fleet ended. */
export type StageOutcome =
  /** `victims`: requests cut because they outlived the drain, where the engine can count them. */
  | { readonly kind: 'applied'; readonly victims?: number }
  /** The target refused: a newer token has acted in this region. Nothing was changed. */
  | { readonly kind: 'stale-token'; readonly newest: FencingToken }
  /**
   * The engine will not do this now: a disruption budget, a deployment of its own under way, a quota.
   * Nothing was changed; asking again later may succeed.
   */
  | { readonly kind: 'refused'; readonly reason: string }
  | {
      readonly kind: 'failed'
      readonly unit: UnitId | null
      readonly reason: string
      readonly victims?: number
    }

/** An artifact as it is handed to a fleet. */
export interface OfferedArtifact {
  readonly path: string
  readonly digest: Digest
}

/**
 * The engine that moves machines (DESIGN §5), told at the level of a stage because real engines move
 * units themselves. Every effect carries the token of the lease and is idempotent. An abort leaves
 * nothing drained: what still drains gets its traffic back, what is further is brought to its end,
 * and the call then resolves with what was reached. The conformance suite of the targets room says
 * the same in tests.
 */
export interface Target {
  /** @throws WorldError when the engine does not answer, as every method here. */
  topology(): Promise<Topology>
  /** Version and health as the units say it, and the traffic that they served. Changes nothing. */
  observe(scope?: Scope): Promise<Observation>
  /**
   * Drains, replaces, waits for health and returns traffic, by whatever means the engine has, with at
   * most `stage.maxOut` units out. Units on the release already are left alone; the first unit that
   * fails ends it.
   */
  apply(stage: Stage, release: ShippedRelease, hand: Hand): Promise<StageOutcome>
  /**
   * Takes units out of traffic and leaves them running; they are seen as `draining`, whatever is
   * restarted, until they are restored or placed anew. Resolves when nothing is in flight there any
   * more: what outlives the target's deadline is cut and counted.
   */
  drain(batch: Batch, hand: Hand): Promise<StageOutcome>
  /** Gives drained units their traffic back. */
  restore(batch: Batch, hand: Hand): Promise<StageOutcome>
  /**
   * Brings the number of units that a zone has beyond its own to `extra`, those added running
   * `release`; what is taken away is drained first. They are observed as `surplus`, and resolve when
   * they are in traffic, or gone. Refused beyond `topology().surge`.
   */
  surge(order: SurgeOrder, release: ShippedRelease, hand: Hand): Promise<StageOutcome>
  /**
   * Takes all traffic away from a zone, or gives it back. A zone that is away is observed as `shifted`,
   * and nothing in it is served from, whatever is placed, restored or started anew there meanwhile; its
   * units are observed as healthy as they are. Resolves when nothing is in flight there any more; an
   * abort gives it back. Refused where `topology().shifts` is false.
   */
  shift(order: ShiftOrder, hand: Hand): Promise<StageOutcome>
  /** Makes the artifact available to the fleet and proves its bytes; called before the first batch. */
  stage(artifact: OfferedArtifact, holder: LeaseHolder): Promise<void>
  /** Whether an artifact that was staged earlier is still there, byte for byte. */
  holds(artifact: Digest): Promise<boolean>
}

export interface SurgeOrder {
  readonly region: string
  readonly zone: string
  /** Units beyond the zone's own, 0 to take them all away. */
  readonly extra: number
}

export interface ShiftOrder extends Place {
  readonly away: boolean
}
