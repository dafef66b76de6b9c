import type { Lane } from '../plan/plan.ts'
import type { RolloutResult } from './executor.ts'

/** What the rollout of one region is given by the others beside it. */
export interface RegionHooks {
  /** To be told when the region's first bake is judged good, or when there is nothing to do in it. */
  readonly onFirstJudged: () => void
  /** Another region could not be released: go back. */
  readonly abort: AbortSignal
}

export interface PipelineRequest {
  /** In the order in which they begin. */
  readonly regions: readonly string[]
  readonly lane: Lane
  readonly run: (region: string, hooks: RegionHooks) => Promise<RolloutResult>
}

/** How each region ended; one that never began is not in it. */
export type RegionResults = ReadonlyMap<string, RolloutResult>

/**
 * Rolls out region by region, each beginning when the first bake of the one before is judged (hotfix
 * lane: all others once the first canary is judged), so that they run side by side. When one fails,
 * those under way go back and no other begins.
 */
export async function runPipeline({ regions, lane, run }: PipelineRequest): Promise<RegionResults> {
  const results = new Map<string, RolloutResult>()
  const abort = new AbortController()
  const underway: Promise<void>[] = []
  let halted = false
  const begin = async (region: string, onFirstJudged: () => void) => {
    const ended = await run(region, { onFirstJudged, abort: abort.signal })
    results.set(region, ended)
    if (ended.result === 'released') return
    halted = true
    if (ended.result !== 'paused') abort.abort()
  }
  const beginOne = (region: string): Promise<void> =>
    new Promise((goOn) => {
      underway.push(begin(region, goOn).finally(goOn))
    })
  const [first, ...others] = regions
  if (first !== undefined) await beginOne(first)
  for (const region of others) {
    if (halted) break
    const begun = beginOne(region)
    if (lane === 'standard') await begun
  }
  await Promise.all(underway)
  return results
}

const SEVERITY: readonly RolloutResult['result'][] = [
  'stuck',
  'stopped',
  'rolled-back',
  'refused',
  'paused',
  'released',
]

/** The worst result of all regions, with every finding once. */
export function wholeResult(results: RegionResults): RolloutResult {
  const all = [...results.values()]
  const worst = SEVERITY.find((result) => all.some((each) => each.result === result)) ?? 'refused'
  const findings = new Map(
    all.flatMap((each) => each.findings).map((finding) => [JSON.stringify(finding), finding]),
  )
  return { result: worst, findings: [...findings.values()] }
}
