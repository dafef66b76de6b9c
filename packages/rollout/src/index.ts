export { BakeAnalysis, type MetricJudgement } from './analysis/bake-analysis.ts'
export type {
  CountsOfArms,
  Metric,
  MetricWindow,
  Reading,
  ValuesOfGroups,
} from './analysis/metric.ts'
export type { BakeGoal } from './bake.ts'
export { canonicalJson } from './canonical-json.ts'
export { type RolloutRequest, type RolloutResult, runRollout } from './executor.ts'
export type {
  Batch,
  Observation,
  ShippedRelease,
  TrafficCount,
  UnitId,
  UnitObservation,
} from './fleet.ts'
export { type RolloutLimits, defaultLimits } from './fleet-watch.ts'
export { judgeBake } from './judgement.ts'
export { seededRandom, trialsToNextHit } from './seeded-random.ts'
export type { BatchStep, Journal, RolloutEnding, RolloutEvent } from './journal.ts'
export type { Bake, Plan, PlannedZone, Wave } from './plan.ts'
export { type PlanRequest, type Planning, assumeFleet, planRollout } from './planner.ts'
export {
  type FleetSample,
  type RolloutDecision,
  type RolloutProgress,
  type ZoneSample,
  sampleFleet,
} from './progress.ts'
export { renderPlan } from './plan-text.ts'
export type {
  Hand,
  OfferedArtifact,
  Scope,
  Stage,
  StageOutcome,
  StageProgress,
  SurgeOrder,
  Target,
  Topology,
  UnitPlace,
} from './target.ts'
export { type ViewOptions, viewLine, viewSample } from './terminal-view.ts'
export type { RolloutChapter, RolloutRecord } from './page/record.ts'
export { renderRolloutPage } from './page/rollout-page.ts'
export type { DayParameters } from './simulation/day.ts'
export {
  type Forecast,
  type LatencySummary,
  type Need,
  forecast,
  needFor,
} from './simulation/forecast.ts'
export {
  type Ancestry,
  type NextTrain,
  type WaitingRelease,
  nextTrain,
} from './queue/next-train.ts'
