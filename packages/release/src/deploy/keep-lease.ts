import type { Lease } from '@bulkhead/ledger'
import type { Clock } from '@bulkhead/world'

/** A small part of the term of a lease (10 min): one renewal that fails late costs nothing yet. */
const RENEW_MS = 120_000

/**
 * Does what may take long under a lease and says nothing for the record itself: the lease is renewed
 * now and then until it is done.
 * @throws whatever the work throws; WorldError when the lease was lost meanwhile, after the work ended
 */
export async function keepLease<T>(
  lease: Pick<Lease, 'renew'>,
  clock: Clock,
  work: () => Promise<T>,
): Promise<T> {
  const ended = new AbortController()
  const renewing = renewUntil(ended.signal, lease, clock)
  // Awaited below: a renewal may fail long before the work ends.
  renewing.catch(() => undefined)
  try {
    return await work()
  } finally {
    ended.abort()
    await renewing
  }
}

async function renewUntil(
  ended: AbortSignal,
  lease: Pick<Lease, 'renew'>,
  clock: Clock,
): Promise<void> {
  for (;;) {
    await clock.sleep(RENEW_MS, ended).catch(() => undefined)
    if (ended.aborted) return
    await lease.renew()
  }
}
