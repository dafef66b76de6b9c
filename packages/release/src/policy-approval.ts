import { type Loosening, loadPolicy, looseningDigest, loosenings } from '@bulkhead/policy'
import { type CommitId, InputError } from '@bulkhead/vocabulary'
import { type ApprovalRequest, type MadeApproval, approve } from './approvals.ts'
import type { Workspace } from './workspace.ts'

/**
 * Approves what the policy of a commit loosens, all of it and nothing else, in the name of whoever signs.
 * @throws InputError when it loosens nothing, or the key is nobody's who may approve
 */
export async function approvePolicyChange(
  workspace: Workspace,
  request: ApprovalRequest,
  commit: CommitId,
): Promise<MadeApproval & { readonly loosened: readonly Loosening[] }> {
  const loosened = loosenings(request.policy, await loadPolicy(workspace.repository, commit))
  if (loosened.length === 0)
    throw new InputError({
      code: 'usage/invalid-option',
      subject: `--commit ${commit}`,
      message: 'its policy loosens nothing: there is nothing to approve',
      remedy: 'name the commit that `gate/policy-loosened` is about',
    })
  const subject = { loosened: looseningDigest(loosened) }
  return { ...(await approve(workspace, request, { kind: 'policy-change', subject })), loosened }
}
