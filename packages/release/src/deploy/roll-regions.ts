import type { EnvironmentPolicy } from '@bulkhead/policy'
import { type RolloutResult, runPipeline, wholeResult } from '@bulkhead/rollout'
import type { Deployment } from './deployment.ts'
import { returnRegions } from './return-regions.ts'
import { type RegionEnd, rollRegion } from './roll-region.ts'
import { runsOnEvery } from './runs-on-every.ts'

export interface WholeEnd extends RolloutResult {
  /** Of the first region. */
  readonly plan: RegionEnd['plan']
  readonly id: RegionEnd['id']
}

/** Rolls out all regions that still need it, each under its own lease, one behind the other. */
export async function rollRegions(deployment: Deployment): Promise<WholeEnd> {
  const { lane, policy } = deployment
  const begun = new Map<string, Pick<RegionEnd, 'plan' | 'id'>>()
  const regions = regionOrder(policy)
  const results = await runPipeline({
    regions,
    lane,
    async run(region, hooks) {
      if (await isDone(deployment, region)) {
        hooks.onFirstJudged()
        return { result: 'released', findings: [] }
      }
      const waits = region !== regions[0]
      const { plan, id, ...ended } = await rollRegion(deployment, region, { ...hooks, waits })
      begun.set(region, { plan, id })
      return ended
    },
  })
  const first = begun.get(regions[0] ?? '') ?? [...begun.values()][0]
  const whole = wholeResult(results)
  return { ...(await takeBackOthers(deployment, whole)), plan: first?.plan, id: first?.id }
}

/** A release that had to be rolled back in one region is taken back where it ended good before that. */
async function takeBackOthers(
  deployment: Deployment,
  whole: RolloutResult,
): Promise<RolloutResult> {
  if (whole.result !== 'rolled-back') return whole
  const { regions, released } = await deployment.ledger.state()
  const ahead = Object.keys(regions).filter(
    (region) => regions[region]?.commit === deployment.release.commit,
  )
  if (released === null || released.commit === deployment.release.commit || ahead.length === 0)
    return whole
  const returned = await returnRegions(deployment, ahead, released)
  if (returned.result === 'released') return whole
  // Where there is no way back it stays, good as it is; another release is the way on.
  const result = returned.result === 'refused' ? 'paused' : 'stuck'
  return { result, findings: [...whole.findings, ...returned.findings] }
}

/** Smallest first, as the plan has it: the first region risks least. */
export const regionOrder = ({ regions }: Pick<EnvironmentPolicy, 'regions'>): readonly string[] =>
  Object.entries(regions)
    .map(([name, zones]) => ({ name, units: Object.values(zones).reduce((sum, n) => sum + n, 0) }))
    .sort((a, b) => a.units - b.units || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name)

/** On record as good here already, and the region says so too. */
async function isDone(
  { ledger, target, release, unwind, purpose }: Deployment,
  region: string,
): Promise<boolean> {
  const { regions, unfinished } = ledger.known()
  if (unwind !== undefined || purpose === 'return') return false
  if (regions[region]?.commit !== release.commit) return false
  if (unfinished.some((left) => left.region.split('+').includes(region))) return false
  return runsOnEvery(await target.observe({ region }), release.commit)
}
