import {
  type FencingToken,
  type Finding,
  type Milliseconds,
  fencingToken,
} from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import type { Actor, EntryDraft } from './entry.ts'
import type { EnvironmentFold } from './environment-fold.ts'
import type { LeaseOnRecord } from './environment-state.ts'
import type { LogWriter, Proposal } from './log-writer.ts'
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
  /** Ends somebody else's lease, by its token, for a reason that goes on record. A human's decision. */
  readonly breaking?: { readonly token: FencingToken; readonly reason: string }
}

/** A lease that is held: every effect on the environment carries its token. */
export interface Lease {
  readonly token: FencingToken
  readonly region: string
  /**
   * Gives the lease back. Does nothing when it was taken over meanwhile, or when its rollback got
   * stuck: then it is held, so that nothing touches the fleet until a human has looked.
   */
  release(): Promise<void>
}

export type LeaseOutcome =
  | { readonly kind: 'acquired'; readonly lease: Lease }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }

const DEFAULT_TTL_MS = 600_000
const LONGEST_LOOK_MS = 2_000

/**
 * Acquires the lease of a region; its token is the index of the entry that says so.
 *
 * Clocks of different machines are never compared. A lease expires in the eyes of one observer, who by
 * his own monotonic clock has seen no new entry under its token for its whole term; every entry under
 * the token is a sign of life. Who cannot wait breaks the lease by name and reason. Either way the old
 * holder's next entry is refused, and so is its token wherever the new one was seen (law 9).
 */
export async function acquireLease(
  writer: LogWriter,
  clock: Clock,
  request: LeaseRequest,
): Promise<LeaseOutcome> {
  const watch = new LeaseWatch(clock)
  const until = clock.monotonic() + (request.patience ?? 0)
  for (;;) {
    const outcome = await writer.append((fold) => propose(fold, watch, request))
    if ('entries' in outcome) {
      const token = fencingToken(outcome.entries[0]?.index ?? 0)
      return { kind: 'acquired', lease: heldLease(writer, token, request) }
    }
    const left = until - clock.monotonic()
    if (left <= 0) return { kind: 'refused', findings: outcome.refused }
    await clock.sleep(Math.min(left, LONGEST_LOOK_MS))
    await writer.sync()
  }
}

/** Remembers since when, by our own monotonic clock, a lease has shown no sign of life. */
class LeaseWatch {
  readonly #clock: Clock
  #seen: { readonly token: FencingToken; readonly sign: number; readonly since: number } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  silentFor({ token, lastSign }: LeaseOnRecord): number {
    const now = this.#clock.monotonic()
    if (this.#seen?.token !== token || this.#seen.sign !== lastSign) {
      this.#seen = { token, sign: lastSign, since: now }
    }
    return Math.floor(now - this.#seen.since)
  }
}

function propose(fold: EnvironmentFold, watch: LeaseWatch, request: LeaseRequest): Proposal {
  const held = fold.leases.filter((lease) => regionsOverlap(lease.region, request.region))
  const [only, ...others] = held
  if (only === undefined) return [leaseDraft(request, null)]
  const watchedMs = watch.silentFor(only)
  const { breaking } = request
  if (others.length === 0 && breaking?.token === only.token) {
    const { token, reason } = breaking
    return [leaseDraft(request, { token, why: 'broken', reason, watchedMs })]
  }
  if (others.length === 0 && !only.stuck && watchedMs >= only.ttlMs) {
    const reason = `no sign of life for ${watchedMs} ms`
    return [leaseDraft(request, { token: only.token, why: 'expired', reason, watchedMs })]
  }
  return { refused: held.map(leaseHeld) }
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

const heldLease = (writer: LogWriter, token: FencingToken, request: LeaseRequest): Lease => ({
  token,
  region: request.region,
  async release() {
    await writer.append((fold) => {
      const lease = fold.leases.find((other) => other.token === token)
      if (lease === undefined || lease.stuck) return []
      return [{ kind: 'lease.released', fence: token, actors: request.actors, data: {} }]
    })
  },
})
