import { loadPolicy, loadPolicyFile } from '@bulkhead/policy'
import {
  type CommitJudgement,
  type RangeJudgement,
  type RangeRequest,
  type RangeSummary,
  judgeRange,
  verifyRange,
} from '@bulkhead/signatures'
import { type CommitId, InputError } from '@bulkhead/vocabulary'
import { pinnedGenesis } from './trusted-ref.ts'
import { trustedSignersOf } from './trusted-signers.ts'
import type { Workspace } from './workspace.ts'

export interface VerifyCommitsRequest {
  /** `BASE..HEAD`, or one revision that is the head; default `<trusted ref>..HEAD`. */
  readonly range?: string
  /** Where the policy is read from; default: the range's base when it has a policy, else genesis. */
  readonly trustedRef?: string
  /** A policy outside of the judged repository, trusted because the caller named it. */
  readonly policyFile?: string
  readonly genesis?: string
}

/** Says for every commit of a range who signed it and whether the trusted ref allows it. */
export async function verifyCommits(
  workspace: Workspace,
  request: VerifyCommitsRequest,
): Promise<RangeJudgement> {
  return verifyRange(await rangeRequestOf(workspace, request))
}

/** As {@link verifyCommits}, batch by batch, for ranges of any length: see {@link judgeRange}. */
export async function* judgeCommits(
  workspace: Workspace,
  request: VerifyCommitsRequest,
): AsyncGenerator<readonly CommitJudgement[], RangeSummary> {
  return yield* judgeRange(await rangeRequestOf(workspace, request))
}

async function rangeRequestOf(
  workspace: Workspace,
  request: VerifyCommitsRequest,
): Promise<RangeRequest> {
  const { repository } = workspace
  const [base, head] = splitRange(request.range ?? 'HEAD')
  const trusted = await trustedCommit(workspace, request, base)
  const policy =
    request.policyFile === undefined
      ? await loadPolicy(repository, trusted)
      : await loadPolicyFile(request.policyFile)
  const range = {
    base: base === undefined ? trusted : await repository.resolveCommit(base),
    head: await repository.resolveCommit(head),
  }
  const signers = await trustedSignersOf(policy)
  return { repository, range, ...signers, receiptTime: workspace.clock.now() }
}

async function trustedCommit(
  workspace: Workspace,
  request: VerifyCommitsRequest,
  base: string | undefined,
): Promise<CommitId> {
  if (request.trustedRef !== undefined)
    return workspace.repository.resolveCommit(request.trustedRef)
  if (request.policyFile !== undefined && base !== undefined)
    return workspace.repository.resolveCommit(base)
  return pinnedGenesis(workspace, request.genesis)
}

/** `A..B` → A and B; `B` → B alone. Three dots mean something else to git and are refused. */
function splitRange(range: string): readonly [string | undefined, string] {
  const [base, head, ...more] = range.split('..')
  if (head === undefined) return [undefined, range]
  if (
    more.length === 0 &&
    base !== undefined &&
    base !== '' &&
    head !== '' &&
    !head.startsWith('.')
  )
    return [base, head]
  throw new InputError({
    code: 'usage/invalid-option',
    subject: range,
    message: 'not a range of the form BASE..HEAD',
    remedy: 'write BASE..HEAD with two commits, or one commit',
  })
}
