import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runProcess } from '../../packages/world/src/index.ts'
import type { MirrorFiles } from './mirror-files.ts'
import type { Version } from './version.ts'

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

const WHO = 'Bulkhead release'
const EMAIL = 'release@bulkhead.invalid'

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
  await git('remote', 'add', 'mirror', remote)
  await git('fetch', '--quiet', '--tags', 'mirror', '+refs/heads/*:refs/remotes/mirror/*')
  const there = await refsOf(git)
  const released = there.get(`refs/tags/${version.full}`)
  if (released !== undefined) await requireSameTree(git, version, tree)
  const commit =
    released === undefined
      ? await commitTree(git, release, { tree, parent: there.get('refs/remotes/mirror/main') })
      : await git('rev-parse', `refs/tags/${version.full}^{commit}`)
  const pushed = await pushMissing(git, { version, commit, there, isNew: released === undefined })
  return { remote, commit, pushed }
}

type Git = (...args: readonly string[]) => Promise<string>

function gitIn(cwd: string, { key, time }: { readonly key: string; readonly time: number }): Git {
  const date = `@${time} +0000`
  const configured = {
    'gpg.format': 'ssh',
    'user.signingKey': key,
    'core.autocrlf': 'false',
    'core.hooksPath': '/dev/null',
  }
  const settings = Object.entries(configured).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return async (...args) => {
    const { end, stdout, stderr } = await runProcess({
      argv: ['git', ...settings, ...args],
      cwd,
      env: {
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: process.platform === 'win32' ? 'NUL' : '/dev/null',
        GIT_TERMINAL_PROMPT: '0',
        GIT_AUTHOR_NAME: WHO,
        GIT_AUTHOR_EMAIL: EMAIL,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_NAME: WHO,
        GIT_COMMITTER_EMAIL: EMAIL,
        GIT_COMMITTER_DATE: date,
      },
      timeout: 300_000,
    })
    if (end.kind === 'exited' && end.code === 0) return stdout.toString().trim()
    throw new Error(`git ${args[0] ?? ''}: ${stderr.toString().trim() || end.kind}`)
  }
}

async function refsOf(git: Git): Promise<ReadonlyMap<string, string>> {
  const listed = await git('for-each-ref', '--format=%(refname) %(objectname)')
  return new Map(
    listed
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' ') as [string, string]),
  )
}

async function requireSameTree(git: Git, { full }: Version, tree: string): Promise<void> {
  const present = await git('rev-parse', `refs/tags/${full}^{tree}`)
  if (present !== tree)
    throw new Error(
      `${full} is released with other contents (tree ${present}, here ${tree}); release a new version`,
    )
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

/** One push, all or nothing; tags that move do so only from where they were seen. */
async function pushMissing(
  git: Git,
  {
    version,
    commit,
    there,
    isNew,
  }: {
    readonly version: Version
    readonly commit: string
    readonly there: ReadonlyMap<string, string>
    readonly isNew: boolean
  },
): Promise<readonly string[]> {
  const leases: string[] = []
  const refs: string[] = []
  for (const tag of version.moving) {
    const seen = there.get(`refs/tags/${tag}`) ?? ''
    const at = seen === '' ? '' : await git('rev-parse', `refs/tags/${tag}^{commit}`)
    // An older line that is mended later must not take `v1` back from a newer one.
    if (at === commit || !(await leads(git, { tag, version, at }))) continue
    await git('tag', '--force', '--sign', '-m', `${tag} is ${version.full}`, tag, commit)
    leases.push(`--force-with-lease=refs/tags/${tag}:${seen}`)
    refs.push(`+refs/tags/${tag}`)
  }
  if (isNew) {
    await git('tag', '--sign', '-m', version.full, version.full, commit)
    refs.push(`refs/tags/${version.full}`)
    if (await leadsAll(git, version)) refs.push(`${commit}:refs/heads/main`)
  }
  if (refs.length > 0) await git('push', '--quiet', '--atomic', ...leases, 'mirror', ...refs)
  return refs.map((ref) => ref.replace(/^\+/, '').replace(/^[0-9a-f]+:/, '')).sort()
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
