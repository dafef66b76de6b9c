import type { Scope, TrafficCount } from '@bulkhead/rollout'
import type { CommitId } from '@bulkhead/vocabulary'

/** Requests and errors of one version in one zone, so that a look at a part of the fleet can be had. */
export interface PlacedCount extends TrafficCount {
  readonly region: string
  readonly zone: string
}

/** Whether something stands in a part of the fleet. */
export const isWithin = (
  { region, zone }: { readonly region: string; readonly zone: string },
  scope: Scope,
): boolean => region === (scope.region ?? region) && zone === (scope.zone ?? zone)

/** Counts per version in a part of the fleet, in the order of the commit ids. */
export function sumTraffic(
  counts: readonly PlacedCount[],
  scope: Scope = {},
): readonly TrafficCount[] {
  const sums = new Map<CommitId, TrafficCount>()
  for (const count of counts) {
    if (!isWithin(count, scope)) continue
    const { version } = count
    const { requests, errors } = sums.get(version) ?? { requests: 0, errors: 0 }
    sums.set(version, {
      version,
      requests: requests + count.requests,
      errors: errors + count.errors,
    })
  }
  return [...sums.values()].sort((a, b) => (a.version < b.version ? -1 : 1))
}
