import { type CommitId, InputError, counted } from '@bulkhead/vocabulary'
import type { Workspace } from './workspace.ts'

/**
 * The commit that is checked out, when the work tree is exactly that commit. What runs or is built in
 * a dirty tree would be evidence about something that no commit names.
 * @throws InputError `git/dirty-worktree`
 */
export async function cleanHead({ repository }: Workspace): Promise<CommitId> {
  const dirty = await repository.dirtyPaths()
  if (dirty.length === 0) return repository.resolveCommit('HEAD')
  const shown = dirty.slice(0, 5).join(', ')
  throw new InputError({
    code: 'git/dirty-worktree',
    subject: repository.root,
    message: `${counted(dirty.length, 'path differs', 'paths differ')} from HEAD: ${shown}${dirty.length > 5 ? ', …' : ''}`,
    remedy: 'commit, stash or ignore them (`git status` lists all), and run again',
  })
}
