import { findUnrelatedBase } from '@bulkhead/git'
import type { Ledger } from '@bulkhead/ledger'
import { type LoadedPolicy, loadPolicy } from '@bulkhead/policy'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import type { TrustedBase } from '../trusted-ref.ts'
import type { Workspace } from '../workspace.ts'

/**
 * Whether what was judged against one trusted base still stands on the newest record. The release
 * before it may have become fully good meanwhile, for releases follow each other through the regions:
 * that is no harm if this one contains it and is judged by the same policy. Anything else voids it.
 */
export async function refuseOvertaken(
  { repository }: Workspace,
  {
    base,
    ledger,
    commit,
  }: { readonly base: TrustedBase; readonly ledger: Ledger; readonly commit: CommitId },
): Promise<readonly Finding[]> {
  const { released } = await ledger.state()
  if (released === null || released.index === base.ledger.state.released?.index) return []
  if (released.commit === commit) return []
  const unrelated = await findUnrelatedBase(repository, { base: released.commit, head: commit })
  if (unrelated !== undefined) return [overtaken(commit, released.commit, 'does not contain it')]
  const policy: LoadedPolicy = await loadPolicy(repository, released.commit)
  return policy.digest === base.policy.digest
    ? []
    : [overtaken(commit, released.commit, 'was judged by another policy than its own')]
}

/**
 * Earlier releases whose verdicts about `commit` stand as well: it contains all that was released since.
 * That they were judged by the same policy is seen by its digest. So a release that was judged while
 * the one before it was on its way need not be judged again.
 */
export async function earlierBases(
  { repository }: Workspace,
  { policy, genesis, ledger }: TrustedBase,
  commit: CommitId,
): Promise<readonly CommitId[]> {
  const released = policy.trustedRef
  if (!(await repository.isAncestor(released, commit))) return []
  const candidates = [genesis, ...ledger.state.good.slice(-MOST_BASES).map((good) => good.commit)]
  const older: CommitId[] = []
  for (const one of new Set(candidates))
    if (one !== released && (await repository.isAncestor(one, released))) older.push(one)
  return older
}

/** How many of the last good releases are looked at: a verdict expires long before so many have shipped. */
const MOST_BASES = 50

const overtaken = (commit: CommitId, released: CommitId, why: string): Finding => ({
  code: 'attest/wrong-base',
  subject: commit,
  message: `${released} was released meanwhile, and this one ${why}`,
  remedy: 'run `bulkhead gate` again, and then `bulkhead ship`',
})
