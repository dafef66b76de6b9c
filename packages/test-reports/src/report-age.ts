import { lstat, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Nanoseconds since the epoch by the clock that dates files, which may lag behind the other one. */
export type FileTime = bigint

/** What the time is for files: the date of one that is written now, and gone at once. */
export async function readFileClock(directory: string): Promise<FileTime> {
  await mkdir(directory, { recursive: true })
  const probe = join(directory, '.now')
  await writeFile(probe, '', { flag: 'wx' })
  try {
    return (await lstat(probe, { bigint: true })).mtimeNs
  } finally {
    await rm(probe, { force: true })
  }
}

const SECOND = 1_000_000_000n

/**
 * Files that were last written before `began`: brought back from a cache, unpacked from an archive,
 * copied with their date. They say what happened in another run. A date can be forged by the tests as
 * their reports can; this finds what carelessness leaves behind.
 */
export async function findStaleReports(
  root: string,
  paths: readonly string[],
  began: FileTime,
): Promise<readonly string[]> {
  const stale: string[] = []
  for (const path of paths) {
    const state = await lstat(join(root, path), { bigint: true }).catch(() => undefined)
    if (state !== undefined && isBefore(state.mtimeNs, began)) stale.push(path)
  }
  return stale
}

/** Some file systems keep whole seconds, FAT every other one: then the same is all that can be seen. */
const isBefore = (written: FileTime, began: FileTime): boolean =>
  written % SECOND === 0n ? written < began - (began % (2n * SECOND)) : written < began
