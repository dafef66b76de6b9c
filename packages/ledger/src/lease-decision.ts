import type { FencingToken, Finding, Milliseconds } from '@bulkhead/vocabulary'
import type { Actor, EntryDraft } from './entry.ts'
import type { LeaseOnRecord } from './state/environment-state.ts'
import { regionsOverlap } from './regions.ts'

export interface LeaseRequest {
  /** One region, or several joined by `+`. */
  readonly region: string
  readonly actors: readonly Actor[]
  /** How findings and `status` name the holder. Default: the first actor. */
  readonly holder?: string
  /** After so long without an entry under its token, others may take the lease over. Default 10 min. */
  readonly ttl?: Milliseconds
  /** How long to wait for a lease that is held. Default 0. */
  readonly patience?: Milliseconds
  /** Ends the wait. */
  readonly signal?: AbortSignal
  /** Ends somebody else's lease, by its token, for a reason that goes on record. A human's decision. */
  readonly breaking?: { readonly token: FencingToken; readonly reason: string }
}

/** Since when, by an observer's own monotonic clock, a lease has shown no newer sign of life. */
export interface Sighting {
  readonly token: FencingToken
  readonly sign: number
  readonly since: number
}

/** What an observer asks for, and what they have seen so far of the lease that is in the way. */
export type LeaseDecision = (
  | { readonly kind: 'ask'; readonly draft: EntryDraft }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }
) & { readonly sighting: Sighting | undefined }

export const DEFAULT_TTL_MS = 600_000

/**
 * Whether somebody who asks for a lease may have it now, by what is on record and by what they have
 * seen themselves. Pure: the same function runs in every holder and in the model checker.
 *
 * @param now the observer's monotonic clock; clocks of two machines are never compared
 * @param seen what the observer saw when they last looked
 */
export function decideLease(
  leases: readonly LeaseOnRecord[],
  request: LeaseRequest,
  seen: Sighting | undefined,
  now: number,
): LeaseDecision {
  const held = leases.filter((lease) => regionsOverlap(lease.region, request.region))
  const [only, ...others] = held
  if (only === undefined) return { kind: 'ask', draft: leaseDraft(request, null), sighting: seen }
  const sighting = isSame(seen, only)
    ? seen
    : { token: only.token, sign: only.lastSign, since: now }
  const watchedMs = Math.floor(now - sighting.since)
  const takesOver = others.length === 0 ? takeover(only, request, watchedMs) : null
  return takesOver === null
    ? { kind: 'refused', findings: held.map(leaseHeld), sighting }
    : { kind: 'ask', draft: leaseDraft(request, takesOver), sighting }
}

const isSame = (seen: Sighting | undefined, { token, lastSign }: LeaseOnRecord): seen is Sighting =>
  seen?.token === token && seen.sign === lastSign

function takeover(
  { token, stuck, ttlMs }: LeaseOnRecord,
  { breaking }: LeaseRequest,
  watchedMs: number,
): object | null {
  if (breaking?.token === token) return { ...breaking, why: 'broken', watchedMs }
  if (stuck || watchedMs < ttlMs) return null
  return { token, why: 'expired', reason: `no sign of life for ${watchedMs} ms`, watchedMs }
}

const leaseDraft = (request: LeaseRequest, takesOver: object | null): EntryDraft => ({
  kind: 'lease.acquired',
  actors: request.actors,
  data: {
    region: request.region,
    holder: request.holder ?? holderOf(request.actors),
    ttlMs: request.ttl ?? DEFAULT_TTL_MS,
    takesOver,
  },
})

const holderOf = ([first]: readonly Actor[]): string =>
  first === undefined ? 'unknown' : `${first.provider}:${first.id}`

const leaseHeld = ({ region, holder, since, token, stuck }: LeaseOnRecord): Finding => ({
  code: 'ledger/lease-held',
  subject: region,
  message: `${holder} holds the lease since ${since} with token ${token}${stuck ? '; its rollback is stuck' : ''}`,
  remedy: stuck
    ? `look at the fleet first (\`bulkhead status\`); then end the lease: ${breakCommand(token)}`
    : `wait until it is given back (\`bulkhead status\`); if its holder is gone, end the lease: ${breakCommand(token)}`,
})

const breakCommand = (token: FencingToken): string =>
  `\`bulkhead ship --break-lease ${token} --reason TEXT\``
