import type { GoodRelease } from '@bulkhead/ledger'
import { type RolloutResult, wholeResult } from '@bulkhead/rollout'
import { refuseOverContract } from './contracts.ts'
import type { Deployment } from './deployment.ts'
import { shippedOf } from './plan-environment.ts'
import { type RegionEnd, rollRegion } from './roll-region.ts'

/**
 * Takes regions back to a release that was fully good, one after the other. It needs no verdict that
 * still stands: the ledger says that it was good, and the target that it holds its artifact. Refused
 * where the database was contracted since.
 */
export async function returnRegions(
  deployment: Deployment,
  regions: readonly string[],
  good: GoodRelease,
): Promise<RolloutResult & Pick<RegionEnd, 'id'>> {
  const release = shippedOf(deployment.policy, good)
  if (release === undefined) throw new TypeError('a good release has an artifact')
  const closed = await refuseOverContract(
    deployment,
    await deployment.ledger.state(),
    release.commit,
  )
  if (closed.length > 0) return { result: 'refused', findings: closed, id: undefined }
  const results = new Map<string, RolloutResult>()
  let first: RegionEnd['id']
  for (const region of regions) {
    const {
      plan: _,
      id,
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
    first ??= id
    results.set(region, ended)
    if (ended.result !== 'released') break
  }
  return { ...wholeResult(results), id: first }
}
