import type { UnitObservation } from '../fleet.ts'
import type { PlanRequest } from './plan-request.ts'
import type { RegionFleet } from './region-capacity.ts'
import { shapeInitialWaves, shapeWaves } from './waves.ts'

/** Healthy, and on the release that is planned. */
export const isOn = (unit: UnitObservation, { release }: PlanRequest): boolean =>
  unit.health === 'healthy' && unit.version === release.commit

/** The waves of a region, whatever runs where. @param first nothing was released there yet */
export const shapeOf = (
  { lane, purpose, policy }: PlanRequest,
  { units, shifted: away = [] }: RegionFleet,
  first: boolean,
) =>
  first || purpose === 'return'
    ? shapeInitialWaves(units, away)
    : shapeWaves(units, { lane, wholeZones: policy.selects === 'zone', away })
