import { type CommitId, InputError, type TreeId, commitId, treeId } from '@bulkhead/vocabulary'

/** What binds a commit to the rest of history. */
export interface CommitLinks {
  readonly tree: TreeId
  readonly parents: readonly CommitId[]
}

const TREE = /^tree ([0-9a-f]{40}|[0-9a-f]{64})\n/
const PARENT = /parent ([0-9a-f]{40}|[0-9a-f]{64})\n/y

/**
 * Tree and parents from the raw bytes, by git's own rule: the tree line first, then every parent
 * line that follows at once. Everything after is for the signature check to judge strictly.
 * @throws InputError `git/malformed-object`
 */
export function linksOf(id: string, bytes: Buffer): CommitLinks {
  const text = bytes.toString('latin1')
  const tree = TREE.exec(text)
  if (tree?.[1] === undefined) throw malformedCommit(id)
  const parents: CommitId[] = []
  PARENT.lastIndex = tree[0].length
  for (let line = PARENT.exec(text); line?.[1] !== undefined; line = PARENT.exec(text)) {
    parents.push(commitId(line[1]))
  }
  return { tree: treeId(tree[1]), parents }
}

const malformedCommit = (id: string): InputError =>
  new InputError({
    code: 'git/malformed-object',
    subject: id,
    message: 'is not a commit as git writes it: it does not begin with its tree',
    remedy: 'leave the commit out of the branch: write its change again with plain git',
  })
