import { count, objectOf, oneOf, readShape, text } from '@bulkhead/envelope'
import { regionsOverlap } from '../regions.ts'
import { sameArtifacts } from '../same-artifacts.ts'
import type { OrderOnRecord, VerdictOnRecord } from '../state/environment-state.ts'
import { liveLease, withoutLease } from './lease-rules.ts'
import type { OnRecord, Rule, Step } from './rule.ts'

export const startDeploy: Rule = (step, record) => {
  const { release } = step
  const lease = liveLease(step, record)
  if (lease === undefined) return withoutLease(step)
  const left = record.unfinished.find((other) => regionsOverlap(other.region, lease.region))
  if (left !== undefined)
    return `the rollout of ${left.commit} that began under token ${left.id} has not ended`
  const other = underWay(record, lease.region)
  if (other !== undefined) return other
  if (release === undefined || release.artifacts.length === 0) return 'it names nothing to ship'
  const verdict = record.verdictOn(release)
  if (verdict === undefined) return `no verdict about ${release.commit} is on record`
  if (verdict.outcome !== 'PASS' && verdict.observing === undefined)
    return `the newest verdict about ${release.commit} is BLOCK`
  if (!sameArtifacts(verdict, release)) return 'the verdict is about other artifacts'
  return attestationObjection(step, verdict, record.wasGood(release.commit))
}

/** Two rollouts never share a region, whatever their leases cover: one may have begun under an older one. */
function underWay({ rollouts }: OnRecord, region: string): string | undefined {
  const other = rollouts.find((rollout) => regionsOverlap(rollout.region, region))
  return other && `the rollout that began under token ${other.id} is under way there`
}

/**
 * A deploy names the attestation that the verdict on record was given as. Its digest binds commit,
 * artifacts, policy and environment at once. What is taken back where it was good names none. A verdict
 * that names none, as those of other gates, is held against artifacts alone.
 */
function attestationObjection(
  { data }: Step,
  { attestations }: VerdictOnRecord,
  wasGood: boolean,
): string | undefined {
  const { attestation = null } = data
  if (attestations === undefined) return undefined
  if (attestation === null)
    return wasGood ? undefined : 'it rests on no attestation, and was never good here'
  return attestations.some((digest) => digest === attestation)
    ? undefined
    : 'it rests on another attestation than the newest verdict'
}

/** A step of the rollout that is under way under the same, still live, token. */
export const continueDeploy: Rule = (step, record) => {
  if (liveLease(step, record) === undefined) return withoutLease(step)
  const rollout = step.fence === undefined ? undefined : record.rolloutOf(step.fence)
  if (rollout === undefined) return 'no rollout is under way under its token'
  const same = step.release?.commit === rollout.commit && sameArtifacts(step.release, rollout)
  return same ? undefined : 'it is about another release than the one under way'
}

/** The wave of a step on the way forward; undefined for what has none. */
export const forwardWaveOf = ({ direction, wave }: Step['data']): number | undefined =>
  direction === 'forward' && typeof wave === 'number' ? wave : undefined

/**
 * A batch, or a judgement, of the rollout. On the way forward no wave follows a later one; the way back
 * takes first what is down, wherever it is. Entries that name no direction or wave tell none.
 */
export const stepDeploy: Rule = (step, record) => {
  const objection = continueDeploy(step, record)
  const rollout = step.fence === undefined ? undefined : record.rolloutOf(step.fence)
  if (objection !== undefined || rollout === undefined) return objection
  const { direction } = step.data
  if (direction === undefined) return undefined
  if (direction !== 'forward' && direction !== 'back')
    return `a rollout goes forward or back, not ${JSON.stringify(direction)}`
  if (direction !== rollout.direction)
    return direction === 'back'
      ? 'it goes back before a rollback was started'
      : 'it goes forward although a rollback was started'
  const wave = forwardWaveOf(step.data)
  const { wave: newest = 0 } = rollout
  return wave === undefined || wave >= newest
    ? undefined
    : `it is of wave ${wave}, after one of wave ${newest}`
}

/** Goes on, under a new lease, with what lost its lease before it ended. */
export const resumeDeploy: Rule = (step, record) => {
  const lease = liveLease(step, record)
  if (lease === undefined) return withoutLease(step)
  const { of } = step.data
  const left = record.unfinished.find((other) => other.id === of)
  if (left === undefined) return `no unfinished rollout began under token ${JSON.stringify(of)}`
  if (!regionsOverlap(left.region, lease.region)) return 'it is about another region'
  const other = underWay(record, lease.region) ?? underWay(record, left.region)
  if (other !== undefined) return other
  const same = step.release?.commit === left.commit && sameArtifacts(step.release, left)
  return same ? undefined : 'it is about another release than the unfinished one'
}

const orderShape = objectOf({ order: oneOf('pause', 'abort', 'yield'), of: count, reason: text })

/** What an entry `deploy.ordered` asks, and of which rollout. @throws TypeError when not judged before */
export function orderOf(step: Step): { readonly of: number; readonly asked: OrderOnRecord } {
  const read = readShape(orderShape, step.data)
  if (read.kind === 'refused') throw new TypeError(read.reason)
  const { of, order, reason } = read.value
  const [actor] = step.actors
  const by = actor === undefined ? 'unknown' : `${actor.provider}:${actor.id}`
  return { of, asked: { order, by, reason } }
}

/** Asked of a rollout in somebody else's hands, which obeys at the edge of a batch. */
export const orderDeploy: Rule = (step, { rollouts, unfinished }) => {
  const read = readShape(orderShape, step.data)
  if (read.kind === 'refused') return `its data are not those of an order: ${read.reason}`
  if (read.value.reason.trim() === '') return 'an order needs a reason'
  if (!step.actors.some(({ id }) => id.trim() !== '')) return 'nobody is named who gave the order'
  return [...rollouts, ...unfinished].some(({ id }) => id === read.value.of)
    ? undefined
    : `no rollout that began under token ${read.value.of} is under way`
}

const RESULTS: readonly unknown[] = ['released', 'rolled-back', 'stuck', 'stopped', 'superseded']

export const finishDeploy: Rule = (step, record) => {
  const objection = continueDeploy(step, record)
  if (objection !== undefined) return objection
  const { result } = step.data
  if (!RESULTS.includes(result)) return `a rollout does not end with ${JSON.stringify(result)}`
  const rollout = step.fence === undefined ? undefined : record.rolloutOf(step.fence)
  return result === 'released' && rollout?.direction === 'back'
    ? 'what is being rolled back was not released'
    : undefined
}
