import type { CommitId } from '@bulkhead/vocabulary'
import type { Range, Repository } from '../src/index.ts'

/** The ids of a whole range. */
export async function listCommits(
  repository: Pick<Repository, 'readRange'>,
  range: Range,
): Promise<readonly CommitId[]> {
  const ids: CommitId[] = []
  for await (const { id } of repository.readRange(range)) ids.push(id)
  return ids
}
