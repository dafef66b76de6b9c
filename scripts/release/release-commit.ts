import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Git, gitIn, refsOf, requireSameTree } from '../mirrors/signed-git.ts'
import type { Version } from '../mirrors/version.ts'
import { REMOTE, pushTags } from '../mirrors/version-tags.ts'

export interface RepositoryRelease {
  /** The checkout that was built. */
  readonly root: string
  readonly version: Version
  /** Address of the repository that users name. */
  readonly remote: string
  /** File of the SSH key that signs. */
  readonly key: string
  /** The commit that was built, and when it was made: seconds since the epoch. */
  readonly source: { readonly commit: string; readonly time: number }
  /** Whether `v1` and `v1.2` follow now: only after the release was rebuilt, compared and published. */
  readonly moves: boolean
}

/**
 * Commits the bundles beside their sources, to the tag of the version alone: `main` never holds what
 * nobody reads. The commit and every tag are signed; same sources and key, same bytes.
 * @param scratch an empty folder
 * @throws Error when the version is there with other contents, is not there and should move tags, or is
 *   built from what `main` does not have
 */
export async function publishRelease(release: RepositoryRelease, scratch: string) {
  const { root, version, remote, key, source, moves } = release
  const git = gitIn(scratch, { key, time: source.time })
  await git('init', '--quiet')
  await git('fetch', '--quiet', '--no-tags', root, 'HEAD')
  await git('remote', 'add', REMOTE, remote)
  await git('fetch', '--quiet', '--tags', REMOTE, '+refs/heads/main:refs/remotes/there/main')
  await requireMerged(git, source.commit)
  const tree = await treeWithBundles(git, release, scratch)
  const there = await refsOf(git)
  const isNew = !there.has(`refs/tags/${version.full}`)
  if (!isNew) await requireSameTree(git, version, tree)
  if (isNew && moves) throw new Error(`${version.full} is not released: nothing can follow it`)
  const commit = isNew
    ? await git('commit-tree', '-S', tree, '-p', source.commit, '-m', messageOf(release))
    : await git('rev-parse', `refs/tags/${version.full}^{commit}`)
  const moving = moves ? version.moving : []
  return { commit, pushed: await pushTags(git, { version, commit, there, isNew, moving }) }
}

const messageOf = ({ version, source }: RepositoryRelease): string =>
  `${version.full}\n\nBuilt from ${source.commit}\n`

async function requireMerged(git: Git, commit: string): Promise<void> {
  const base = await git('merge-base', commit, 'refs/remotes/there/main')
  if (base !== commit)
    throw new Error(`main does not contain ${commit}: merge it before its release`)
}

/** The tree of the source with each `actions/NAME/dist` in it, whatever `.gitignore` says. */
async function treeWithBundles(
  git: Git,
  { root, source }: RepositoryRelease,
  scratch: string,
): Promise<string> {
  await git('read-tree', source.commit)
  const actions = await readdir(join(root, 'actions'), { withFileTypes: true })
  for (const { name } of actions.filter((entry) => entry.isDirectory())) {
    const folder = join('actions', name, 'dist')
    const files = await readdir(join(root, folder))
    if (!files.includes('main.mjs')) throw new Error(`${folder} has no main.mjs: build it first`)
    for (const file of files) {
      await mkdir(dirname(join(scratch, folder, file)), { recursive: true })
      await writeFile(join(scratch, folder, file), await readFile(join(root, folder, file)))
    }
    await git('add', '--force', folder)
  }
  return git('write-tree')
}
