import { count, objectOf, oneOf, orNull, readShape, text } from '@bulkhead/envelope'
import { type CommitId, type FencingToken, fencingToken } from '@bulkhead/vocabulary'
import type { EntryOnRecord, ReleaseOnRecord } from './entry.ts'
import { acknowledgementOf, revocationOf, rotationOf } from './key-entries.ts'
import type {
  LeaseOnRecord,
  OrderOnRecord,
  RolloutOnRecord,
  VerdictOnRecord,
} from './environment-state.ts'
import type { HotfixFold } from './hotfix/hotfix-fold.ts'
import type { QueueFold } from './queue/queue-fold.ts'
import { regionsOverlap } from './regions.ts'

/** The parts of an entry that rules look at. */
export type Step = Pick<
  EntryOnRecord,
  'kind' | 'index' | 'release' | 'fence' | 'actors' | 'data' | 'at'
>

/** What is on record before a step. */
export interface OnRecord {
  readonly leases: readonly LeaseOnRecord[]
  rolloutOf(token: FencingToken): RolloutOnRecord | undefined
  readonly rollouts: readonly RolloutOnRecord[]
  readonly unfinished: readonly RolloutOnRecord[]
  verdictOn(release: ReleaseOnRecord): VerdictOnRecord | undefined
  /** Whether a commit ended good in some region. */
  wasGood(commit: CommitId): boolean
  /** Index of the entry by which a commit last became fully good; undefined when it never did. */
  goodSince(commit: CommitId): number | undefined
  readonly queue: Pick<QueueFold, 'areWaiting' | 'isRemovable' | 'trainOf'>
  readonly hotfixes: Pick<HotfixFold, 'all' | 'known'>
}

/** Says why a step may not follow what is on record, or nothing. */
export type Rule = (step: Step, record: OnRecord) => string | undefined

/** Data of `lease.acquired`. A takeover names the one lease that it ends, and why. */
const leaseShape = objectOf({
  region: text,
  holder: text,
  ttlMs: count,
  takesOver: orNull(
    objectOf({
      token: count,
      why: oneOf('expired', 'broken'),
      reason: text,
      /** Monotonic milliseconds for which the taker saw no sign of life. */
      watchedMs: count,
    }),
  ),
})

/** @throws TypeError when the entry was not judged before */
export function leaseOf(step: Step): LeaseOnRecord & { readonly takesOver: number | null } {
  const read = readShape(leaseShape, step.data)
  if (read.kind === 'refused') throw new TypeError(read.reason)
  const { region, holder, ttlMs, takesOver } = read.value
  const token = fencingToken(step.index)
  const base = { token, region, holder, ttlMs, since: step.at, lastSign: step.index, stuck: false }
  return { ...base, takesOver: takesOver?.token ?? null }
}

export const acquireLease: Rule = (step, { leases }) => {
  const read = readShape(leaseShape, step.data)
  if (read.kind === 'refused') return `its data are not those of a lease: ${read.reason}`
  if (step.fence !== undefined) return 'a new lease has no older token'
  const { region, takesOver } = read.value
  const held = leases.filter((lease) => regionsOverlap(lease.region, region))
  const [only] = held
  if (takesOver === null) return only && `${only.holder} holds the lease with token ${only.token}`
  if (held.length !== 1 || only?.token !== takesOver.token) {
    return `it takes over token ${takesOver.token}, which is not the one live lease there`
  }
  if (takesOver.reason.trim() === '') return 'a takeover needs a reason'
  if (takesOver.why === 'broken') return undefined
  if (only.stuck) return 'a stuck lease does not expire: a human must break it'
  return takesOver.watchedMs >= only.ttlMs
    ? undefined
    : `it was watched for ${takesOver.watchedMs} ms only, its term is ${only.ttlMs} ms`
}

const liveLease = (step: Step, { leases }: OnRecord): LeaseOnRecord | undefined =>
  leases.find((lease) => lease.token === step.fence)

