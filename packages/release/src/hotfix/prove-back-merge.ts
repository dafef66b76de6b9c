import type { HotfixOnRecord } from '@bulkhead/ledger'
import type { Finding } from '@bulkhead/vocabulary'
import type { Workspace } from '../workspace.ts'

/**
 * Whether a branch has the fix, by ancestry or by equal patches: nobody's word is taken for it. Where it
 * does not, what is in the way is said, and the debt stays.
 * @returns the commit that shows it, or why it is still owed
 */
export async function proveBackMerge(
  { repository }: Workspace,
  { commit: fix, base, id }: HotfixOnRecord,
  into: string,
): Promise<string | readonly Finding[]> {
  const tip = await repository.resolveCommit(into)
  if (await repository.isAncestor(fix, tip)) return `${into} ${tip}`
  if (await repository.hasPatches({ base, head: fix, other: tip }))
    return `${into} ${tip}, by patch`
  const merged = await repository.recomputeMerge(tip, fix)
  const clean = merged.kind === 'clean'
  return [
    {
      code: 'hotfix/back-merge-conflict',
      subject: into,
      message: clean
        ? `does not have hotfix ${id} yet; merging it is clean`
        : `does not have hotfix ${id}, and merging it conflicts`,
      remedy: `\`git switch ${into} && git merge -S ${fix}\`${clean ? '' : ', solve the conflict'}, push it, then \`bulkhead hotfix repay back-merge --hotfix ${id} --into ${into}\``,
    },
  ]
}
