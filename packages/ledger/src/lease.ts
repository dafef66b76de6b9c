import { type FencingToken, type Finding, fencingToken } from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import type { EnvironmentFold } from './state/environment-fold.ts'
import { type LeaseRequest, type Sighting, decideLease } from './lease-decision.ts'
import type { LogWriter, Proposal } from './log-writer.ts'

/** A lease that is held: every effect on the environment carries its token. */
export interface Lease {
  readonly token: FencingToken
  readonly region: string
  /**
   * Shows that its holder lives, where nothing else is to be said for long. Whoever waits longer than
   * a fraction of the term calls it, or loses the lease to the next in line.
   * @throws WorldError `ledger/illegal-step` when the lease is lost: touch nothing then
   */
  renew(): Promise<void>
  /**
   * Gives the lease back. Does nothing when it was taken over meanwhile, or when its rollback got
   * stuck: then it is held, so that nothing touches the fleet until a human has looked.
   */
  release(): Promise<void>
}

export type LeaseOutcome =
  | { readonly kind: 'acquired'; readonly lease: Lease }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }

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
  let seen: Sighting | undefined
  const propose = ({ leases }: EnvironmentFold): Proposal => {
    const decision = decideLease(leases, request, seen, clock.monotonic())
    seen = decision.sighting
    return decision.kind === 'ask' ? [decision.draft] : { refused: decision.findings }
  }
  const until = clock.monotonic() + (request.patience ?? 0)
  for (;;) {
    const outcome = await writer.append(propose)
    if ('entries' in outcome) {
      const token = fencingToken(outcome.entries[0]?.index ?? 0)
      return { kind: 'acquired', lease: heldLease(writer, token, request) }
    }
    const left = until - clock.monotonic()
    if (left <= 0 || request.signal?.aborted) return { kind: 'refused', findings: outcome.refused }
    await clock.sleep(Math.min(left, LONGEST_LOOK_MS), request.signal).catch(() => undefined)
    await writer.sync()
  }
}

function heldLease(writer: LogWriter, token: FencingToken, request: LeaseRequest): Lease {
  const under = { fence: token, actors: request.actors, data: {} }
  return {
    token,
    region: request.region,
    async renew() {
      await writer.append(() => [{ kind: 'lease.renewed', ...under }])
    },
    async release() {
      await writer.append(({ leases }) => {
        const lease = leases.find((other) => other.token === token)
        if (lease === undefined || lease.stuck) return []
        return [{ kind: 'lease.released', ...under }]
      })
    },
  }
}
