import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type GitFixture,
  makePerson,
  makeRepository,
  succeed,
  temporaryDirectory,
} from '@bulkhead/testkit'
import { InputError } from '@bulkhead/vocabulary'
import { type RunProcess, runProcess } from '@bulkhead/world'
import { describe, expect, it } from 'vitest'
import { openRepository } from '../src/index.ts'

async function ada(directory: string) {
  return makePerson('Ada', directory)
}

async function small(objectFormat: 'sha1' | 'sha256' = 'sha1') {
  const home = await temporaryDirectory()
  const by = await ada(home.path)
  const fixture: GitFixture = await makeRepository(join(home.path, 'repo'), { objectFormat })
  const first = await fixture.commit({ by, message: 'one', files: { 'a/b.txt': 'text\n' } })
  return { home, by, fixture, first, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() }
}

describe.each(['sha1', 'sha256'] as const)('a %s repository', (objectFormat) => {
  it('is read byte for byte from any folder inside it', async () => {
    await using at = await small(objectFormat)
    await using repository = await openRepository(join(at.fixture.path, 'a'))
    expect(repository).toMatchObject({
      root: at.fixture.path,
      gitDirectory: join(at.fixture.path, '.git'),
      objectFormat,
    })
    const { type, bytes } = await repository.readObject(at.first)
    expect(type).toBe('commit')
    expect(bytes.toString()).toBe(await at.fixture.git('cat-file', 'commit', at.first))
    const tree = (await at.fixture.git('rev-parse', 'HEAD^{tree}')).trim()
    expect(await repository.treeOf(at.first)).toBe(tree)
    const file = await repository.readFile(at.first, 'a/b.txt')
    expect(file?.bytes.toString()).toBe('text\n')
    expect(file?.blob).toBe((await at.fixture.git('rev-parse', 'HEAD:a/b.txt')).trim())
  })
})

describe('a SHA-256 repository', () => {
  it('does not take a SHA-1 id for the beginning of one of its own', async () => {
    await using at = await small('sha256')
    await using repository = await openRepository(at.fixture.path)
    const cut = at.first.slice(0, 40)
    await expect(repository.readObject(cut)).rejects.toMatchObject({
      findings: [{ code: 'git/missing-object' }],
    })
    await expect(repository.resolveCommit(cut)).rejects.toBeInstanceOf(InputError)
    expect(await repository.resolveCommit(at.first)).toBe(at.first)
  })
})

describe('openRepository', () => {
  it('starts git once, and again where a line feed in a path could be taken for the end of it', async () => {
    await using home = await temporaryDirectory()
    for (const [name, most] of [
      ['plain', 1],
      ['with\na line feed', 3],
    ] as const) {
      const fixture = await makeRepository(join(home.path, name))
      let started = 0
      const run: RunProcess = (request) => {
        started += 1
        return runProcess(request)
      }
      await using repository = await openRepository(fixture.path, { runProcess: run })
      expect(repository).toMatchObject({
        root: fixture.path,
        gitDirectory: join(fixture.path, '.git'),
      })
      expect(started).toBe(most)
    }
  })

  it('reads a bare clone and a linked work tree', async () => {
    await using at = await small()
    const bare = join(at.home.path, 'bare.git')
    await at.fixture.git('clone', '--quiet', '--bare', '.', bare)
    await using fromBare = await openRepository(bare)
    expect(fromBare).toMatchObject({ root: bare, gitDirectory: bare })
    expect(await fromBare.resolveCommit('main')).toBe(at.first)
    expect(await fromBare.dirtyPaths()).toEqual([])

    const linked = join(at.home.path, 'linked')
    await at.fixture.git('worktree', 'add', '--quiet', '-b', 'other', linked)
    await using fromLinked = await openRepository(linked)
    expect(fromLinked).toMatchObject({
      root: linked,
      gitDirectory: join(at.fixture.path, '.git'),
    })
    expect(await fromLinked.resolveCommit('HEAD')).toBe(at.first)
  })

  it('refuses a folder without a repository, and a folder that is not there', async () => {
    await using home = await temporaryDirectory()
    for (const directory of [home.path, join(home.path, 'absent')]) {
      const refusal = await openRepository(directory).catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(InputError)
      expect(refusal).toMatchObject({
        findings: [{ code: 'git/not-a-repository', subject: directory }],
      })
    }
  })

  it('says git/failed when git cannot be started', async () => {
    await using at = await small()
    const broken = openRepository(at.fixture.path, {
      runProcess: async () => ({
        end: { kind: 'not-started', reason: 'spawn git ENOENT' },
        stdout: Buffer.alloc(0),
        stderr: Buffer.alloc(0),
      }),
    })
    await expect(broken).rejects.toMatchObject({ findings: [{ code: 'git/failed' }] })
  })

  it('does not take variables of its own process for those of git', async () => {
    await using at = await small()
    await using elsewhere = await small()
    process.env['GIT_DIR'] = join(elsewhere.fixture.path, '.git')
    try {
      await using repository = await openRepository(at.fixture.path)
      expect(await repository.resolveCommit('HEAD')).toBe(at.first)
    } finally {
      delete process.env['GIT_DIR']
    }
  })
})

