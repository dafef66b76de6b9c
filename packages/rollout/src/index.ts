export type {
  Batch,
  BatchOutcome,
  Observation,
  ShippedRelease,
  Target,
  TrafficCount,
  UnitId,
  UnitObservation,
} from './fleet.ts'
