import type { GoodRelease } from '@bulkhead/ledger'
import { type RolloutResult, wholeResult } from '@bulkhead/rollout'
import type { Deployment } from './deployment.ts'
import { shippedOf } from './plan-environment.ts'
import { rollRegion } from './roll-region.ts'

/**
 * Takes regions back to a release that was fully good, one after the other. It needs no verdict that
 * still stands: the ledger says that it was good, and the target that it holds its artifact.
 */
export async function returnRegions(
  deployment: Deployment,
  regions: readonly string[],
  good: GoodRelease,
): Promise<RolloutResult> {
  const release = shippedOf(good)
  if (release === undefined) throw new TypeError('a good release has an artifact')
  const results = new Map<string, RolloutResult>()
  for (const region of regions) {
    const {
      plan: _,
      id: __,
      ...ended
    } = await rollRegion(
      {
        ...deployment,
        purpose: 'return',
        release,
        artifacts: good.artifacts,
        path: undefined,
        attestation: null,
        mayGoOn: () => Promise.resolve([]),
        plan: undefined,
        unwind: undefined,
      },
      region,
      { onFirstJudged: () => undefined, abort: new AbortController().signal, waits: true },
    )
    results.set(region, ended)
    if (ended.result !== 'released') break
  }
  return wholeResult(results)
}
