import { spawnSync } from 'node:child_process'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** A real disk of a few megabytes. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string
  /** Fills it to its last byte. */
  fill(): Promise<void>
  /** Makes room again. */
  free(): Promise<void>
}

/** @returns undefined where nobody lets us mount one */
export async function smallDisk(
  path: string,
  { megabytes }: { readonly megabytes: number; readonly owner?: number },
): Promise<SmallDisk | undefined> {
  await mkdir(path)
  const options = `size=${megabytes}m`
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]).status !== 0)
    return undefined
  const ballast = join(path, 'ballast')
  return {
    path,
    async fill() {
      await using file = await open(ballast, 'a')
      for (const size of [65_536, 512, 1]) await fillBy(file, Buffer.alloc(size))
    },
    free: () => rm(ballast),
    async [Symbol.asyncDispose]() {
      const { status, stderr } = spawnSync('umount', [path])
      if (status !== 0) throw new Error(stderr.toString())
    },
  }
}

async function fillBy(file: { write(bytes: Buffer): Promise<unknown> }, piece: Buffer) {
  for (;;) {
    const error = await file.write(piece).then(
      () => undefined,
      (cause: unknown) => cause,
    )
    if (error === undefined) continue
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return
    throw error
  }
}
