import { randomUUID } from 'node:crypto'
import { chmod, link, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isGone } from './lock-owner.ts'
import { hasCode, isMissing, makeFolder } from './object-disk.ts'

/**
 * git's own lock of a branch (`refs/heads/….lock`), made so that everybody can see whose it is: it is a
 * second name of a file in `bulkhead/locks/<environment>/` below the git directory, whose name says which
 * process made it. So there is never a lock of ours without its owner, and none of git's has one.
 */
export interface BranchLock {
  /** Path of the branch's own file; its lock lies beside it. */
  readonly branch: string
  /** The folder of records. */
  readonly records: string
  /** Who we are. */
  readonly owner: string
}

/** A lock that was taken. Until it is released, its file may be renamed to the branch. */
export interface TakenLock {
  readonly path: string
  /** Whether a path is another name of the file that was the lock. */
  isAt(path: string): Promise<boolean>
  /** Takes the lock away, where it still is, and then its record. */
  release(): Promise<void>
}

const lockOf = ({ branch }: BranchLock): string => `${branch}.lock`
const recordFor = ({ records, owner }: BranchLock): string =>
  join(records, `${randomUUID()}.${owner}`)
const ownerIn = (record: string): string => record.slice(record.indexOf('.') + 1)

/**
 * Takes the lock; its file has the bytes that the branch is to have.
 * @returns null when somebody else holds it
 * @throws Error of the file system
 */
export async function takeLock(lock: BranchLock, bytes: Uint8Array): Promise<TakenLock | null> {
  const record = recordFor(lock)
  try {
    await writeRecord(record, bytes)
    // As open to others as the branch was.
    const before = await statIfThere(lock.branch)
    if (before !== undefined) await chmod(record, Number(before.mode) & 0o777)
    if (!(await linked(record, lockOf(lock)))) {
      await unlink(record)
      return null
    }
  } catch (error) {
    await unlinkIfThere(record)
    throw error
  }
  return {
    path: lockOf(lock),
    isAt: (path) => isSameFile(record, path),
    async release() {
      if (await isSameFile(record, lockOf(lock))) await unlink(lockOf(lock))
      await unlink(record)
    },
  }
}

/**
 * Takes away what owners that are gone have left. Whoever renames a dead owner's record to one of its
 * own is the only one that may take its lock away; nobody else can make another lock until then. One
 * that is killed on the way is an owner that is gone, like the first.
 */
export async function clearLeftLocks(lock: BranchLock): Promise<void> {
  for (const name of await namesIn(lock.records)) {
    if (!(await isGone(ownerIn(name)))) continue
    const ours = recordFor(lock)
    if (!(await moved(join(lock.records, name), ours))) continue
    if (await isSameFile(ours, lockOf(lock))) await unlink(lockOf(lock))
    await unlink(ours)
  }
}

/** On the disk before anything else has its bytes: after a power cut a branch is never empty. */
async function writeRecord(path: string, bytes: Uint8Array): Promise<void> {
  const write = async () => {
    await using handle = await open(path, 'wx')
    await handle.writeFile(bytes)
    await handle.sync()
  }
  await write().catch(async (error: unknown) => {
    if (!isMissing(error)) throw error
    const [own, all] = [dirname(path), dirname(dirname(path))]
    for (const folder of [dirname(all), all, own]) await makeFolder(folder)
    await write()
  })
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
}

/** Numbers of files are compared exactly: some are larger than a double can tell apart. */
const isSameFile = async (one: string, other: string): Promise<boolean> => {
  const [a, b] = await Promise.all([one, other].map((path) => statIfThere(path)))
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev
}

const statIfThere = (path: string) =>
  stat(path, { bigint: true }).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
