import type { Subject } from '@bulkhead/envelope'
import type { ArtifactBinding } from '@bulkhead/gate'
import { type CommitId, hexOf } from '@bulkhead/vocabulary'

/** What a statement about a release is about: each artifact by its bytes, and the commit. */
export const releaseSubjects = (
  artifacts: readonly ArtifactBinding[],
  commit: CommitId,
): readonly Subject[] => [
  ...artifacts.map(({ name, digest }) => ({ name, digest: { sha256: hexOf(digest) } })),
  { name: 'commit', digest: { gitCommit: commit } },
]
