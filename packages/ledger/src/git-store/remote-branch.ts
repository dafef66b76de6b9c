import { type CommitId, DeniedError, WorldError, commitId } from '@bulkhead/vocabulary'
import type { AppendOutcome } from '../ledger-store.ts'
import { storeFailed } from '../store-findings.ts'
import type { Git, GitAnswer } from './git-command.ts'
import { holdsCommit } from './local-branch.ts'

/** The same branch in the repository that decides races between machines. */
export interface RemoteBranch {
  /** Brings the branch here and says where it is there; null when it is not there. */
  fetch(): Promise<CommitId | null>
  /** Moves it there from `expected`, if nobody else has moved it. */
  push(commit: CommitId, expected: CommitId | null): Promise<Pushed>
}

type Pushed = { readonly kind: 'pushed' } | Extract<AppendOutcome, { readonly kind: 'lost-race' }>

/** What git says when somebody else is moving the branch at this moment. What a hook says is no race. */
const RACE =
  /cannot lock ref|failed to update ref|stale info|fetch first|non-fast-forward|incorrect old value|reference already exists/

/** What git says of a push that it did not even begin: the hub said at once that the branch is elsewhere. */
const LATE = /^ ! \[rejected\] +\S+ -> \S+ \(stale info\)$/m

const FETCH = ['fetch', '--no-tags', '--no-write-fetch-head', '--refmap='] as const

/** @param readHere where the branch is in this clone; null when it is not there */
export function remoteBranch(
  git: Git,
  remote: string,
  ref: string,
  readHere: () => Promise<CommitId | null>,
): RemoteBranch {
  const failed = ({ stderr }: Pick<GitAnswer, 'stderr'>) => storeFailed(`remote ${remote}`, stderr)
  const tip = async (): Promise<CommitId | null> => {
    const answer = await git(['ls-remote', '--refs', remote, ref])
    if (answer.code !== 0) throw failed(answer)
    const id = answer.stdout.split('\t')[0] ?? ''
    return id === '' ? null : commitId(id)
  }
  const bring = async (): Promise<void> => {
    const answer = await git([...FETCH, remote, ref])
    if (answer.code !== 0) throw failed(answer)
  }
  return {
    async fetch() {
      // In this order: what another process of this clone brings here meanwhile must not seem cut off there.
      const here = await readHere()
      const there = await tip()
      if (there === null || there === here) return there
      await bring()
      if (here !== null && !(await holdsCommit(git, there, here))) {
        throw parted(ref, remote, await holdsCommit(git, here, there))
      }
      // The local branch only follows, and another process may be first.
      await git(['update-ref', ref, there, here ?? '0'.repeat(there.length)])
      return there
    },
    async push(commit, expected) {
      const lease = `--force-with-lease=${ref}:${expected ?? ''}`
      const args = ['push', '--atomic', '--no-verify', '--no-signed', lease]
      const answer = await git([...args, remote, `${commit}:${ref}`]).catch(unanswered)
      if (answer.code === 0) return { kind: 'pushed' }
      if (answer.code === 1 && LATE.test(answer.stderr)) return { kind: 'lost-race' }
      // A push can fail after it was done: what counts is whether the branch holds it now. Others may
      // already have gone on from it, and nobody but us had it before.
      const there = await tip()
      if (there === commit) return { kind: 'pushed' }
      if (there !== null && there !== expected) {
        await bring()
        if (await holdsCommit(git, there, commit)) return { kind: 'pushed' }
      }
      if (there !== expected) return { kind: 'lost-race' }
      if (RACE.test(answer.stderr)) return { kind: 'lost-race', held: answer.stderr }
      throw failed(answer)
    },
  }
}

/** A push that was killed or timed out may have been done all the same. */
function unanswered(error: unknown): Pick<GitAnswer, 'code' | 'stderr'> {
  if (error instanceof WorldError) return { code: -1, stderr: error.message }
  throw error
}

function parted(ref: string, remote: string, behind: boolean): DeniedError {
  const subject = `${ref} in ${remote}`
  return new DeniedError([
    behind
      ? {
          code: 'ledger/rewritten',
          subject,
          message: 'it ends before what this clone has seen of it: it was cut',
          remedy: 'find out who cut it; this clone still has what was there before',
        }
      : {
          code: 'ledger/two-heads',
          subject,
          message: 'it does not continue the log that this clone has seen: there are two',
          remedy: 'find out which one was rewritten; this clone still has what was there before',
        },
  ])
}
