import { type Finding, type Milliseconds, formatDuration } from '@bulkhead/vocabulary'
import { percent, span } from '../refusals.ts'
import type { BakeGoal } from './bake.ts'
import type { Bake } from './plan.ts'

/** Why there is no plan: what, where, the sums, and the way out (DESIGN law 5). */
export { noCapacity, unhealthyBaseline, zoneShifted } from '../refusals.ts'

export const emptyFleet = (environment: string): Finding => ({
  code: 'rollout/unhealthy-baseline',
  subject: environment,
  message: 'the fleet names no unit at all',
  remedy: 'Declare units under `environments.*.regions` in `bulkhead.yml`, or check the target.',
})

export const doubleUnits = (environment: string): Finding => ({
  code: 'rollout/target-failed',
  subject: environment,
  message: 'the target names one unit twice, so nothing can be counted',
  remedy: 'Give every unit an id of its own.',
})

export const undetectable = (wave: string, goal: BakeGoal, share: number): Finding => ({
  code: 'rollout/undetectable',
  subject: `wave ${wave}`,
  message: `no bake of practical length tells ${percent(goal.detectErrorRate)} errors from ${percent(goal.baselineErrorRate)} at ${percent(share)} of ${goal.requestsPerSecond} requests/s`,
  remedy:
    'Raise `bake.detectErrorRate` or lengthen `bake.deadline` in `bulkhead.yml`, or declare synthetic load.',
})

export const bakeTooLong = (wave: string, bake: Bake): Finding => ({
  code: 'rollout/undetectable',
  subject: `wave ${wave}`,
  message: `needs ${bake.requestsNeeded} requests at ${Number(bake.requestsPerSecond.toFixed(1))}/s: ${span(bake.expectedMs)}, but the deadline is ${span(bake.deadlineMs)}`,
  remedy: `Set \`bake.deadline\` to ${formatDuration((Math.ceil(bake.expectedMs / 500) * 1000) as Milliseconds)} or more, raise \`bake.detectErrorRate\`, or declare synthetic load.`,
})

export const weightless = (unit: string): Finding => ({
  code: 'rollout/target-failed',
  subject: unit,
  message: 'the target gives it no capacity above 0, so nothing can be summed',
  remedy: 'Let the target name a weight above 0, or none at all (which counts 1).',
})

export const singleZone = (zone: string): Finding => ({
  code: 'rollout/single-zone',
  subject: zone,
  message: 'is the only zone of its region, so the loss of a zone cannot be survived',
  remedy: 'Add a zone, or declare it: `capacity: { required: N, zones: 1 }` in `bulkhead.yml`.',
})

export const notEvacuable = (region: string, old: number, required: number): Finding => ({
  code: 'rollout/no-capacity',
  subject: region,
  message: `with its first zone on the new release ${old} healthy are left on the old one, ${required} required: the old release could not carry the load alone`,
  remedy: 'Restore the units that are down, add units, or lower `required`; then ship again.',
})
