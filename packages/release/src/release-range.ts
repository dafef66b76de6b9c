import { findUnrelatedBase } from '@bulkhead/git'
import type { LoadedPolicy } from '@bulkhead/policy'
import { type RangeJudgement, verifyRange } from '@bulkhead/signatures'
import type { CommitId } from '@bulkhead/vocabulary'
import { trustedSignersOf } from './trusted-signers.ts'
import type { Workspace } from './workspace.ts'

/**
 * Judges every commit that a release adds to the trusted ref. The head must descend from it: between
 * an older commit and the trusted ref lies an empty range, and nothing in an empty range is wrong.
 * @param pullRequestHeads heads that the forge may have squashed; each is judged too
 */
export async function judgeReleaseRange(
  { repository, clock }: Workspace,
  policy: LoadedPolicy,
  head: CommitId,
  pullRequestHeads: readonly CommitId[] = [],
): Promise<RangeJudgement> {
  const range = { base: policy.trustedRef, head }
  const judgement = await verifyRange({
    repository,
    range,
    ...(await trustedSignersOf(policy)),
    receiptTime: clock.now(),
    pullRequestHeads,
  })
  const unrelated = await findUnrelatedBase(repository, range)
  if (unrelated === undefined) return judgement
  return { ...judgement, findings: [...judgement.findings, unrelated] }
}
