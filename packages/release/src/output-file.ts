import { randomBytes } from 'node:crypto'
import { type Stats } from 'node:fs'
import { type FileHandle, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { InputError, WorldError } from '@bulkhead/vocabulary'

/** A file that a person has named for what a command writes. */
export interface OutputFile {
  /** Replaces it as a whole: whoever looks sees the old bytes or the new ones. */
  write(bytes: Uint8Array | string): Promise<void>
}

/**
 * Looks whether a file can be written, before the work whose result it takes. What is there already must
 * be a regular file, or a link to one, which keeps its permissions; a device or a pipe that was named by a
 * slip would be replaced by a file, or never be read. Its folder must be there: a misspelt one is not made.
 * @throws InputError `usage/unwritable-file` when it cannot
 * @throws WorldError `usage/unwritable-file` when the disk fails, here or in `write`
 */
export async function outputFile(path: string): Promise<OutputFile> {
  const place = await placeOf(path)
  await discard(await draftIn(place, path))
  return {
    async write(bytes) {
      const draft = await draftIn(await placeOf(path), path)
      await attempt(path, () => replace(draft, bytes))
    },
  }
}

/**
 * The same for a folder to write many files into. Where there is none, whoever writes may make it in its
 * parent, which must be there: what is refused later leaves nothing behind.
 * @throws InputError, WorldError as {@link outputFile}
 */
export async function outputFolder(path: string): Promise<void> {
  const whole = resolve(path)
  const state = await stateOf(whole, path)
  if (state === undefined) await requireParent(whole, path)
  else if (!state.isDirectory()) throw unwritable(path, `is ${wordFor(state)}, no folder`)
  const target = state === undefined ? whole : join(whole, '-')
  await discard(await draftIn({ target, state: undefined }, path))
}

/** Where the bytes go in the end, and what is there. */
interface Place {
  readonly target: string
  readonly state: Stats | undefined
}

async function placeOf(path: string): Promise<Place> {
  const whole = resolve(path)
  const state = await stateOf(whole, path)
  if (state === undefined) {
    await requireParent(whole, path)
    if (path === '' || /[/\\]$/.test(path)) throw unwritable(path, 'names a folder, no file')
    return { target: whole, state }
  }
  if (!state.isFile()) throw unwritable(path, `is ${wordFor(state)}, no file`)
  return { target: await attempt(path, () => realpath(whole)), state }
}

/** Undefined when nothing is there. A link that leads to nothing is no place: following it could lead anywhere. */
async function stateOf(whole: string, path: string): Promise<Stats | undefined> {
  const looked = (look: (path: string) => Promise<Stats>) =>
    attempt(path, () =>
      look(whole).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return undefined
        throw error
      }),
    )
  const state = await looked(stat)
  if (state === undefined && (await looked(lstat)) !== undefined)
    throw unwritable(path, 'is a link to nothing')
  return state
}

async function requireParent(whole: string, path: string): Promise<void> {
  const parent = dirname(whole)
  const state = await stateOf(parent, path)
  if (state === undefined) throw unwritable(path, `its folder ${parent} is not there`)
  if (!state.isDirectory()) throw unwritable(path, `${parent} is ${wordFor(state)}, no folder`)
}

interface Draft extends Place {
  readonly name: string
  readonly handle: FileHandle
}

/** Beside the target, for a file is replaced in one step only within its folder. */
async function draftIn(place: Place, path: string): Promise<Draft> {
  const name = join(dirname(place.target), `.bulkhead-${randomBytes(6).toString('hex')}`)
  return { ...place, name, handle: await attempt(path, () => open(name, 'wx', 0o666)) }
}

async function discard({ name, handle }: Draft): Promise<void> {
  await handle.close()
  await rm(name, { force: true })
}

async function replace(draft: Draft, bytes: Uint8Array | string): Promise<void> {
  const { name, handle, target, state } = draft
  try {
    await handle.writeFile(bytes)
    if (state !== undefined) {
      await handle.chmod(state.mode & 0o777)
      await handle.chown(state.uid, state.gid).catch(() => undefined)
    }
    await handle.sync()
    await handle.close()
    await rename(name, target)
  } catch (error) {
    await discard(draft).catch(() => undefined)
    throw error
  }
}

function wordFor(state: Stats): string {
  if (state.isDirectory()) return 'a folder'
  if (state.isFIFO()) return 'a pipe'
  if (state.isSocket()) return 'a socket'
  return state.isFile() ? 'a file' : 'a device'
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof InputError) throw cause
    const code = codeOf(cause)
    const message = code === undefined ? undefined : WRONG_PATH.get(code)
    if (message !== undefined) throw unwritable(path, message, cause)
    throw new WorldError(
      {
        code: 'usage/unwritable-file',
        subject: path,
        message: `could not be written${code === undefined ? '' : ` (${code})`}`,
        remedy: 'check the disk, then run the command again',
      },
      { cause },
    )
  }
}

/** What says that the path is wrong, and not that the world fails (errno(3)). */
const WRONG_PATH: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'must not be written: permission is denied'],
  ['EPERM', 'must not be written: the operation is not permitted'],
  ['EROFS', 'lies where nothing can be written'],
  ['ENOENT', 'lies in a folder that takes no files'],
  ['ENOTDIR', 'lies below what is no folder'],
  ['EISDIR', 'is a folder, no file'],
  ['ELOOP', 'is a link to itself'],
  ['ENAMETOOLONG', 'has too long a name'],
  ['EINVAL', 'has a name that cannot be'],
  ['EBUSY', 'is in use: something is mounted there'],
])

const unwritable = (path: string, message: string, cause?: unknown): InputError =>
  new InputError(
    {
      code: 'usage/unwritable-file',
      subject: path === '' ? '(an empty path)' : path,
      message,
      remedy: 'name a file, or make its folder first; what may be printed is so without the option',
    },
    { cause },
  )

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
