import type { CommitId, Finding } from '@bulkhead/vocabulary'
import type { MetricJudgement } from './analysis/bake-analysis.ts'
import type { Observation, TrafficCount, UnitObservation } from './fleet.ts'
import type { BakeJudgement } from './judgement.ts'
import type { StageProgress } from './target.ts'
import { type Place, isShifted, placeName, worstLoss, zoneHealth } from './zone-capacity.ts'

/** One zone at one moment. */
export interface ZoneSample extends Place {
  readonly healthy: number
  readonly total: number
  readonly units: readonly Pick<UnitObservation, 'id' | 'version' | 'health' | 'surplus'>[]
  /** Its traffic is shifted away: it carries nothing, and `healthy` says so. */
  readonly shifted?: true
}

/** The fleet at one moment: what a live view or a page draws. */
export interface FleetSample {
  /** Wall time, milliseconds since the epoch. */
  readonly at: number
  /** What the rollout is doing, in a few words. */
  readonly phase: string
  readonly release: CommitId
  readonly zones: readonly ZoneSample[]
  readonly required: number
  readonly healthy: number
  /** Healthy units that would remain if the fullest zone died now. */
  readonly afterWorstLoss: number
  readonly worstZone: string
  /** Counters since the fleet started, by version. */
  readonly traffic: readonly TrafficCount[]
}

/** Something that was decided, and why. */
export interface RolloutDecision {
  readonly at: number
  readonly kind:
    | 'verdict'
    | 'refused'
    | 'started'
    | 'batch'
    | 'wave'
    | 'frozen'
    | 'surge'
    | 'rollback'
    | 'paused'
    | 'finished'
  /** `good` and `bad` mark a judgement, `plain` a step. */
  readonly tone: 'good' | 'bad' | 'plain'
  readonly text: string
  readonly findings: readonly Finding[]
  /** The region that it is about; absent where it is about the whole. */
  readonly region?: string
}

/** What the engine says it is at. */
export interface EngineStep extends StageProgress {
  readonly at: number
}

/** What is said of a release at one moment of a bake: by its own traffic, and by every metric. */
export interface BakeView {
  readonly at: number
  readonly region: string
  readonly wave: string
  /** What comes of it all. */
  readonly kind: BakeJudgement['kind']
  readonly why: string
  readonly traffic: BakeJudgement
  readonly metrics: readonly MetricJudgement[]
}

export type RolloutProgress =
  | { readonly kind: 'sample'; readonly sample: FleetSample }
  | { readonly kind: 'step'; readonly step: EngineStep }
  | { readonly kind: 'bake'; readonly bake: BakeView }
  | { readonly kind: 'decision'; readonly decision: RolloutDecision }

/** What a sample says besides the observation itself. */
export interface SampleContext {
  readonly at: number
  readonly phase: string
  readonly release: CommitId
  readonly required: number
}

/** An observation as a view wants it: by zone, with the sums of the zone law. */
export function sampleFleet(observation: Observation, context: SampleContext): FleetSample {
  const health = zoneHealth(observation)
  const worst = worstLoss(health)
  const zones = health.map((zone): ZoneSample => {
    const units = observation.units.filter((unit) => placeName(unit) === placeName(zone))
    return {
      ...zone,
      total: units.length,
      units: units.map(({ id, version, health: state, surplus }) => ({
        id,
        version,
        health: state,
        ...(surplus === true ? { surplus } : {}),
      })),
      ...(isShifted(observation, zone) ? { shifted: true } : {}),
    }
  })
  return {
    ...context,
    zones,
    healthy: health.reduce((sum, zone) => sum + zone.healthy, 0),
    afterWorstLoss: worst.healthy,
    worstZone: worst.zone,
    traffic: observation.traffic,
  }
}
