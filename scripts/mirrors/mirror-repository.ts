import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { MirrorFiles } from './mirror-files.ts'
import { type Git, gitIn, refsOf, requireSameTree } from './signed-git.ts'
import type { Version } from './version.ts'
import { REMOTE, pushTags } from './version-tags.ts'

export interface MirrorRelease {
  readonly files: MirrorFiles
  readonly version: Version
  /** Address of the mirror's repository. */
  readonly remote: string
  /** File of the SSH key that signs. */
  readonly key: string
  /** The commit of this repository, and when it was made: seconds since the epoch. */
  readonly source: { readonly commit: string; readonly time: number }
}

/** What was pushed; nothing when the mirror had it all. */
export interface Published {
  readonly remote: string
  readonly commit: string
  readonly pushed: readonly string[]
}

/**
 * Brings one release to one mirror: a signed commit on `main`, the signed tag of the version, and the
 * tags that move with it. Same release and key, same bytes: a second run finds everything there.
 * @param scratch an empty folder
 * @throws Error when the version is there with other contents: a released version never changes
 */
export async function publishMirror(release: MirrorRelease, scratch: string): Promise<Published> {
  const { files, version, remote, key, source } = release
  const git = gitIn(scratch, { key, time: source.time })
  await git('init', '--quiet', '--initial-branch=main')
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(scratch, path)), { recursive: true })
    await writeFile(join(scratch, path), bytes)
  }
  await git('add', '--all', '--force')
  const tree = await git('write-tree')
  await git('remote', 'add', REMOTE, remote)
  await git('fetch', '--quiet', '--tags', REMOTE, '+refs/heads/*:refs/remotes/there/*')
  const there = await refsOf(git)
  const released = there.get(`refs/tags/${version.full}`)
  if (released !== undefined) await requireSameTree(git, version, tree)
  const commit =
    released === undefined
      ? await commitTree(git, release, { tree, parent: there.get('refs/remotes/there/main') })
      : await git('rev-parse', `refs/tags/${version.full}^{commit}`)
  const pushed = await pushTags(git, {
    version,
    commit,
    there,
    isNew: released === undefined,
    moving: version.moving,
    branch: 'refs/heads/main',
  })
  return { remote, commit, pushed }
}

function commitTree(
  git: Git,
  { version, source }: MirrorRelease,
  { tree, parent }: { readonly tree: string; readonly parent: string | undefined },
): Promise<string> {
  const message = `${version.full}\n\nBuilt from ${source.commit}\n`
  const after = parent === undefined ? [] : ['-p', parent]
  return git('commit-tree', '-S', tree, ...after, '-m', message)
}
