import { type Git, expectCode } from './git-command.ts'

/**
 * Paths that differ from HEAD. Files marked assume-unchanged or skip-worktree count as different:
 * git looks away from them, so what runs may not be what is judged.
 */
export async function findDirtyPaths(git: Git): Promise<readonly string[]> {
  const status = ['status', '--porcelain=v1', '-z', '--untracked-files=all']
  const [changed, index] = await Promise.all([
    expectCode(git, [...status, '--ignore-submodules=none', '--no-renames']),
    expectCode(git, ['ls-files', '-v', '-z']),
  ])
  return [...new Set([...statusPaths(changed.stdout), ...hiddenPaths(index.stdout)])].sort()
}

/** `XY SP path NUL`; with renames off there is one path an entry. */
const statusPaths = (bytes: Buffer): readonly string[] =>
  entriesOf(bytes).map((entry) => entry.slice('XY '.length))

/** `ls-files -v` tags: lower case is assume-unchanged, `S` is skip-worktree. */
const hiddenPaths = (bytes: Buffer): readonly string[] =>
  entriesOf(bytes)
    .filter((entry) => /^[a-zS] /.test(entry))
    .map((entry) => entry.slice(2))

const entriesOf = (bytes: Buffer): readonly string[] =>
  bytes
    .toString()
    .split('\0')
    .filter((entry) => entry !== '')
