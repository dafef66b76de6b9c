import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { WorldError } from '@bulkhead/vocabulary'

/** What a witness cosigned last, and the number of that memory. */
export interface Remembered {
  readonly sequence: number
  /** The checkpoint as a signed note. */
  readonly checkpoint: string
}

/** A witness's memory of the logs that it watches. */
export interface WitnessMemory {
  last(origin: string): Promise<Remembered | null>
  /**
   * Remembers a checkpoint in place of `expected`, on stable storage, if that is still the last one.
   * @returns whether it was
   */
  replace(origin: string, expected: Remembered | null, checkpoint: string): Promise<boolean>
}

const MEMORY = /^[0-9]{12}\.checkpoint$/

/**
 * A memory in a directory: one numbered file for each checkpoint, oldest ones kept. The file of the
 * next number can be created once only, so the compare and the swap are one step of the file system,
 * and a process that dies holds no lock.
 */
export function witnessMemoryIn(directory: string): WitnessMemory {
  const folderOf = (origin: string) =>
    join(directory, createHash('sha256').update(origin).digest('hex'))
  return {
    async last(origin) {
      const folder = folderOf(origin)
      const newest = (await namesIn(folder)).at(-1)
      if (newest === undefined) return null
      const checkpoint = await attempt(folder, readFile(join(folder, newest), 'utf8'))
      return { sequence: Number.parseInt(newest, 10), checkpoint }
    },
    async replace(origin, expected, checkpoint) {
      const folder = folderOf(origin)
      await attempt(folder, mkdir(folder, { recursive: true }))
      const sequence = String((expected?.sequence ?? 0) + 1).padStart(12, '0')
      return createOnce(folder, `${sequence}.checkpoint`, checkpoint)
    },
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => MEMORY.test(name)).sort()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw memoryFailed(folder, error)
  }
}

/** Whole and synced under another name first: who can read the memory can read all of it. */
async function createOnce(folder: string, name: string, text: string): Promise<boolean> {
  const draft = join(folder, `.${randomUUID()}`)
  await attempt(folder, writeSynced(draft, text))
  try {
    await link(draft, join(folder, name))
    await syncFolder(folder)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw memoryFailed(folder, error)
  } finally {
    await unlink(draft).catch(() => undefined)
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  await file.writeFile(text)
  await file.sync()
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r')
  await handle.sync()
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

async function attempt<T>(folder: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw memoryFailed(folder, error)
  }
}

const memoryFailed = (folder: string, cause: unknown): WorldError =>
  new WorldError(
    {
      code: 'ledger/append-failed',
      subject: folder,
      message: 'the memory of the witness cannot be read or written; nothing was cosigned',
      remedy:
        'check the directory, its permissions and its disk; never empty it: it is what a witness is for',
    },
    { cause },
  )
