import { refuseOverdue } from '@bulkhead/hotfix'
import type { HotfixOnRecord } from '@bulkhead/ledger'
import type { HotfixPolicy } from '@bulkhead/policy'
import type { Lane } from '@bulkhead/rollout'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import type { Workspace } from '../workspace.ts'
import { refuseLostFixes } from './kept-fixes.ts'

export interface LaneCheck {
  readonly lane: Lane
  readonly commit: CommitId
  readonly hotfixes: readonly HotfixOnRecord[]
  /** Of the trusted ref. */
  readonly policy: HotfixPolicy
}

/**
 * What hotfixes of the past say against a release: in either lane none of them may be lost, and the
 * standard lane waits for what they borrowed. A fix itself never waits for a debt.
 */
export const refuseByHotfixes = async (
  workspace: Workspace,
  { lane, policy, ...question }: LaneCheck,
): Promise<readonly Finding[]> => [
  ...(await refuseLostFixes(workspace, question)),
  ...(lane === 'hotfix' ? [] : refuseOverdue(question.hotfixes, policy, workspace.clock.now())),
]
