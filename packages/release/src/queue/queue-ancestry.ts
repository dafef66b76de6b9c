import type { HotfixOnRecord, QueueOnRecord } from '@bulkhead/ledger'
import type { Ancestry } from '@bulkhead/rollout'
import type { CommitId } from '@bulkhead/vocabulary'
import { descentFacts } from '../hotfix/kept-fixes.ts'
import type { Workspace } from '../workspace.ts'

/** What one waiting commit has of its own since the last release. */
interface OwnHistory {
  readonly commits: ReadonlySet<CommitId>
  /** Commits that one of them says to revert. */
  readonly reverted: ReadonlySet<string>
}

/** The line that `git revert` writes into its message. */
const REVERT = /^This reverts commit ([0-9a-f]{40,64})/gm

/** Of what waits, what would be refused: it lacks a fix that is out, or the test of one. */
async function lostFixes(
  workspace: Workspace,
  { waiting, suspects }: QueueOnRecord,
  hotfixes: readonly HotfixOnRecord[],
): Promise<ReadonlyMap<CommitId, number>> {
  const lost = new Map<CommitId, number>()
  for (const { commit } of [...waiting, ...suspects]) {
    const facts = await descentFacts(workspace, { commit, hotfixes })
    const found = facts.find(({ has, unlisted }) => has === 'nothing' || unlisted.length > 0)
    if (found !== undefined) lost.set(commit, found.hotfix.id)
  }
  return lost
}

/**
 * Asks git how the commits of a queue contain each other, once: everything since `base` that each of
 * them has. What is older than the base, everybody contains.
 */
export async function readAncestry(
  workspace: Workspace,
  queue: QueueOnRecord,
  { base, hotfixes }: { readonly base: CommitId; readonly hotfixes: readonly HotfixOnRecord[] },
): Promise<Ancestry> {
  const { repository } = workspace
  const lost = await lostFixes(workspace, queue, hotfixes)
  const histories = new Map<CommitId, OwnHistory>()
  for (const { commit } of [...queue.waiting, ...queue.suspects, ...queue.ejected]) {
    if (histories.has(commit)) continue
    const commits = new Set<CommitId>()
    const reverted = new Set<string>()
    for await (const { id, object } of repository.readRange({ base, head: commit })) {
      commits.add(id)
      for (const [, named] of object.bytes.toString('latin1').matchAll(REVERT))
        if (named !== undefined) reverted.add(named)
    }
    histories.set(commit, { commits, reverted })
  }
  const isOwn = (one: CommitId) => [...histories.values()].some(({ commits }) => commits.has(one))
  const contains = (descendant: CommitId, ancestor: CommitId): boolean =>
    descendant === ancestor ||
    histories.get(descendant)?.commits.has(ancestor) === true ||
    !isOwn(ancestor)
  return {
    contains,
    lacksFix: (commit) => lost.get(commit),
    containsCulprit: (commit) =>
      queue.ejected.find(
        (one) =>
          isOwn(one.commit) &&
          contains(commit, one.commit) &&
          histories.get(commit)?.reverted.has(one.commit) !== true,
      )?.commit,
  }
}
