import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { devNull, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CommitId, type TreeId, isObjectId, treeId } from '@bulkhead/vocabulary'
import type { RunProcess } from '@bulkhead/world'
import { type Git, expectCode, gitFailed, gitIn } from './git-command.ts'

/** What a merge without anybody's hand in it gives. `git` is the version that answered. */
export type Recomputation =
  | { readonly kind: 'clean'; readonly tree: TreeId; readonly git: string }
  /** The two do not merge cleanly, or share no history: somebody decided, or nobody can. */
  | { readonly kind: 'conflict'; readonly git: string }
  /** This git cannot merge without a work tree. */
  | { readonly kind: 'too-old'; readonly git: string }

/** Merges two commits aside, again and again; {@link Merger.close} leaves nothing behind. */
export interface Merger {
  merge(ours: CommitId, theirs: CommitId): Promise<Recomputation>
  close(): Promise<void>
}

export interface MergerPlace {
  /** The common git directory. */
  readonly gitDirectory: string
  readonly objectFormat: 'sha1' | 'sha256'
}

/** `merge-tree --write-tree` came with 2.38. */
const FIRST = [2, 38] as const
/** Far above any honest merge. */
const TIMEOUT = 120_000
/**
 * Nobody's configuration and nobody's attributes: a merge driver is a program, and `merge=union` makes
 * a clean merge out of a conflict.
 */
const ISOLATED = { GIT_CONFIG_GLOBAL: devNull, GIT_ATTR_NOSYSTEM: '1' } as const
const PLAIN = ['-c', `core.attributesFile=${devNull}`, '-c', 'gc.auto=0'] as const

/**
 * Merges in an empty bare repository of its own, which only borrows the objects of the judged one.
 * So neither configuration, attributes, index nor refs of the judged repository have a say, and
 * nothing is written to it.
 */
export function makeMerger(place: MergerPlace, runProcess: RunProcess): Merger {
  let started: Promise<{ readonly folder: string; readonly git: Git }> | undefined
  let version: Promise<string> | undefined
  return {
    async merge(ours, theirs) {
      started ??= openAside(place, runProcess)
      const { git } = await started
      version ??= versionOf(git)
      return mergeIn(git, await version, [ours, theirs])
    },
    async close() {
      const folder = (await started?.catch(() => undefined))?.folder
      if (folder !== undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

async function openAside({ gitDirectory, objectFormat }: MergerPlace, runProcess: RunProcess) {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-merge-'))
  const isolated: RunProcess = (request) =>
    runProcess({
      ...request,
      env: { ...request.env, ...ISOLATED, GIT_DIR: folder },
      timeout: TIMEOUT,
    })
  const git = gitIn(folder, isolated)
  try {
    const format = `--object-format=${objectFormat}`
    await expectCode(git, ['init', '--quiet', '--bare', '--template=', format])
    // Through a link, since a path in the alternates file would have to be quoted.
    await symlink(join(gitDirectory, 'objects'), join(folder, 'judged'), 'junction')
    await writeFile(join(folder, 'objects', 'info', 'alternates'), '../judged\n')
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return { folder, git }
}

async function versionOf(git: Git): Promise<string> {
  const { stdout } = await expectCode(git, ['version'])
  const version = /^git version ([0-9]+\.[0-9]+(?:\.[0-9A-Za-z]+)*)/.exec(stdout.toString())?.[1]
  if (version === undefined) throw gitFailed(['version'], 'did not tell its version')
  return version
}

async function mergeIn(
  git: Git,
  version: string,
  sides: readonly [CommitId, CommitId],
): Promise<Recomputation> {
  if (isTooOld(version)) return { kind: 'too-old', git: version }
  const args = ['merge-tree', '--write-tree', '--no-messages', '--end-of-options', ...sides]
  const { code, stdout, stderr } = await git([...PLAIN, ...args])
  if (/refusing to merge unrelated histories/.test(stderr))
    return { kind: 'conflict', git: version }
  // A conflict prints the tree with its markers; a commit that is not there is code 1 too.
  const [tree = ''] = stdout.toString('latin1').split('\n', 1)
  if (code === 1 && isObjectId(tree)) return { kind: 'conflict', git: version }
  if (code === 0 && isObjectId(tree)) return { kind: 'clean', tree: treeId(tree), git: version }
  throw gitFailed(args, `exit code ${code}: ${stderr.trim().slice(0, 2_000)}`)
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < FIRST[0] || (major === FIRST[0] && minor < FIRST[1])
}
