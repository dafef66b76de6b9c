import type { ProbePolicy } from '@bulkhead/policy'
import type { Reading } from '@bulkhead/rollout'
import type { HttpExchange } from '@bulkhead/world'
import { none } from './source.ts'

/**
 * One request from outside, as a user makes it: TLS is verified, redirects are not followed, and there
 * is no second try. A server that does not answer has failed the probe: that is what it is for.
 */
export async function probe(
  policy: ProbePolicy,
  exchange: HttpExchange,
  signal: AbortSignal,
): Promise<Reading<boolean>> {
  const outcome = await exchange({
    url: policy.url,
    timeout: policy.timeout,
    attempts: 1,
    budget: policy.timeout,
    signal,
  })
  if (outcome.kind === 'cancelled') return none('was cancelled')
  const passed =
    outcome.kind === 'answered' &&
    outcome.status === policy.status &&
    (policy.contains === undefined || outcome.body.includes(policy.contains))
  return { kind: 'read', value: passed }
}
