import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** There is no O_NONBLOCK on Windows, and no named pipe in a folder either. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * Opens a regular file for reading; undefined for anything else, or nothing. What tests or builds
 * could have put in its place is not waited for: opening a named pipe would last until somebody
 * writes to it, and reading a device need not end.
 */
export async function openRegularFile(path: string): Promise<FileHandle | undefined> {
  const file = await open(path, FLAGS).catch(() => undefined)
  if (file === undefined) return undefined
  const state = await file.stat().catch(() => undefined)
  if (state?.isFile() === true) return file
  await file.close()
  return undefined
}

/** The bytes of a regular file, undefined when there is none or it is larger than `most` bytes. */
export async function readRegularFile(path: string, most: number): Promise<Buffer | undefined> {
  const file = await openRegularFile(path)
  if (file === undefined) return undefined
  try {
    const { size } = await file.stat()
    return size > most ? undefined : await file.readFile()
  } catch {
    return undefined
  } finally {
    await file.close()
  }
}

/**
 * The same at once, for a thread with nothing else to do: where all cores are busy, each of the four
 * steps would wait its turn to come back. The bytes lie in memory of their own, which may change hands.
 */
export function readRegularFileNow(path: string, most: number): Buffer<ArrayBuffer> | undefined {
  const file = valueOf(() => openSync(path, FLAGS))
  if (file === undefined) return undefined
  try {
    return valueOf(() => readWhole(file, most))
  } finally {
    closeSync(file)
  }
}

function readWhole(file: number, most: number): Buffer<ArrayBuffer> | undefined {
  const state = fstatSync(file)
  if (!state.isFile() || state.size > most) return undefined
  const bytes = Buffer.from(new ArrayBuffer(state.size))
  for (let read = 0; read < bytes.byteLength;) {
    const more = readSync(file, bytes, read, bytes.byteLength - read, null)
    // Cut while it was read: what is left of it is not what was there.
    if (more === 0) return undefined
    read += more
  }
  return bytes
}

function valueOf<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
