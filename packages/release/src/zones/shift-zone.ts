import { refuseShift } from '@bulkhead/rollout'
import type { Finding } from '@bulkhead/vocabulary'
import type { Workspace } from '../workspace.ts'
import {
  type ZoneRequest,
  type ZoneResult,
  type HeldZone,
  actOnZone,
  withZone,
} from './zone-request.ts'

export interface ShiftRequest extends ZoneRequest {
  /** Although what is left is less than what is required. */
  readonly belowRequired: boolean
}

/**
 * Takes the traffic of a zone away, for maintenance or because it does harm. It is on record with person
 * and reason before the target is told, and counts as gone from then on.
 */
export const shiftZone = (workspace: Workspace, request: ShiftRequest): Promise<ZoneResult> =>
  withZone(workspace, request, (zone) => shiftHeld(zone, request.belowRequired))

/** The same, of a zone whose lease is held. */
export async function shiftHeld(zone: HeldZone, belowRequired: boolean): Promise<ZoneResult> {
  const { place, hand, request } = zone
  const objection = await mayNotShift(zone, belowRequired)
  if (objection !== undefined) return { result: 'refused', place, findings: [objection] }
  await say(zone, 'intended')
  const why = await actOnZone(zone, () => request.target.shift({ ...place, away: true }, hand))
  if (why !== undefined) return { result: 'failed', place, findings: [why] }
  await say(zone, 'done')
  return { result: 'shifted', place, findings: [] }
}

async function mayNotShift(
  { policy, place, request: { target } }: HeldZone,
  belowRequired: boolean,
): Promise<Finding | undefined> {
  const { shifts } = await target.topology()
  if (!shifts)
    return {
      code: 'rollout/target-failed',
      subject: `${place.region}/${place.zone}`,
      message: 'the target of this environment cannot shift the traffic of a zone away',
      remedy: 'Let its driver say `shifts` and carry out `shift` (docs/targets.md).',
    }
  const observation = await target.observe()
  return belowRequired ? undefined : refuseShift({ policy, observation, place })
}

const say = (
  { ledger, lease, place, request: { actors, reason } }: HeldZone,
  step: 'intended' | 'done',
): Promise<unknown> =>
  ledger.append([
    { kind: 'zone.shifted', fence: lease.token, actors, data: { ...place, reason, step } },
  ])
