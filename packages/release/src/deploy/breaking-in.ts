import type { LeaseRequest, Ledger } from '@bulkhead/ledger'
import type { BreakOrder } from './deployment.ts'

/** Of the leases that people have decided to end, the one that a region is held by. */
export async function breakingIn(
  ledger: Pick<Ledger, 'state'>,
  breaking: BreakOrder | undefined,
  region: string,
): Promise<Pick<LeaseRequest, 'breaking'>> {
  if (breaking === undefined) return {}
  const { tokens, reason } = breaking
  const { leases } = await ledger.state()
  const here = leases.find((lease) => lease.region.split('+').includes(region))
  const token = tokens.find((one) => one === here?.token)
  return token === undefined ? {} : { breaking: { token, reason } }
}
