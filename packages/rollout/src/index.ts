export type {
  CountsOfArms,
  Metric,
  MetricWindow,
  Reading,
  ValuesOfGroups,
} from './analysis/metric.ts'
export { canonicalJson } from './canonical-json.ts'
export type {
  Batch,
  Observation,
  ShippedRelease,
  TrafficCount,
  UnitId,
  UnitObservation,
} from './fleet.ts'
export type { BakeGoal } from './plan/bake.ts'
export type { Bake, Lane, Plan, PlannedStage, PlannedZone, RegionPlan, Wave } from './plan/plan.ts'
export { type Planning, assumeFleet, planRollout, planUnwinding } from './plan/planner.ts'
export type { PlanPolicy, PlanRequest } from './plan/plan-request.ts'
export { listed } from './migration-refusals.ts'
export { renderPlan } from './plan/plan-text.ts'
export { judgeBake } from './judgement.ts'
export { seededRandom, trialsToNextHit } from './seeded-random.ts'
export {
  type BakeView,
  type FleetSample,
  type RolloutDecision,
  type RolloutProgress,
  type ZoneSample,
  sampleFleet,
} from './progress.ts'
export { type RolloutRequest, type RolloutResult, runRollout } from './run/executor.ts'
export { type RolloutLimits, defaultLimits } from './run/fleet-watch.ts'
export type {
  BatchStep,
  Journal,
  Receipt,
  RolloutEnding,
  RolloutEvent,
  StandingOrder,
} from './run/journal.ts'
export { type RecordedBatch, type RolloutMemory, recall, setAsideBefore } from './run/memory.ts'
export type { MixedTest, SideBySide } from './run/mixed-test.ts'
export { quietFleet } from './run/quiet.ts'
export type { NextWave } from './run/rollout-run.ts'
export type {
  Hand,
  LeaseHolder,
  OfferedArtifact,
  Scope,
  Stage,
  StageOutcome,
  StageProgress,
  ShiftOrder,
  SurgeOrder,
  Target,
  Topology,
  UnitPlace,
} from './target.ts'
export { LiveView } from './live-view.ts'
export { type ViewOptions, viewLine } from './terminal-view.ts'
export type { Place } from './zone-capacity.ts'
export { type ShiftQuestion, refuseShift } from './shift-sums.ts'
export { RolloutRecorder } from './page/recorder.ts'
export type { RolloutChapter, RolloutRecord } from './page/record.ts'
export { Markup, html, nothing } from './page/markup.ts'
export { pageStyle } from './page/page-style.ts'
export { renderRolloutPage } from './page/rollout-page.ts'
export { type Calendar, type Freeze, type FreezeWindow, freezeAt } from './calendar.ts'
export { type RegionHooks, type RegionResults, runPipeline, wholeResult } from './run/pipeline.ts'
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
  type HeldRelease,
  type NextTrain,
  type WaitingRelease,
  nextTrain,
} from './queue/next-train.ts'
export { type WatchEnd, watchRelease } from './run/watch-release.ts'
export { LEAST_VALUES } from './analysis/shift-watch.ts'