describe('readFile', () => {
  it('takes regular files only: no symlink, no submodule, no folder, nothing behind a symlink', async () => {
    await using at = await small()
    const { fixture, by } = at
    await symlink('a/b.txt', join(fixture.path, 'link'))
    await symlink('a', join(fixture.path, 'folder-link'))
    await fixture.git('update-index', '--add', '--cacheinfo', `160000,${at.first},module`)
    const run = { 'run.sh': '#!/bin/sh\n' }
    const head = await fixture.commit({ by, message: 'two', files: run })
    await using repository = await openRepository(fixture.path)
    for (const path of [
      'link',
      'folder-link',
      'folder-link/b.txt',
      'module',
      'a',
      '',
      'a//b.txt',
      'absent',
    ]) {
      expect([path, await repository.readFile(head, path)]).toEqual([path, undefined])
    }
    expect((await repository.readFile(head, 'run.sh'))?.bytes.toString()).toBe('#!/bin/sh\n')
  })

  it('reads names and contents that are no friend of line-based tools', async () => {
    await using at = await small()
    const name = 'ünï\tcode "quoted"\n'
    const bytes = Buffer.from([0, 10, 13, 255, 254, 0])
    await writeFile(join(at.fixture.path, name), bytes)
    const head = await at.fixture.commit({ by: at.by, message: 'odd' })
    await using repository = await openRepository(at.fixture.path)
    expect((await repository.readFile(head, name))?.bytes).toEqual(bytes)
  })
})

describe('dirtyPaths', () => {
  it('names what differs from HEAD or is untracked, and nothing in a clean tree', async () => {
    await using at = await small()
    await using repository = await openRepository(at.fixture.path)
    expect(await repository.dirtyPaths()).toEqual([])
    await mkdir(join(at.fixture.path, 'new folder'))
    await writeFile(join(at.fixture.path, 'new folder', 'x'), '')
    await at.fixture.git('mv', 'a/b.txt', 'a/c.txt')
    expect(await repository.dirtyPaths()).toEqual(['a/b.txt', 'a/c.txt', 'new folder/x'])
  })

  it.each(['--assume-unchanged', '--skip-worktree'])(
    'sees a change that %s hides from git status',
    async (flag) => {
      await using at = await small()
      await at.fixture.git('update-index', flag, 'a/b.txt')
      await writeFile(join(at.fixture.path, 'a/b.txt'), 'tampered\n')
      expect(await at.fixture.git('status', '--porcelain')).toBe('')
      await using repository = await openRepository(at.fixture.path)
      expect(await repository.dirtyPaths()).toEqual(['a/b.txt'])
    },
  )
})

describe('configValue', () => {
  it('answers with the value, or undefined when unset', async () => {
    await using at = await small()
    await at.fixture.git('config', 'bulkhead.genesis', at.first)
    await using repository = await openRepository(at.fixture.path)
    expect(await repository.configValue('bulkhead.genesis')).toBe(at.first)
    expect(await repository.configValue('bulkhead.nothing')).toBeUndefined()
    await expect(repository.configValue('--global')).rejects.toThrow(TypeError)
  })
})

describe('hooks and monitors of the repository', () => {
  it('are never run by reading it', async () => {
    await using at = await small()
    const mark = join(at.home.path, 'ran')
    const monitor = join(at.home.path, 'monitor.sh')
    await writeFile(monitor, `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 })
    await at.fixture.git('config', 'core.fsmonitor', monitor)
    await using repository = await openRepository(at.fixture.path)
    await repository.dirtyPaths()
    await expect(succeed(['ls', mark], { cwd: at.home.path })).rejects.toThrow(/No such file/)
    await at.fixture.git('status')
    expect(await succeed(['ls', mark], { cwd: at.home.path })).toContain('ran')
  })
})
