import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readRegularFile, readRegularFileNow } from '../src/index.ts'

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

const readers = [
  ['in steps', readRegularFile],
  ['at once', (path: string, most: number) => Promise.resolve(readRegularFileNow(path, most))],
] as const

describe.each(readers)('a regular file, read %s', (_, read) => {
  it('gives its bytes up to the limit, and nothing beyond it', async () => {
    const home = await newFolder()
    const file = join(home, 'file')
    await writeFile(file, 'abc')
    await writeFile(join(home, 'empty'), '')
    expect((await read(file, 3))?.toString()).toBe('abc')
    expect(await read(file, 2)).toBeUndefined()
    expect((await read(join(home, 'empty'), 3))?.toString()).toBe('')
  })

  it('is nothing where there is none: no folder, no pipe that nobody writes to, no device', async () => {
    const home = await newFolder()
    const at = (name: string) => join(home, name)
    await mkdir(at('folder'))
    await symlink(at('nowhere'), at('dangling'))
    const others = ['absent', 'folder', 'dangling'].map(at)
    if (process.platform !== 'win32') {
      await promisify(execFile)('mkfifo', [at('pipe')])
      others.push(at('pipe'), '/dev/zero')
    }
    for (const other of others) expect(await read(other, 100), other).toBeUndefined()
  })
})

it('what was read at once lies in memory of its own, which may change hands', async () => {
  const home = await newFolder()
  const file = join(home, 'file')
  await writeFile(file, 'abc')
  const bytes = readRegularFileNow(file, 3)
  expect(bytes?.buffer.byteLength).toBe(3)
})
