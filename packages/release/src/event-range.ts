import type { Repository } from '@bulkhead/git'
import { type CommitId, type Finding, InputError } from '@bulkhead/vocabulary'
import type { GithubEvent } from './github-event.ts'

/** What an event asks to be judged. */
export interface EventRange {
  /** The commit whose history is trusted; its policy counts unless the caller names another. */
  readonly base: CommitId
  readonly head: CommitId
  /** The tag that was pushed, with the object that the event names. */
  readonly tag?: { readonly ref: string; readonly object: string }
}

type Source = Pick<Repository, 'isAncestor' | 'readRef' | 'readObject' | 'resolveCommit'>

/**
 * The commits that an event brings. Where a pushed branch was before is no evidence that anybody
 * verified it (annex, 21 and 22): a push is judged from what is trusted, so that neither a first push
 * nor a force-push can leave commits out.
 * @param trusted the commit that the caller trusts, if any
 * @throws InputError `policy/no-genesis` when nothing is trusted
 */
export async function rangeOfEvent(
  repository: Source,
  event: GithubEvent,
  trusted: CommitId | undefined,
): Promise<EventRange> {
  if (event.kind === 'proposal') return { base: event.base, head: event.head }
  const head = await repository.resolveCommit(event.after)
  const base = trusted ?? (await baseOfPush(repository, event, head))
  const isTag = event.ref.startsWith('refs/tags/')
  return { base, head, ...(isTag ? { tag: { ref: event.ref, object: event.after } } : {}) }
}

/**
 * Of a push to the default branch: where it was, when it only moved forward. Of any other ref: the
 * default branch, which its own pushes and merges have judged.
 */
async function baseOfPush(
  repository: Source,
  event: Extract<GithubEvent, { readonly kind: 'push' }>,
  head: CommitId,
): Promise<CommitId> {
  const { ref, before, protectedRef } = event
  const branch = protectedRef.slice('refs/remotes/origin/'.length)
  if (ref !== `refs/heads/${branch}`) {
    const base = await repository.readRef(protectedRef)
    if (base !== undefined) return base
    throw nothingTrusted(ref, `the clone has no ${protectedRef} to start from`)
  }
  if (before !== undefined && (await isBehind(repository, before, head))) return before
  throw nothingTrusted(ref, 'was made anew or pushed by force, so where it was is no evidence')
}

/** Whether a commit is here and an ancestor; after a force-push it may be neither. */
const isBehind = (repository: Source, before: CommitId, head: CommitId): Promise<boolean> =>
  repository.isAncestor(before, head).catch(() => false)

const nothingTrusted = (subject: string, message: string): InputError =>
  new InputError({
    code: 'policy/no-genesis',
    subject,
    message,
    remedy:
      'name the commit that you trust: --trusted-ref COMMIT (in the action `trusted-ref`), and fetch the whole history (`fetch-depth: 0`)',
  })

/**
 * `git/unreachable-commit` when no ref of this clone leads to a commit. A forge keeps the commits of
 * all forks together, so that whoever knows an id can fetch it out of a repository it never was in.
 */
export async function findUnreachable(
  repository: Pick<Repository, 'isReachable'>,
  commit: CommitId,
): Promise<Finding | undefined> {
  if (await repository.isReachable(commit)) return undefined
  return {
    code: 'git/unreachable-commit',
    subject: commit,
    message: 'is in this clone, but neither HEAD nor any branch or tag leads to it',
    remedy: 'fetch the branch that it belongs to; in GitHub Actions check it out by the event',
  }
}

/**
 * `git/behind-base` when the head lies behind the base: such a range is empty, and an empty range
 * would say that all is well of a commit that nobody looked at.
 */
export function findBehindBase(range: {
  readonly base: CommitId | null
  readonly head: CommitId
  readonly counts: { readonly commits: number }
}): Finding | undefined {
  const { base, head, counts } = range
  if (counts.commits > 0 || base === null || base === head) return undefined
  return {
    code: 'git/behind-base',
    subject: `${base}..${head}`,
    message: 'the head lies behind the base, so nothing of it was judged',
    remedy: `did you mean \`${head}..${base}\`? Name the older commit first, or rebase onto ${base}`,
  }
}
