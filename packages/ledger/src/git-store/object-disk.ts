import { randomUUID } from 'node:crypto'
import { chmod, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { storeFailed } from '../store-findings.ts'

/** Where loose objects lie. Whatever it said is done outlives a power cut. */
export interface ObjectDisk {
  /** Puts a whole file in its place; nobody ever sees a part of it under its name. */
  readonly put: (path: string, bytes: Uint8Array) => Promise<void>
  /**
   * Makes the names in a folder last: a file can be on the disk whose name is not. Where there is no such
   * folder (git may keep branches in tables) there is nothing to do.
   * @throws WorldError `ledger/append-failed`
   */
  readonly settle: (folder: string) => Promise<void>
}

export const objectDisk: ObjectDisk = {
  async put(path, bytes) {
    const folder = dirname(path)
    // The name by which git knows what it may tidy away after a crash (git-prune).
    const draft = join(folder, `tmp_obj_${randomUUID()}`)
    try {
      await writeDurably(draft, bytes).catch(async (error: unknown) => {
        if (!isMissing(error)) throw error
        await makeFolder(folder)
        await writeDurably(draft, bytes)
      })
      await rename(draft, path)
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
  },
  async settle(folder) {
    // Windows has no such thing: there names are journalled with their files.
    if (process.platform === 'win32') return
    try {
      await using handle = await open(folder, 'r')
      await handle.sync()
    } catch (error) {
      if (!isMissing(error)) throw storeFailed(folder, String(error), error)
    }
  },
}

const READ_ONLY = 0o444

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  await using handle = await open(path, 'wx', READ_ONLY)
  await handle.writeFile(bytes)
  await handle.sync()
}

/** Open to the same people as the folder around it: a repository may be shared by a group. */
export async function makeFolder(path: string): Promise<void> {
  const around = dirname(path)
  await mkdir(path).catch((error: unknown) => {
    if (!isThere(error)) throw error
  })
  await chmod(path, (await stat(around)).mode)
}

export const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
/** Nothing is there, or what should be a folder is none. */
export const isMissing = (error: unknown): boolean =>
  hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')
const isThere = (error: unknown): boolean => hasCode(error, 'EEXIST')
