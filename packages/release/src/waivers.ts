import { InputError, reasons } from '@bulkhead/vocabulary'
import type { CommitId } from '@bulkhead/vocabulary'
import { type ApprovalRequest, type MadeApproval, approve } from './approvals.ts'
import { suiteOf } from './working-policy.ts'
import type { Workspace } from './workspace.ts'

export interface WaiverRequest {
  readonly suite: string
  /** Code of the finding. */
  readonly code: string
  /** Subject of the finding, exactly as the gate gives it. */
  readonly finding: string
  readonly commit: CommitId
}

/**
 * Waives one finding of a suite that is not mandatory, for the release of one commit, in the name of
 * whoever signs. Whether they may is for the gate, which knows the whole range.
 * @throws InputError for a mandatory suite, an unknown code, or a key of nobody who may approve
 */
export async function approveWaiver(
  workspace: Workspace,
  request: ApprovalRequest,
  { suite, code, finding, commit }: WaiverRequest,
): Promise<MadeApproval> {
  if (suiteOf(request.policy, suite).mandatory)
    throw new InputError({
      code: 'approval/waiver-not-counted',
      subject: `--suite ${suite}`,
      message: 'the suite is mandatory, and is never waived',
      remedy: 'mend what blocks',
    })
  if (!Object.hasOwn(reasons, code))
    throw new InputError({
      code: 'usage/invalid-option',
      subject: `--finding ${code}`,
      message: 'there is no such code',
      remedy: 'copy code and subject of the finding from `bulkhead gate --json`',
    })
  return approve(workspace, request, { kind: 'waiver', subject: { suite, code, finding, commit } })
}
