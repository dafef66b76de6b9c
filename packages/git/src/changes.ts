import type { CommitId } from '@bulkhead/vocabulary'
import { type Git, expectCode } from './git-command.ts'

/** One file that differs between two commits. */
export interface ChangedPath {
  readonly path: string
  /** Lines added and removed; undefined for a file that is not text. */
  readonly lines: number | undefined
  /** `head` has nothing at this path. */
  readonly gone: boolean
}

/** What `head` changes against `base`: renames are a file that goes and one that comes. */
export async function findChanges(
  git: Git,
  base: CommitId,
  head: CommitId,
): Promise<readonly ChangedPath[]> {
  // No attribute or configuration may say that a file has no text, or another one.
  const plain = ['--no-renames', '--no-ext-diff', '--no-textconv', '--ignore-submodules=none']
  const args = ['diff-tree', '-r', '-z', '--raw', '--numstat', ...plain, base, head]
  const { stdout } = await expectCode(git, args)
  const fields = stdout.toString().split('\0').filter(Boolean)
  // For each file two fields that end in its status and are its path; then one with numbers and path.
  return fields.slice((fields.length / 3) * 2).map((entry, file) => {
    const [added = '-', removed = '-', ...path] = entry.split('\t')
    const lines = added === '-' ? undefined : Number(added) + Number(removed)
    return { path: path.join('\t'), lines, gone: fields[file * 2]?.endsWith(' D') ?? false }
  })
}

/** Commits `base..head`, to be looked for by their changes in `other`. */
export interface PatchQuestion {
  readonly base: CommitId | null
  readonly head: CommitId
  readonly other: CommitId
}

/**
 * Whether every commit of `base..head` that `other` lacks has one there with an equal patch (`git cherry`;
 * blanks are not compared). A merge has no patch of its own: with one in the range the answer is no.
 */
export async function hasPatches(git: Git, { base, head, other }: PatchQuestion): Promise<boolean> {
  const limit = base === null ? [] : [base]
  const cherry = await expectCode(git, ['cherry', other, head, ...limit])
  const lines = cherry.stdout.toString().split('\n').filter(Boolean)
  const not = [other, ...limit].map((commit) => `^${commit}`)
  const listed = await expectCode(git, ['rev-list', '--count', head, ...not])
  return lines.length === Number(listed.stdout) && lines.every((line) => line.startsWith('- '))
}
