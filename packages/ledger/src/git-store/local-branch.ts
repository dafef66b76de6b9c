import { type CommitId, commitId } from '@bulkhead/vocabulary'
import { storeFailed } from '../store-findings.ts'
import type { Git } from './git-command.ts'

/** Where a branch is now; null when it is not there. */
export async function readTip(git: Git, ref: string): Promise<CommitId | null> {
  const { code, stdout, stderr } = await git([
    'rev-parse',
    '--verify',
    '--quiet',
    `${ref}^{commit}`,
  ])
  if (code === 0) return commitId(stdout.trim())
  if (stderr.trim() === '') return null
  throw storeFailed(ref, stderr)
}

/** Whether `held` is `tip` or an ancestor of it. */
export async function holdsCommit(git: Git, tip: string, held: string): Promise<boolean> {
  const { code, stderr } = await git(['merge-base', '--is-ancestor', held, tip])
  if (code === 0 || code === 1) return code === 0
  throw storeFailed(`commit ${held}`, stderr)
}
