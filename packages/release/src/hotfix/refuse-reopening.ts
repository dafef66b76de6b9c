import { judgeReopening, reopenedBy } from '@bulkhead/hotfix'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import { type ApprovalRequest, type MadeApproval, approve, gatherApprovals } from '../approvals.ts'
import type { TrustedBase } from '../trusted-ref.ts'
import type { Workspace } from '../workspace.ts'
import { descentFacts } from './kept-fixes.ts'

export interface ReopeningCheck {
  readonly base: TrustedBase
  readonly environment: string
  /** The release to go back to. */
  readonly commit: CommitId
}

/**
 * Why nobody may go back to a release now: it lacks a fix that is out, and too few people agree to
 * reopen what was fixed. Taking back a rollout that fails never comes here.
 */
export async function refuseReopening(
  workspace: Workspace,
  { base, environment, commit }: ReopeningCheck,
): Promise<readonly Finding[]> {
  const { hotfixes } = base.ledger.state
  const reopened = reopenedBy(await descentFacts(workspace, { commit, hotfixes }))
  if (reopened.length === 0) return []
  const { reopenings } = await gatherApprovals(workspace, base.policy, base.genesis)
  return reopened.flatMap(({ id }): readonly Finding[] => {
    const { findings, notCounted } = judgeReopening({
      subject: { environment, hotfix: id, commit },
      given: reopenings.filter(({ subject }) => subject.hotfix === id),
      policy: base.policy.policy.hotfix,
      now: workspace.clock.now(),
    })
    return findings.length === 0 ? [] : [reopens(commit, id), ...findings, ...notCounted]
  })
}

/** Agrees, in the approver's own name, that going back to a release takes a hotfix out again. */
export const approveReopening = (
  workspace: Workspace,
  {
    base,
    environment,
    commit,
    ...request
  }: ReopeningCheck & Pick<ApprovalRequest, 'reason' | 'key'>,
  hotfix: number,
): Promise<MadeApproval> => {
  const { policy, genesis } = base
  const lasts = policy.policy.hotfix.approvalExpires
  const subject = { environment, hotfix, commit }
  return approve(workspace, { policy, genesis, lasts, ...request }, { kind: 'reopening', subject })
}

const reopens = (commit: CommitId, hotfix: number): Finding => ({
  code: 'hotfix/reopens',
  subject: commit,
  message: `lacks hotfix ${hotfix}: going back to it opens again what that fixed`,
  remedy: `go forward (\`bulkhead ship\`); or have two people agree: \`bulkhead hotfix reopen --hotfix ${hotfix} --to ${commit}\``,
})
