import type { Repository } from '@bulkhead/git'
import { type CommitId, InputError } from '@bulkhead/vocabulary'
import { assemblePolicy } from './assemble-policy.ts'
import { POLICY_PATH } from './named-files.ts'
import type { LoadedPolicy } from './policy.ts'

/**
 * Reads `bulkhead.yml` and every file that it names out of the trusted ref, by blob; the work tree
 * and the commits that are judged have no say. A missing inventory is left out of `files`: the gate
 * says what follows from that.
 *
 * @throws InputError with all findings: `policy/missing`, `policy/missing-file`, `policy/too-large`,
 *   `policy/inconsistent` and those of {@link parsePolicy}.
 */
export async function loadPolicy(
  repository: Pick<Repository, 'readFile'>,
  trustedRef: CommitId,
): Promise<LoadedPolicy> {
  const file = await repository.readFile(trustedRef, POLICY_PATH)
  if (file === undefined) throw missing(trustedRef)
  return await assemblePolicy({
    source: file.bytes,
    blob: file.blob,
    trustedRef,
    shownAs: POLICY_PATH,
    whereFilesAre: `commit ${trustedRef}`,
    read: async (path) => (await repository.readFile(trustedRef, path))?.bytes,
  })
}

const missing = (trustedRef: CommitId): InputError =>
  new InputError({
    code: 'policy/missing',
    subject: POLICY_PATH,
    message: `the trusted ref, commit ${trustedRef}, has no regular file \`${POLICY_PATH}\` at its top`,
    remedy: 'Run `bulkhead init`, commit what it writes, and pin that commit as genesis.',
  })
