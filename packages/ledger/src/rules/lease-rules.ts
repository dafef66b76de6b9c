import { count, objectOf, oneOf, orNull, readShape, text } from '@bulkhead/envelope'
import { type FencingToken, fencingToken } from '@bulkhead/vocabulary'
import { regionsOverlap } from '../regions.ts'
import type { LeaseOnRecord } from '../state/environment-state.ts'
import type { OnRecord, Rule, Step } from './rule.ts'

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

/** The lease whose token a step carries, while it is live. */
export const liveLease = (step: Step, { leases }: OnRecord): LeaseOnRecord | undefined =>
  leases.find((lease) => lease.token === step.fence)

/** What is to be said where there is none. */
export const withoutLease = (step: Step): string =>
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
