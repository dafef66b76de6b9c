import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/**
 * Opens a regular file for reading; undefined for anything else, or nothing. What tests or builds
 * could have put in its place is not waited for: opening a named pipe would last until somebody
 * writes to it, and reading a device need not end.
 */
export async function openRegularFile(path: string): Promise<FileHandle | undefined> {
  // There is no O_NONBLOCK on Windows, and no named pipe in a folder either.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
  const file = await open(path, flags).catch(() => undefined)
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
