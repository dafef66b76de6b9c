import type { Git } from './signed-git.ts'
import type { Version } from './version.ts'

export interface TagsToPush {
  readonly version: Version
  readonly commit: string
  /** Refs of the other side, as they were fetched. */
  readonly there: ReadonlyMap<string, string>
  /** Whether the version itself is still to be pushed. */
  readonly isNew: boolean
  /** Tags that are to stand for the version, as far as it is the newest of their line. */
  readonly moving: readonly string[]
  /** A branch that leads to the newest version. */
  readonly branch?: string
}

/** One push, all or nothing; tags that move do so only from where they were seen. @returns the refs pushed */
export async function pushTags(git: Git, tags: TagsToPush): Promise<readonly string[]> {
  const { version, commit, isNew, branch } = tags
  const { leases, refs } = await moveTags(git, tags)
  if (isNew) {
    await git('tag', '--sign', '-m', version.full, version.full, commit)
    refs.push(`refs/tags/${version.full}`)
    if (branch !== undefined && (await leadsAll(git, version))) refs.push(`${commit}:${branch}`)
  }
  if (refs.length > 0) await git('push', '--quiet', '--atomic', ...leases, REMOTE, ...refs)
  return refs.map((ref) => ref.replace(/^\+/, '').replace(/^[0-9a-f]+:/, '')).sort()
}

/** Name of the other side in the folder that git works in. */
export const REMOTE = 'released'

async function moveTags(git: Git, { version, commit, there, moving }: TagsToPush) {
  const leases: string[] = []
  const refs: string[] = []
  for (const tag of moving) {
    const seen = there.get(`refs/tags/${tag}`) ?? ''
    const at = seen === '' ? '' : await git('rev-parse', `refs/tags/${tag}^{commit}`)
    // An older line that is mended later must not take `v1` back from a newer one.
    if (at === commit || !(await leads(git, { tag, version, at }))) continue
    await git('tag', '--force', '--sign', '-m', `${tag} is ${version.full}`, tag, commit)
    leases.push(`--force-with-lease=refs/tags/${tag}:${seen}`)
    refs.push(`+refs/tags/${tag}`)
  }
  return { leases, refs }
}

/** Whether this version is newer than every released one that the moving tag may stand for. */
function leads(
  git: Git,
  { tag, version, at }: { readonly tag: string; readonly version: Version; readonly at: string },
): boolean | Promise<boolean> {
  return at === '' || leadsAll(git, version, `${tag}.*`)
}

/** Whether no version that is released is newer, among those of a line or of all. */
async function leadsAll(git: Git, version: Version, line = 'v*'): Promise<boolean> {
  const released = (await git('tag', '--list', line)).split('\n')
  return !released.some((other) => version.isOlderThan(other))
}
