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

const overtaken = (commit: CommitId, released: CommitId, why: string): Finding => ({
  code: 'attest/wrong-base',
  subject: commit,
  message: `${released} was released meanwhile, and this one ${why}`,
  remedy: 'run `bulkhead gate` again, and then `bulkhead ship`',
})
