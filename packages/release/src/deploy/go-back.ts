import type { EnvironmentState } from '@bulkhead/ledger'
import { type RolloutResult, wholeResult } from '@bulkhead/rollout'
import type { Finding } from '@bulkhead/vocabulary'
import type { Deployment } from './deployment.ts'
import { returnRegions } from './return-regions.ts'
import { rollRegion } from './roll-region.ts'

type Unfinished = EnvironmentState['unfinished'][number]

/** Takes back one release wherever it stands: unfinished regions first, then those where it ended good. */
export async function goBackEverywhere(
  deployment: Deployment,
  reason: Finding,
): Promise<RolloutResult> {
  const { ledger, release } = deployment
  const state = await ledger.state()
  const results = new Map<string, RolloutResult>()
  for (const region of regionsOf(state, release.commit)) {
    const {
      plan: _,
      id: __,
      ...ended
    } = await rollRegion({ ...deployment, unwind: reason }, region, {
      onFirstJudged: () => undefined,
      abort: new AbortController().signal,
      waits: false,
    })
    results.set(region, ended)
  }
  const { released, regions } = await ledger.state()
  const ahead = Object.keys(regions).filter((name) => regions[name]?.commit === release.commit)
  if (released !== null && released.commit !== release.commit && ahead.length > 0)
    results.set('returned', asRolledBack(await returnRegions(deployment, ahead, released), reason))
  return wholeResult(results)
}

/** Regions in which a rollout of a release began and never ended. */
export const regionsOf = (
  { unfinished, rollouts }: EnvironmentState,
  commit: string,
): readonly string[] =>
  [...unfinished, ...rollouts]
    .filter((left: Unfinished) => left.commit === commit)
    .flatMap(({ region }) => region.split('+'))

const asRolledBack = (ended: RolloutResult, reason: Finding): RolloutResult =>
  ended.result === 'released' ? { result: 'rolled-back', findings: [reason] } : ended
