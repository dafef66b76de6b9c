import { type CommitId, DeniedError, commitId } from '@bulkhead/vocabulary'
import { type Git, storeFailed } from './git-command.ts'

/** The same branch in the repository that decides races between machines. */
export interface RemoteBranch {
  /** Brings the branch here and says where it is there; null when it is not there. */
  fetch(): Promise<CommitId | null>
  /** Moves it there from `expected`, if nobody else has moved it. */
  push(commit: CommitId, expected: CommitId | null): Promise<'pushed' | 'lost-race'>
}

const RACE = /\[rejected\]|\[remote rejected\]|stale info|cannot lock ref|failed to update ref/

export function remoteBranch(git: Git, remote: string, ref: string): RemoteBranch {
  const tip = async (): Promise<CommitId | null> => {
    const { code, stdout, stderr } = await git(['ls-remote', '--refs', remote, ref])
    if (code !== 0) throw storeFailed(`remote ${remote}`, stderr)
    const id = stdout.split('\t')[0] ?? ''
    return id === '' ? null : commitId(id)
  }
  return {
    async fetch() {
      const there = await tip()
      if (there === null) return null
      // Without a plus sign: git itself refuses to move the local branch to what does not continue it.
      const args = ['fetch', '--no-tags', '--no-write-fetch-head', '--update-head-ok']
      const { code, stderr } = await git([...args, remote, `${ref}:${ref}`])
      if (code === 0) return there
      if (/non-fast-forward/.test(stderr)) throw rewritten(remote, ref)
      throw storeFailed(`remote ${remote}`, stderr)
    },
    async push(commit, expected) {
      const lease = `--force-with-lease=${ref}:${expected ?? ''}`
      const args = ['push', '--atomic', '--no-verify', '--no-signed', lease]
      const { code, stderr } = await git([...args, remote, `${commit}:${ref}`])
      if (code === 0) return 'pushed'
      // A push can fail after it was done: what counts is where the branch is now.
      const there = await tip()
      if (there === commit) return 'pushed'
      if (there !== expected || RACE.test(stderr)) return 'lost-race'
      throw storeFailed(`remote ${remote}`, stderr)
    },
  }
}

const rewritten = (remote: string, ref: string): DeniedError =>
  new DeniedError([
    {
      code: 'ledger/rewritten',
      subject: `${ref} in ${remote}`,
      message: 'it does not continue the log that this clone has seen',
      remedy: 'find out who rewrote it; this clone still has what was there before',
    },
  ])
