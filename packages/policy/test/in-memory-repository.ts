import { createHash } from 'node:crypto'
import type { Repository } from '@bulkhead/git'
import { type CommitId, blobId, commitId } from '@bulkhead/vocabulary'

/** Commits as maps of files: just what loading a policy asks of a repository. */
export function inMemoryRepository(
  commits: ReadonlyMap<CommitId, Readonly<Record<string, string | Buffer>>>,
) {
  const asked: string[] = []
  const repository: Pick<Repository, 'readFile'> = {
    readFile: async (commit, path) => {
      asked.push(`${commit}:${path}`)
      const files = commits.get(commit) ?? {}
      const held = Object.hasOwn(files, path) ? files[path] : undefined
      if (held === undefined) return undefined
      const bytes = Buffer.from(held)
      const id = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
      return { path, blob: blobId(id), bytes }
    },
  }
  return { repository, asked }
}

export const aCommit = (digit: string): CommitId => commitId(digit.repeat(40))
