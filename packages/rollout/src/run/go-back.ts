import type { Finding } from '@bulkhead/vocabulary'
import * as refuse from '../refusals.ts'
import type { RolloutResult } from './executor.ts'
import { Interruption } from './interruption.ts'
import { rollBack } from './rollback.ts'
import type { RolloutRun } from './rollout-run.ts'
import { holdForward } from './set-aside.ts'
import { tidyUp } from './surge.ts'

/** Rolls back, or holds, because of `causes`, which stay the first findings whatever comes of it. */
export async function goBack(run: RolloutRun, causes: readonly Finding[]): Promise<RolloutResult> {
  const { plan, region } = run
  if (plan.purpose === 'return')
    return { result: 'stuck', findings: [...causes, refuse.returnFailed(plan.environment)] }
  if (region.contracts.length > 0 && run.touched.size > 0) return holdForward(run, causes)
  const { previous } = region
  if (!previous)
    return { result: 'stopped', findings: [...causes, refuse.nothingReleased(plan.environment)] }
  run.journal.defer({ kind: 'rolling-back', findings: causes })
  run.fleet.decide({
    kind: 'rollback',
    tone: 'bad',
    text: `back to ${refuse.shortCommit(previous.commit)}`,
    findings: causes,
  })
  try {
    const lost = await rollBack(run, previous)
    return { result: lost.length > 0 ? 'stuck' : 'rolled-back', findings: [...causes, ...lost] }
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    return interrupted(run, causes, error)
  }
}

async function interrupted(
  run: RolloutRun,
  causes: readonly Finding[],
  { kind, message, findings }: Interruption,
): Promise<RolloutResult> {
  if (kind === 'pause')
    return { result: 'paused', findings: [...causes, ...findings, ...(await tidyUp(run))] }
  if (findings.some((finding) => finding.code === 'rollout/stale-token'))
    return { result: 'stopped', findings: [...causes, ...findings] }
  const failed = refuse.rollbackFailed(run.plan.environment, message)
  return { result: 'stuck', findings: [...causes, failed, ...findings] }
}
