import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, realpath, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Digest, InputError, WorldError, digest } from '@bulkhead/vocabulary'
import type { RunProcess } from '@bulkhead/world'
import { glob } from 'tinyglobby'
import { remark } from './remarks.ts'

/** Most files that the patterns of one suite may match, and most bytes of each. */
const MOST_FILES = 20_000
const MOST_BYTES = 1024 * 1024 * 1024

/** Where reports are looked for: the top of the repository, as it really lies on disk. */
export interface ReportPlace {
  readonly root: string
  /** Globs relative to the root. */
  readonly patterns: readonly string[]
}

/** Files that each pattern matches, sorted, relative to the root with `/`. */
export type FoundReports = ReadonlyMap<string, readonly string[]>

/**
 * Finds the regular files that the patterns match. Symbolic links are neither matched nor followed on
 * the way: what a test links to is not its report. `node_modules` and `.git` are never looked into.
 *
 * @throws InputError `test/limits` when there are more files than any honest suite writes
 */
export async function findReports({ root, patterns }: ReportPlace): Promise<FoundReports> {
  const top = await realpath(root)
  const found = new Map<string, readonly string[]>()
  for (const pattern of patterns) {
    const paths = await glob([pattern], {
      cwd: top,
      dot: true,
      expandDirectories: false,
      followSymbolicLinks: false,
      ignore: ['**/node_modules/**', '**/.git/**'],
    })
    if (paths.length > MOST_FILES)
      throw new InputError(remark('test/limits', pattern, `matches more than ${MOST_FILES} files`))
    const plain = await Promise.all(paths.map((path) => isPlainFile(top, path)))
    found.set(pattern, paths.filter((_, index) => plain[index]).sort())
  }
  return found
}

async function isPlainFile(top: string, path: string): Promise<boolean> {
  const whole = join(top, path)
  const [state, real] = await Promise.all([lstat(whole), realpath(whole)]).catch(() => [])
  return state !== undefined && state.isFile() && real === whole && whole.startsWith(join(top, '/'))
}

/**
 * Removes the reports of earlier runs, so that what is found afterwards is of this one.
 *
 * @throws InputError `test/tracked-report` when a pattern matches a file that git tracks
 */
export async function removeReports(place: ReportPlace, runProcess: RunProcess): Promise<void> {
  const found = new Set([...(await findReports(place)).values()].flat())
  if (found.size === 0) return
  const tracked = await trackedFiles(place.root, runProcess)
  const [kept] = [...found].filter((path) => tracked.has(path))
  if (kept !== undefined) {
    const message = 'a report pattern matches this file, which is part of the repository'
    throw new InputError(remark('test/tracked-report', kept, message))
  }
  const top = await realpath(place.root)
  await Promise.all([...found].map((path) => rm(join(top, path), { force: true })))
}

async function trackedFiles(root: string, runProcess: RunProcess): Promise<ReadonlySet<string>> {
  const { end, stdout, stderr } = await runProcess({ argv: ['git', 'ls-files', '-z'], cwd: root })
  if (end.kind === 'exited' && end.code === 0) return new Set(stdout.toString().split('\0'))
  const message = `git could not list the files of the repository: ${stderr.toString().trim()}`
  throw new WorldError(remark('git/failed', root, message))
}

export interface CopiedReport {
  /** Relative to the top of the repository, with `/`. */
  readonly path: string
  readonly digest: Digest
  readonly bytes: number
}

/**
 * Copies one report, reading it once: the digest is of exactly the bytes that were copied, whatever
 * happens to the original.
 *
 * @param number makes names in `directory` unique: `<number>-<name of the file>`
 * @returns undefined when the file is gone, or is no plain file any more
 * @throws InputError `test/limits` when it is too large
 */
export async function copyReport(
  root: string,
  path: string,
  { directory, number }: { readonly directory: string; readonly number: number },
): Promise<CopiedReport | undefined> {
  const top = await realpath(root)
  // A file that became a link or a pipe since it was found must not be followed or waited for.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const source = await open(join(top, path), flags).catch(() => undefined)
  if (source === undefined) return undefined
  try {
    if (!(await isSameFile(source, top, path))) return undefined
    await mkdir(directory, { recursive: true })
    const target = await open(join(directory, `${number}-${basename(path)}`), 'wx')
    try {
      return { path, ...(await copy(source, target, path)) }
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

/** What was opened is still what stands at that path, without a link on the way. */
async function isSameFile(source: FileHandle, top: string, path: string): Promise<boolean> {
  if (!(await isPlainFile(top, path))) return false
  const [opened, standing] = await Promise.all([source.stat(), lstat(join(top, path))])
  return opened.isFile() && opened.ino === standing.ino && opened.dev === standing.dev
}

async function copy(
  source: FileHandle,
  target: FileHandle,
  path: string,
): Promise<{ digest: Digest; bytes: number }> {
  const hash = createHash('sha256')
  const buffer = Buffer.alloc(256 * 1024)
  let bytes = 0
  for (;;) {
    const { bytesRead } = await source.read(buffer, 0, buffer.length)
    if (bytesRead === 0) break
    bytes += bytesRead
    if (bytes > MOST_BYTES)
      throw new InputError(remark('test/too-large', path, `is larger than ${MOST_BYTES} bytes`))
    hash.update(buffer.subarray(0, bytesRead))
    await target.writeFile(buffer.subarray(0, bytesRead))
  }
  return { digest: digest(`sha256:${hash.digest('hex')}`), bytes }
}
