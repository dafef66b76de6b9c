import { type CommitId, DeniedError, commitId } from '@bulkhead/vocabulary'
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
  if (stderr.trim() !== '') throw storeFailed(ref, stderr)
  // A branch whose commit is gone is spoiled, not absent: nobody is to begin a log anew in its place.
  const named = await git(['rev-parse', '--verify', '--quiet', ref])
  if (named.code !== 0) return null
  throw storeFailed(
    ref,
    `it names commit ${named.stdout.trim()}, which this repository does not have`,
  )
}

/** Whether `held` is `tip` or an ancestor of it. */
export async function holdsCommit(git: Git, tip: string, held: string): Promise<boolean> {
  const { code, stderr } = await git(['merge-base', '--is-ancestor', held, tip])
  if (code === 0 || code === 1) return code === 0
  throw storeFailed(`commit ${held}`, stderr)
}

const REMOTES = 'refs/remotes/'

/**
 * A clone takes over only one branch by itself. Where it has none of a ledger that a remote had when it
 * was last fetched, that ledger is neither empty nor to be begun anew.
 * @param ref a branch that is not here
 * @throws DeniedError `ledger/missing` when a remote had it
 */
export async function refuseUnfetched(git: Git, ref: string): Promise<void> {
  const branch = ref.replace('refs/heads/', '')
  const asked = ['for-each-ref', '--count=1', '--format=%(refname)', `${REMOTES}**/${branch}`]
  const { code, stdout, stderr } = await git(asked)
  if (code !== 0) throw storeFailed(ref, stderr)
  const there = stdout.trim()
  if (there === '') return
  const remote = there.slice(REMOTES.length, -`/${branch}`.length)
  throw new DeniedError([
    {
      code: 'ledger/missing',
      subject: branch,
      message: `it is not in this clone, and ${remote} had it when that was last fetched`,
      remedy: `bring it here: \`git fetch ${remote} ${branch}:${branch}\`, or as it was then: \`git branch ${branch} ${there}\`; if it is gone there, find out who removed it`,
    },
  ])
}
