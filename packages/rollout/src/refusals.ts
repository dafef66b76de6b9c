import { type CommitId, type FencingToken, type Finding, counted } from '@bulkhead/vocabulary'
import type { ShippedRelease } from './fleet.ts'
import type { StandingOrder } from './run/journal.ts'

/** The sentences of this room: what, where, why, and the way out (DESIGN law 5). */

export const percent = (rate: number): string => `${Number((rate * 100).toPrecision(3))} %`

export const shortCommit = (commit: CommitId | null): string => commit?.slice(0, 8) ?? 'nothing'

export const span = (ms: number): string =>
  ms < 1000
    ? `${Math.round(ms)} ms`
    : ms < 120_000
      ? `${Number((ms / 1000).toFixed(1))} s`
      : `${Number((ms / 60_000).toFixed(1))} min`

export const unhealthyBaseline = (
  environment: string,
  healthy: number,
  required: number,
): Finding => ({
  code: 'rollout/unhealthy-baseline',
  subject: environment,
  message: `${counted(healthy, 'unit is', 'units are')} healthy, ${required} required, before anything was changed`,
  remedy: 'Restore capacity first: `bulkhead status` shows which units are down.',
})

export const noCapacity = (subject: string, sums: string): Finding => ({
  code: 'rollout/no-capacity',
  subject,
  message: sums,
  remedy: 'Add units, or lower `required` of the environment in `bulkhead.yml`; then ship again.',
})

export const notStaged = (release: ShippedRelease): Finding => ({
  code: 'rollout/not-staged',
  subject: release.artifact,
  message: `the target does not hold the artifact of ${shortCommit(release.commit)}`,
  remedy: 'Build it again and ship: `bulkhead build`, then `bulkhead ship`.',
})

export const rollbackImpossible = (previous: ShippedRelease): Finding => ({
  code: 'rollout/rollback-impossible',
  subject: previous.artifact,
  message: `the target no longer holds the artifact of ${shortCommit(previous.commit)}, byte for byte`,
  remedy: `Bring the artifact back: check out ${previous.commit} and run \`bulkhead build\`.`,
})

export const targetFailed = (subject: string, reason: string): Finding => ({
  code: 'rollout/target-failed',
  subject,
  message: reason,
  remedy: 'Check the target; `bulkhead status` shows what the fleet says.',
})

export const unitNotHealthy = (unit: string, reason: string): Finding => ({
  code: 'rollout/unit-not-healthy',
  subject: unit,
  message: reason,
  remedy: 'Read the log of the unit, mend the release, ship again.',
})

export const wrongVersion = (unit: string, said: CommitId | null, wanted: CommitId): Finding => ({
  code: 'rollout/wrong-version',
  subject: unit,
  message: `is healthy but says it runs ${shortCommit(said)}, not ${shortCommit(wanted)}`,
  remedy: 'Make the artifact report the commit it was built from at its health path.',
})

export const canaryFailed = (wave: string, why: string): Finding => ({
  code: 'rollout/canary-failed',
  subject: `wave ${wave}`,
  message: why,
  remedy: 'Read the errors of the new release, mend it, ship again.',
})

export const inconclusive = (wave: string, why: string): Finding => ({
  code: 'rollout/inconclusive',
  subject: `wave ${wave}`,
  message: why,
  remedy:
    'Declare synthetic load, or lengthen `bake.deadline` in `bulkhead.yml`; no data is not healthy.',
})

export const staleToken = (token: FencingToken, newest: FencingToken): Finding => ({
  code: 'rollout/stale-token',
  subject: `token ${token}`,
  message: `a newer holder with token ${newest} has acted on the fleet; nothing more was touched`,
  remedy: 'See who is in charge: `bulkhead status`.',
})

export const drift = (unit: string, was: CommitId | null, is: CommitId | null): Finding => ({
  code: 'rollout/drift',
  subject: unit,
  message: `ran ${shortCommit(was)} and now runs ${shortCommit(is)}, which this rollout never placed`,
  remedy: 'Find out who changed it (`bulkhead ledger log`); ship again when it is settled.',
})

export const rollbackFailed = (subject: string, reason: string): Finding => ({
  code: 'rollout/rollback-failed',
  subject,
  message: reason,
  remedy:
    'Act by hand now: the lease is held, traffic stays where it is healthy (`bulkhead status`).',
})

export const cancelled = (environment: string): Finding => ({
  code: 'rollout/cancelled',
  subject: environment,
  message:
    'somebody stopped the process; the rollout stands at the edge of a batch, nothing is drained',
  remedy: 'Go on with `bulkhead resume`, or back with `bulkhead abort`.',
})

const ORDERS = {
  pause: {
    code: 'rollout/cancelled',
    remedy: 'Go on with `bulkhead resume`, or back with `bulkhead abort`.',
  },
  abort: { code: 'rollout/aborted', remedy: 'Ship again when ready.' },
  yield: {
    code: 'rollout/preempted',
    remedy: 'Merge the fix into it when the hotfix is out, have that judged, and ship it.',
  },
} as const satisfies Record<StandingOrder['order'], Pick<Finding, 'code' | 'remedy'>>

export const ordered = (environment: string, { order, by, reason }: StandingOrder): Finding => ({
  ...ORDERS[order],
  subject: environment,
  message: `${by} ordered it to ${order}: ${reason}`,
})

export const aborted = (environment: string): Finding => ({
  code: 'rollout/aborted',
  subject: environment,
  message: 'another region could not be released, so this one goes back too',
  remedy: 'See the findings of the other region, mend the release, ship again.',
})

export const wasGoingBack = (environment: string): Finding => ({
  code: 'rollout/aborted',
  subject: environment,
  message: 'it was being rolled back when its process ended; it goes on going back',
  remedy: 'Read why on record (`bulkhead ledger log`), mend the release, ship again.',
})

export const returnFailed = (environment: string): Finding => ({
  code: 'rollout/rollback-failed',
  subject: environment,
  message: 'the way back to the earlier release did not succeed; nothing more is tried',
  remedy:
    'Act by hand now: the lease is held, traffic stays where it is healthy (`bulkhead status`).',
})

export const outage = (wave: string, why: string): Finding => ({
  code: 'rollout/outage',
  subject: `wave ${wave}`,
  message: why,
  remedy: 'Mend what hits both releases, then go on with `bulkhead resume`.',
})

const WHEN_WELL =
  'When the zone is well: `bulkhead zone restore ZONE`, then `bulkhead resume` (or `ship`).'

export const zoneShifted = (subject: string, away: readonly string[], sums: string): Finding => ({
  code: 'rollout/zone-shifted',
  subject,
  message: `the traffic of ${away.join(', ')} is shifted away, so that it counts as gone: ${sums}`,
  remedy: WHEN_WELL,
})

export const heldByShift = (subject: string, reason: string): Finding => ({
  code: 'rollout/zone-shifted',
  subject,
  message: reason,
  remedy: WHEN_WELL,
})

export const nothingReleased = (environment: string): Finding => ({
  code: 'rollout/nothing-released',
  subject: environment,
  message: 'there is no earlier release to return to; the units are left as they are',
  remedy: 'Ship a release that passes.',
})

export const surgeLeft = (subject: string, reason: string): Finding => ({
  code: 'rollout/surge-left',
  subject,
  message: `units that a surge added are still there: ${reason}`,
  remedy: 'Mend what the engine says, or restore what was lost; then `bulkhead resume`.',
})
