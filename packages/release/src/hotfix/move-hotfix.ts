import type { HotfixOnRecord } from '@bulkhead/ledger'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import type { Workspace } from '../workspace.ts'
import { refuseChange } from './declare-hotfix.ts'
import { type HotfixRequest, chosenHotfix, openHotfix } from './hotfix-access.ts'

export interface MoveRequest extends HotfixRequest {
  readonly commit: CommitId
  readonly reason: string
}

/**
 * Puts another commit in the place of a hotfix that is not out: the clock goes on, nobody is paged
 * again, and what was approved counts no more. Said twice, nothing changes.
 * @returns the hotfix, and why it stays where it was
 */
export async function moveHotfix(
  workspace: Workspace,
  request: MoveRequest,
): Promise<{ readonly hotfix: HotfixOnRecord; readonly findings: readonly Finding[] }> {
  const { base, ledger, hotfix } = await openHotfix(workspace, request)
  const { commit, reason, actors } = request
  if (hotfix.commit === commit) return { hotfix, findings: [] }
  const findings =
    hotfix.reached !== null || hotfix.closed !== null
      ? [isOut(hotfix)]
      : await refuseChange(workspace, base, { commit, drill: hotfix.drill })
  if (findings.length > 0) return { hotfix, findings }
  await ledger.append([
    {
      kind: 'hotfix.moved',
      release: { commit, artifacts: [] },
      actors,
      data: { of: hotfix.id, reason },
    },
  ])
  return { hotfix: chosenHotfix(ledger.known().hotfixes, hotfix.id), findings: [] }
}

const isOut = ({ id, commit, closed }: HotfixOnRecord): Finding => ({
  code: 'hotfix/fixed-commit',
  subject: `hotfix ${id}`,
  message: `${commit.slice(0, 12)} is ${closed === null ? 'out' : 'closed'} already`,
  remedy: 'declare another hotfix on top of it: `bulkhead hotfix declare`',
})