const withoutLease = (step: Step): string =>
  step.fence === undefined
    ? 'it carries no fencing token'
    : `the lease with token ${step.fence} is not live`

export const releaseLease: Rule = (step, record) => {
  const lease = liveLease(step, record)
  if (lease === undefined) return withoutLease(step)
  return lease.stuck
    ? 'its rollback is stuck: the lease is held until a human breaks it'
    : undefined
}

/** A sign of life where nothing else is to be said. */
export const renewLease: Rule = (step, record) =>
  liveLease(step, record) === undefined ? withoutLease(step) : undefined

const breakShape = objectOf({ token: count, reason: text })

/** The token of the lease that an entry `lease.broken` ends. */
export function brokenLeaseOf(data: Step['data']): FencingToken | undefined {
  const read = readShape(breakShape, data)
  return read.kind === 'read' ? fencingToken(read.value.token) : undefined
}

/** A human's decision: somebody is named, for a reason, and the one lease meant is still live. */
export const breakLease: Rule = (step, { leases }) => {
  const read = readShape(breakShape, step.data)
  if (read.kind === 'refused') return `its data are not those of a broken lease: ${read.reason}`
  const { token, reason } = read.value
  if (reason.trim() === '') return 'breaking a lease needs a reason'
  if (!step.actors.some(({ id }) => id.trim() !== '')) return 'nobody is named who broke the lease'
  return leases.some((lease) => lease.token === token)
    ? undefined
    : `the lease with token ${token} is not live`
}

/** What may be said of anything at any time. */
export const always: Rule = () => undefined

const annotationShape = objectOf({ about: count, text })

/** A note about an entry before it. It adds; what it is about stays as it was. */
export const annotate: Rule = ({ index, data }) => {
  const read = readShape(annotationShape, data)
  if (read.kind === 'refused') return `its data are not those of an annotation: ${read.reason}`
  return read.value.about < index ? undefined : 'it is about an entry that is not before it'
}

export const giveVerdict: Rule = ({ release, data }) => {
  if (release === undefined) return 'a verdict names its commit'
  return data['outcome'] === 'PASS' || data['outcome'] === 'BLOCK'
    ? undefined
    : 'a verdict is PASS or BLOCK'
}

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

export const revokeKey: Rule = ({ data }) =>
  revocationOf(data) === undefined
    ? 'it names no key as {"key": "sha256:<64 hex digits>"}, with at most an index `from` and a `reason`'
    : undefined

/** That there is such a revocation, and what it took back, knows log-keys.ts. */
export const acknowledgeVoided: Rule = ({ data, actors }) => {
  if (acknowledgementOf(data) === undefined)
    return 'it names no revocation as {"revocation": <index>, "reason"}'
  return actors.some(({ id }) => id.trim() !== '') ? undefined : 'nobody is named who looked at it'
}

export const rotateKey: Rule = ({ data }) =>
  rotationOf(data) === undefined
    ? 'it introduces no Ed25519 key as {"old", "name", "publicKey"}'
    : undefined

/** Same names, same bytes; order is nobody's business. */
export function sameArtifacts(one: ReleaseOnRecord, other: ReleaseOnRecord): boolean {
  // Every step of a rollout asks, and nearly always the order is the same too.
  if (sameInOrder(one.artifacts, other.artifacts)) return true
  const list = ({ artifacts }: ReleaseOnRecord) =>
    artifacts.map(({ name, digest }) => `${digest} ${name}`).sort()
  return JSON.stringify(list(one)) === JSON.stringify(list(other))
}

const sameInOrder = (
  one: ReleaseOnRecord['artifacts'],
  other: ReleaseOnRecord['artifacts'],
): boolean =>
  one.length === other.length &&
  one.every(({ name, digest }, at) => name === other[at]?.name && digest === other[at]?.digest)
