import { type LoadedPolicy, loosenings } from '@bulkhead/policy'
import type { RangeJudgement } from '@bulkhead/signatures'
import { type CommitId, InputError } from '@bulkhead/vocabulary'
import { judgeReleaseRange } from './release-range.ts'
import type { Workspace } from './workspace.ts'

export interface OwnSignersRequest {
  readonly policy: LoadedPolicy
  /** The policy that the judged commit carries. */
  readonly next: LoadedPolicy | undefined
  readonly commit: CommitId
  readonly pullRequestHeads?: readonly CommitId[] | undefined
}

const ABOUT_SIGNERS = /^sign(?:ers|ing)(?:\.|$)/

/**
 * Judges a range by whom its own head lets sign, where that is somebody else than at the trusted ref
 * (DESIGN §10: under the old rules and its own). Undefined where both let the same sign; signers that
 * cannot be read block elsewhere.
 */
export async function judgeByOwnSigners(
  workspace: Workspace,
  { policy, next, commit, pullRequestHeads }: OwnSignersRequest,
): Promise<RangeJudgement | undefined> {
  if (next === undefined) return undefined
  const changes = [...loosenings(policy, next), ...loosenings(next, policy)]
  if (!changes.some(({ place }) => ABOUT_SIGNERS.test(place))) return undefined
  const own = { ...next, trustedRef: policy.trustedRef }
  try {
    return await judgeReleaseRange(workspace, own, commit, pullRequestHeads)
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}
