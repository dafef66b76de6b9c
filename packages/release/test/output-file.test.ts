import { execFileSync } from 'node:child_process'
import {
  chmod,
  link,
  mkdir,
  readFile,
  readdir,
  readlink,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { type TemporaryDirectory, succeed, temporaryDirectory } from '@bulkhead/testkit'
import { InputError, WorldError } from '@bulkhead/vocabulary'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { outputFile, outputFolder } from '../src/index.ts'

let home: TemporaryDirectory
const at = (name: string) => join(home.path, name)
beforeEach(async () => {
  home = await temporaryDirectory()
})
afterEach(() => home[Symbol.asyncDispose]())

const kindOf = async (path: string) => {
  const state = await stat(path)
  return state.isFIFO() ? 'pipe' : state.isCharacterDevice() ? 'device' : 'other'
}

async function objection(asked: Promise<unknown>): Promise<string> {
  const error: unknown = await asked.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(InputError)
  const [finding] = error instanceof InputError ? error.findings : []
  expect(finding?.code).toBe('usage/unwritable-file')
  return finding?.message ?? ''
}

describe('a file that a person has named for output', () => {
  it('is made, and replaced as a whole with its permissions', async () => {
    const path = at('out')
    await (await outputFile(path)).write('one')
    expect(await readFile(path, 'utf8')).toBe('one')
    await chmod(path, 0o640)
    await link(path, at('who looked before'))
    await (await outputFile(path)).write(Buffer.from('two'))
    expect(await readFile(path, 'utf8')).toBe('two')
    expect(await readFile(at('who looked before'), 'utf8')).toBe('one')
    expect((await stat(path)).mode & 0o777).toBe(0o640)
    expect(await readdir(home.path)).toEqual(['out', 'who looked before'])
  })

  it('is what a link leads to, and the link stays', async () => {
    await mkdir(at('year'))
    await writeFile(at('year/2026'), 'old')
    await symlink('year/2026', at('latest'))
    await (await outputFile(at('latest'))).write('new')
    expect(await readFile(at('year/2026'), 'utf8')).toBe('new')
    expect(await readlink(at('latest'))).toBe('year/2026')
  })

  it('is left as it is when it is only looked at', async () => {
    await writeFile(at('kept'), 'old')
    await outputFile(at('kept'))
    await outputFile(at('absent'))
    expect(await readFile(at('kept'), 'utf8')).toBe('old')
    expect(await readdir(home.path)).toEqual(['kept'])
  })

  it.each([
    ['a folder', 'folder', 'is a folder, no file'],
    ['a folder by its end', 'absent/', 'names a folder, no file'],
    ['in a folder that is not there', 'absent/deep/out', 'is not there'],
    ['below a file', 'file/out', 'no folder'],
    ['a link to nothing', 'dangling', 'is a link to nothing'],
    ['a link to itself', 'loop', 'is a link to itself'],
    ['of too long a name', 'x'.repeat(300), 'has too long a name'],
  ])('is refused when it is %s', async (_, name, message) => {
    await mkdir(at('folder'))
    await writeFile(at('file'), '')
    await symlink('nowhere', at('dangling'))
    await symlink('loop', at('loop'))
    expect(await objection(outputFile(`${home.path}/${name}`))).toContain(message)
    expect(await readdir(home.path)).toEqual(['dangling', 'file', 'folder', 'loop'])
  })

  it('is refused when it is nothing at all', async () => {
    expect(await objection(outputFile(''))).toContain('is a folder')
  })

  it.skipIf(process.platform === 'win32')('is no pipe, and stays one', async () => {
    await succeed(['mkfifo', at('pipe')], { cwd: home.path })
    await symlink('pipe', at('link'))
    for (const name of ['pipe', 'link'])
      expect(await objection(outputFile(at(name)))).toContain('is a pipe')
    expect(await kindOf(at('pipe'))).toBe('pipe')
  })

  it('is no device, and stays one', async ({ skip }) => {
    try {
      // A null of our own: to replace that of the machine would spoil it.
      execFileSync('mknod', [at('null'), 'c', '1', '3'], { stdio: 'ignore' })
    } catch {
      return skip('a device cannot be made here: that needs root')
    }
    await symlink('null', at('link'))
    for (const name of ['null', 'link'])
      expect(await objection(outputFile(at(name)))).toContain('is a device')
    expect(await kindOf(at('null'))).toBe('device')
  })

  it.skipIf(process.platform !== 'linux')('is nothing below /proc', async () => {
    for (const path of ['/proc/out', '/proc/self/out', '/proc/self/task/out'])
      expect(await objection(outputFile(path))).toMatch(/takes no files|must not be written/)
    expect(await objection(outputFile('/proc/absent/out'))).toContain('is not there')
  })

  it('is found out anew when it is written', async () => {
    const file = await outputFile(at('out'))
    await mkdir(at('out'))
    expect(await objection(file.write('late'))).toContain('is a folder')
    expect(await readdir(home.path)).toEqual(['out'])
  })

  it.skipIf(process.platform !== 'linux')(
    'fails with the world on a full disk',
    async ({ skip }) => {
      await mkdir(at('disk'))
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at('disk')])
      } catch {
        return skip('a small disk cannot be mounted here: that needs root')
      }
      try {
        const file = await outputFile(at('disk/out'))
        await file.write('old')
        await expect(file.write(Buffer.alloc(1024 * 1024))).rejects.toThrow(WorldError)
        expect(await readFile(at('disk/out'), 'utf8')).toBe('old')
        expect(await readdir(at('disk'))).toEqual(['out'])
      } finally {
        execFileSync('umount', [at('disk')])
      }
    },
  )
})

describe('a folder for output', () => {
  it('is taken as it is, or left to whoever writes', async () => {
    await outputFolder(at('mirror'))
    expect(await readdir(home.path)).toEqual([])
    await mkdir(at('mirror'))
    await writeFile(at('mirror/file'), '')
    await outputFolder(at('mirror'))
    expect(await readdir(at('mirror'))).toEqual(['file'])
  })

  it.each([
    ['a file', 'file', 'is a file, no folder'],
    ['in a folder that is not there', 'absent/deep', 'is not there'],
    ['below a file', 'file/deep', 'no folder'],
    ['a link to nothing', 'dangling', 'is a link to nothing'],
  ])('is refused when it is %s', async (_, name, message) => {
    await writeFile(at('file'), '')
    await symlink('nowhere', at('dangling'))
    expect(await objection(outputFolder(at(name)))).toContain(message)
  })

  it.skipIf(process.platform !== 'linux')(
    'is nothing below /proc, and that is said at once',
    async () => {
      for (const path of ['/proc/mirror', '/proc/self'])
        expect(await objection(outputFolder(path))).toMatch(/takes no files|must not be written/)
    },
  )
})
