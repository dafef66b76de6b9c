import { constants } from 'node:fs'
import { readFile, rename, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { CommitId } from '@bulkhead/vocabulary'
import { type BranchLock, type TakenLock, clearLeftLocks, takeLock } from './branch-lock.ts'
import type { Git } from './git-command.ts'
import { readTip } from './local-branch.ts'
import { thisOwner } from './lock-owner.ts'
import { isMissing, makeFolder } from './object-disk.ts'

/** What became of a branch that was to be moved. */
export type BranchMove =
  | { readonly kind: 'moved' }
  /** It was not where it was to be moved from. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'held'; readonly why: string }
  /** Where the branch is now says what became of it. */
  | { readonly kind: 'unknown'; readonly why: string }
  /** Another name for a branch, or where a lock left behind could not be told from a living one. */
  | { readonly kind: 'left-to-git' }

export interface BranchFile {
  /** Moves the branch, as git would, if it is still where it is expected. */
  move(to: CommitId, from: CommitId): Promise<BranchMove>
}

/**
 * A branch that is there, moved under git's own lock by git's own steps: lock, compare, rename. git would
 * do the same, but a git that is killed leaves a lock that nobody may remove (docs/decisions/0039); ours
 * tells its owner, so that the next writer goes on. Whatever cannot be done here is left to git, and what
 * git says counts.
 */
export function branchFile(gitDirectory: string, ref: string, git: Git): BranchFile {
  const branch = join(gitDirectory, ref)
  const records = join(gitDirectory, 'bulkhead', 'locks', basename(ref))
  const obstacle = (from: CommitId) => obstacleAt(branch, from, () => readTip(git, ref))
  const owner = once(() => ownerHere(gitDirectory))
  let cleared = false
  const take = async (lock: BranchLock, to: CommitId): Promise<TakenLock | null> => {
    const bytes = Buffer.from(`${to}\n`)
    if (!cleared) await clearLeftLocks(lock)
    cleared = true
    const taken = await takeLock(lock, bytes)
    if (taken !== null) return taken
    await clearLeftLocks(lock)
    return takeLock(lock, bytes)
  }
  const begin = async (to: CommitId, from: CommitId): Promise<BranchMove | TakenLock> => {
    const self = await owner()
    if (self === undefined) return LEFT_TO_GIT
    // Before there is a lock too: who is late takes none.
    const early = await obstacle(from)
    if (early !== undefined) return early
    const taken = await take({ branch, records, owner: self }, to)
    return taken ?? { kind: 'held', why: `Unable to create '${branch}.lock': File exists.` }
  }
  return {
    async move(to, from) {
      const begun = await begin(to, from).catch(() => LEFT_TO_GIT)
      if ('kind' in begun) return begun
      const move = await obstacle(from)
        .then((late) => late ?? renameTo(branch, begun))
        .catch((error: unknown) => unknown(String(error)))
      try {
        await begun.release()
      } catch (error) {
        // What is left of a lock that did its work, the next process of ours tidies away.
        if (move.kind !== 'moved') return unknown(String(error))
      }
      return move
    },
  }
}

const LEFT_TO_GIT = { kind: 'left-to-git' } as const
const unknown = (why: string): BranchMove => ({ kind: 'unknown', why })

/** Why a branch cannot be moved from a commit here; undefined when it can. */
async function obstacleAt(
  branch: string,
  from: CommitId,
  packed: () => Promise<CommitId | null>,
): Promise<BranchMove | undefined> {
  const now = await readBranch(branch).catch(async (error: unknown) => {
    if (!isMissing(error)) throw error
    // git has put it into its table of branches; that it is there leaves no room for one below it.
    const there = await packed()
    if (there !== null) await makeFolder(dirname(branch))
    return there
  })
  if (now === null) return LEFT_TO_GIT
  return now === from ? undefined : { kind: 'elsewhere' }
}

/** Null for a branch that is another name of one. */
async function readBranch(path: string): Promise<string | null> {
  const text = await readFile(path, { encoding: 'latin1', flag: NO_LINK })
  return /^([0-9a-f]{40,64})\n$/.exec(text)?.[1] ?? null
}

/** An old way to make a branch another name of one (gitrepository-layout). Windows has no such flag. */
const NO_LINK = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)

async function renameTo(branch: string, taken: TakenLock): Promise<BranchMove> {
  await rename(taken.path, branch)
  return (await taken.isAt(branch)) ? { kind: 'moved' } : unknown('somebody took its lock away')
}

/**
 * Kinds of file systems that one machine alone writes to, and where no call goes on after its process is
 * gone (statfs(2)): ext, XFS, btrfs, F2FS, ZFS, tmpfs, overlayfs.
 */
const LOCAL = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0x01021994, 0x794c7630,
])

/** Who we are to whoever finds our lock in a folder; undefined where nobody could tell whether we are gone. */
async function ownerHere(folder: string): Promise<string | undefined> {
  const { type } = await statfs(folder)
  return LOCAL.has(type) ? thisOwner() : undefined
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined
  return () => {
    done ??= work()
    return done
  }
}
