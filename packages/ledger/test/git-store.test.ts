import { chmod, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openRepository } from '@bulkhead/git'
import { makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { DeniedError, type Finding, InputError, WorldError } from '@bulkhead/vocabulary'
import { type ProcessOutcome, type RunProcess, runProcess } from '@bulkhead/world'
import { describe, expect, it } from 'vitest'
import {
  type EntryDraft,
  type LedgerStore,
  foldEnvironment,
  gitLedgerStore,
  verifyLedger,
} from '../src/index.ts'
import { type ObjectDisk, objectDisk } from '../src/git-store/object-disk.ts'
import {
  ACTORS,
  ORIGIN,
  all,
  gitStore,
  ledgerKey,
  open,
  release,
  writeRelease,
} from './log-fixture.ts'
import { nameAnew } from './stores/git-places.ts'

const key = ledgerKey()
const BRANCH = 'refs/heads/ledger/production'
const CHILD = fileURLToPath(new URL('appending-process.ts', import.meta.url))
const note = (text: string): EntryDraft => ({
  kind: 'deploy.refused',
  actors: ACTORS,
  data: { text },
})
const verify = (store: LedgerStore) =>
  verifyLedger({
    entries: store.read(0),
    trust: { keys: [key.key] },
    origin: ORIGIN,
    environment: 'production',
  })
const textsOf = async (store: LedgerStore) => {
  const verified = await verify(store)
  expect(verified.findings).toEqual([])
  expect(verified.entries.map(({ index }) => index)).toEqual(
    verified.entries.map((_, index) => index),
  )
  return verified.entries.slice(1).map(({ data }) => String(data['text']))
}

async function child(
  repository: string,
  home: string,
  ...args: readonly string[]
): Promise<ProcessOutcome> {
  await writeFile(join(home, 'ledger.pem'), key.pem.privateKey)
  await writeFile(join(home, 'ledger.pub'), key.pem.publicKey)
  return runProcess({
    argv: [process.execPath, CHILD, repository, join(home, 'ledger'), ...args],
    cwd: home,
  })
}

describe.each(['sha1', 'sha256'] as const)('a ledger in a %s repository', (objectFormat) => {
  it('is written, read back, verified and folded, and git finds it sound', async () => {
    await using home = await temporaryDirectory()
    await using git = await gitStore(home.path, { objectFormat })
    await writeRelease(await open(git.store, key))
    const verified = await verify(git.store)
    expect(verified.findings).toEqual([])
    expect(verified.entries.map(({ kind }) => kind)).toEqual([
      'genesis',
      'gate.verdict',
      'lease.acquired',
      'deploy.started',
      'deploy.step',
      'deploy.step',
      'deploy.finished',
      'lease.released',
    ])
    expect(foldEnvironment(verified.entries)).toMatchObject({ released: release(), lease: null })
    expect(await git.store.inspect()).toEqual([])
    expect(await git.fixture.git('fsck', '--strict', '--no-dangling')).toBe('')
  })
})

describe('the branch', () => {
  it('has one commit an append, by a fixed identity at the time of the entries, and no parent at first', async () => {
    await using home = await temporaryDirectory()
    await using git = await gitStore(home.path)
    const ledger = await open(git.store, key)
    const [first] = await ledger.append([note('one'), note('two')])
    await ledger.append([note('three')])
    const log = await git.fixture.git(
      'log',
      '--reverse',
      '--format=%an <%ae> %cn %aI %ct %s',
      BRANCH,
    )
    const seconds = Math.floor(Date.parse(first?.at ?? '') / 1_000)
    expect(log.split('\n')[0]).toMatch(
      /^bulkhead-ledger <ledger@bulkhead.dev> bulkhead-ledger .*(\+00:00|Z) /,
    )
    expect(log).toContain(` ${seconds} ledger: entries 0 to 2\n`)
    expect(log).toContain('ledger: entries 3 to 3\n')
    expect(await git.fixture.git('ls-tree', '-r', '--name-only', BRANCH)).toBe(
      [
        'checkpoint',
        ...['000', '001', '002', '003'].map((n) => `entries/000/000/${n}.json`),
        'tile/0/000.p/3',
        'tile/0/000.p/4',
        '',
      ].join('\n'),
    )
  })

  it('keeps folders small, and reads on from any entry', async () => {
    await using home = await temporaryDirectory()
    await using git = await gitStore(home.path)
    const ledger = await open(git.store, key)
    await ledger.append(Array.from({ length: 1_005 }, (_, n) => note(`n${n}`)))
    await ledger.append([note('last')])
    expect(await git.fixture.git('ls-tree', '--name-only', `${BRANCH}:entries/000`)).toBe(
      '000\n001\n',
    )
    expect((await all(git.store.read(998))).map(({ index }) => index)).toEqual([
      998, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006,
    ])
    expect(await textsOf(git.store)).toHaveLength(1_006)
  })

  it('carries files of others along, reports them and never obeys them', async () => {
    await using home = await temporaryDirectory()
    await using git = await gitStore(home.path)
    const ledger = await open(git.store, key)
    await ledger.append([note('one')])
    const { fixture } = git
    const index = { GIT_INDEX_FILE: join(home.path, 'index') }
    const run = (...args: readonly string[]) =>
      runProcess({ argv: ['git', ...args], cwd: fixture.path, env: index })
    const blob = (await fixture.git('rev-parse', `${BRANCH}:entries/000/000/001.json`)).trim()
    await run('read-tree', BRANCH)
    const foreign = [
      'README.md',
      'entries/000/000/2.json',
      'entries/000/000/002.json.bak',
      'entries/000/x/000.json',
      'entries/1/000/000.json',
    ]
    for (const path of foreign)
      await run('update-index', '--add', '--cacheinfo', `100644,${blob},${path}`)
    await run('update-index', '--add', '--cacheinfo', `120000,${blob},entries/000/000/003.json`)
    const tree = (await run('write-tree')).stdout.toString().trim()
    const commit = await fixture.git(
      '-c',
      'user.name=Eve',
      '-c',
      'user.email=eve@example.test',
      'commit-tree',
      tree,
      '-p',
      BRANCH,
      '-m',
      'junk',
    )
    await fixture.git('update-ref', BRANCH, commit.trim())
    await ledger.append([note('two')])
    expect(await textsOf(git.store)).toEqual(['one', 'two'])
    expect((await git.store.inspect()).map(({ subject }) => subject).sort()).toEqual(
      [
        'README.md',
        'entries/000/000/003.json',
        'entries/000/000/2.json',
        'entries/000/000/002.json.bak',
        'entries/000/x',
        'entries/1',
      ].sort(),
    )
  })

  it('gives one entry for one blob, and its place without a process', async () => {
    await using home = await temporaryDirectory()
    await using git = await gitStore(home.path)
    const ledger = await open(git.store, key)
    await ledger.append(Array.from({ length: 20 }, (_, n) => note(`n${n}`)))
    const asked: string[] = []
    const repository = {
      ...git.repository,
      readObject: (id: string) => {
        asked.push(id)
        return git.repository.readObject(id)
      },
    }
    const run: RunProcess = () => Promise.reject(new Error('a process was started'))
    const store = gitLedgerStore({ repository, environment: 'production', run })
    for await (const { index } of store.read(7, await store.head())) {
      expect(index).toBe(7)
      break
    }
    const blob = await git.fixture.git('rev-parse', `${BRANCH}:entries/000/000/007.json`)
    expect(asked).toEqual([blob.trim()])
  })

  it('of another kind is never begun as a ledger', async () => {
    await using home = await temporaryDirectory()
    await using git = await gitStore(home.path)
    const who = ['-c', 'user.name=Eve', '-c', 'user.email=eve@example.test']
    await git.fixture.git(...who, 'commit', '-q', '--allow-empty', '-m', 'took the name')
    await git.fixture.git('branch', 'ledger/production')
    const tip = await git.fixture.git('rev-parse', BRANCH)
    await expect(open(git.store, key)).rejects.toThrow(/ledger\/not-a-ledger/)
    expect(await git.fixture.git('rev-parse', BRANCH)).toBe(tip)
  })

  it('whose commit is gone is neither empty nor begun anew', async () => {
    await using home = await temporaryDirectory()
    await using git = await gitStore(home.path)
    const folder = join(git.fixture.path, '.git', 'refs', 'heads', 'ledger')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'production'), `${'12'.repeat(20)}\n`)
    await expect(git.store.head()).rejects.toMatchObject({
      findings: [{ code: 'ledger/append-failed', message: expect.stringContaining('121212') }],
    })
    await expect(open(git.store, key)).rejects.toThrow(WorldError)
  })

  it('with junk where the next entries would be loses it at the next append, and keeps it in history', async () => {
    await using home = await temporaryDirectory()
    await using git = await gitStore(home.path)
    await (await open(git.store, key)).append([note('one')])
    const before = await git.store.head()
    const junk = [2, 3, 1_234_567].map((index) => ({ index, bytes: Buffer.from('junk') }))
    await git.store.append({ expected: before, entries: junk, at: '2026-01-01T00:00:00.000Z' })
    const told: Finding[] = []
    const ledger = await open(git.store, key, { onJunk: (finding) => told.push(finding) })
    expect((await verify(git.store)).findings).not.toEqual([])
    await ledger.append([note('two')])
    expect(told.map(({ subject }) => subject)).toEqual(['entry 2', 'entry 3', 'entry 1234567'])
    expect(await textsOf(git.store)).toEqual(['one', 'two'])
    const history = await git.fixture.git('log', '--format=', '--name-only', BRANCH)
    expect(history).toContain('entries/001/234/567.json')
  })

  it('is refused a name that git could take for something else', async () => {
    await using home = await temporaryDirectory()
    await using git = await gitStore(home.path)
    for (const environment of [
      '',
      '../main',
      'a/b',
      'Production',
      '-x',
      'a'.repeat(65),
      'x.lock',
    ]) {
      expect(() => gitLedgerStore({ repository: git.repository, environment })).toThrow(InputError)
    }
  })

  it('runs no hook and signs no commit, whatever the repository is configured to do', async () => {
    await using home = await temporaryDirectory()
    await using git = await gitStore(home.path)
    const hook = '#!/bin/sh\ntouch "$(dirname "$0")/../ran"\nexit 1\n'
    for (const name of ['reference-transaction', 'pre-push', 'post-commit', 'post-update']) {
      await writeFile(join(git.fixture.path, '.git', 'hooks', name), hook, { mode: 0o755 })
    }
    await git.fixture.git('config', 'commit.gpgSign', 'true')
    await (await open(git.store, key)).append([note('one')])
    expect(await textsOf(git.store)).toEqual(['one'])
    await expect(git.fixture.git('rev-parse', '--verify', 'ran')).rejects.toThrow()
    await expect(
      runProcess({ argv: ['test', '-e', join(git.fixture.path, '.git', 'ran')], cwd: home.path }),
    ).resolves.toMatchObject({ end: { code: 1 } })
  })
})

describe('several processes on one repository', () => {
  it('write one log of everything that any of them was told is written', async () => {
    await using home = await temporaryDirectory()
    await using git = await gitStore(home.path)
    const names = ['a', 'b', 'c', 'd']
    const ended = await Promise.all(
      names.map((name) => child(git.fixture.path, home.path, name, '5')),
    )
    expect(ended.map(({ end, stderr }) => [end, stderr.toString()])).toEqual(
      names.map(() => [{ kind: 'exited', code: 0 }, '']),
    )
    const texts = await textsOf(git.store)
    expect([...texts].sort()).toEqual(
      names.flatMap((name) => [0, 1, 2, 3, 4].map((n) => `${name}${n}`)),
    )
    for (const name of names) {
      const own = texts.filter((text) => text.startsWith(name))
      expect(own).toEqual([...own].sort())
    }
  })
})

describe('a process killed outright', () => {
  // Three blobs, seven trees, a commit, and the folders that they lie in.
  it.each(['1', '4', '11', '13', 'update-ref'])(
    'at step %s leaves the log as it was',
    async (step) => {
      await using home = await temporaryDirectory()
      await using git = await gitStore(home.path)
      const killed = async () => {
        const { end } = await child(git.fixture.path, home.path, 'x', '1', step)
        expect(end).toMatchObject({ kind: 'signalled' })
      }
      const lives = async (name: string) => {
        const { end } = await child(git.fixture.path, home.path, name, '1')
        expect(end).toEqual({ kind: 'exited', code: 0 })
      }
      await killed()
      expect(await git.store.head()).toEqual({ tip: null })
      await lives('a')
      // git moves a branch that is new, or another name of one.
      if (step === 'update-ref') await nameAnew(git.fixture)
      await killed()
      expect(await textsOf(git.store)).toEqual(['a0'])
      await lives('b')
      expect(await textsOf(git.store)).toEqual(['a0', 'b0'])
      expect(await git.fixture.git('fsck', '--strict', '--no-dangling')).toBe('')
    },
  )

  it('a stale lock file of its ref is a lost race at first, and then an error that says so', async () => {
    await using home = await temporaryDirectory()
    await using git = await gitStore(home.path)
    const ledger = await open(git.store, key, {
      clock: { now: Date.now, monotonic: () => 0, sleep: () => Promise.resolve() },
    })
    await ledger.append([note('one')])
    const lock = join(git.fixture.path, '.git', `${BRANCH}.lock`)
    await writeFile(lock, '')
    const told = await ledger.append([note('two')]).catch((error: unknown) => error)
    if (!(told instanceof WorldError)) throw new Error('it was appended in spite of the lock')
    expect(told.findings[0]).toMatchObject({
      code: 'ledger/lost-race',
      message: expect.stringMatching(/stays locked.*production\.lock': File exists/s),
      remedy: expect.stringMatching(/remove the lock file/),
    })
    expect(await textsOf(git.store)).toEqual(['one'])
    await rm(lock)
    await ledger.append([note('three')])
    expect(await textsOf(git.store)).toEqual(['one', 'three'])
  })
})

/** A disk that does nothing from some moment on, and a git that says why. */
function fullDisk(command: string) {
  const state = { full: false }
  const refuse =
    <Args extends readonly unknown[]>(step: (...args: Args) => Promise<void>) =>
    (...args: Args) =>
      state.full && command !== 'update-ref' ? Promise.reject(new Error('ENOSPC')) : step(...args)
  const disk: ObjectDisk = { put: refuse(objectDisk.put), settle: refuse(objectDisk.settle) }
  const run: RunProcess = async (request) =>
    state.full && request.argv.includes(command)
      ? {
          end: { kind: 'exited', code: 128 },
          stdout: Buffer.alloc(0),
          stderr: Buffer.from('fatal: No space left on device'),
        }
      : runProcess(request)
  return { state, disk, run }
}

describe('a store that cannot write', () => {
  it.each([
    ['objects', 'unpack-objects', 1],
    ['a pack', 'index-pack', 200],
    ['the ref', 'update-ref', 1],
  ])('%s says so, and the log is as it was', async (_name, command, entries) => {
    await using home = await temporaryDirectory()
    const { state, disk, run } = fullDisk(command)
    await using git = await gitStore(home.path, { run, disk })
    const ledger = await open(git.store, key)
    await ledger.append([note('one')])
    if (command === 'update-ref') await nameAnew(git.fixture)
    state.full = true
    const many = Array.from({ length: entries }, (_, n) => note(`n${n}`))
    await expect(ledger.append(many)).rejects.toThrow(/No space left/)
    state.full = false
    await ledger.append([note('three')])
    expect(await textsOf(git.store)).toEqual(['one', 'three'])
  })

  it('leaves to git what it cannot write itself', async () => {
    await using home = await temporaryDirectory()
    const commands: string[] = []
    const run: RunProcess = (request) => {
      commands.push(...request.argv.filter((word) => word.endsWith('-objects')))
      return runProcess(request)
    }
    const cannot = () => Promise.reject(new Error('EACCES'))
    await using git = await gitStore(home.path, { run, disk: { ...objectDisk, put: cannot } })
    await (await open(git.store, key)).append([note('one')])
    expect(await textsOf(git.store)).toEqual(['one'])
    expect(commands).toEqual(['unpack-objects'])
  })

  it('gives new folders of objects the mode of the folder around them', async () => {
    await using home = await temporaryDirectory()
    await using git = await gitStore(home.path)
    const objects = join(git.fixture.path, '.git', 'objects')
    await chmod(objects, 0o2775)
    await (await open(git.store, key)).append([note('one')])
    const commit = (await git.fixture.git('rev-parse', BRANCH)).trim()
    const folder = join(objects, commit.slice(0, 2))
    expect(((await stat(folder)).mode & 0o7777).toString(8)).toBe('2775')
    expect(((await stat(join(folder, commit.slice(2)))).mode & 0o777).toString(8)).toBe('444')
    expect((await readdir(folder)).filter((name) => name.startsWith('tmp_'))).toEqual([])
  })
})

describe('a git that moved the branch, and whose answer is lost,', () => {
  /** Moves it, lets something happen, and does not come back. */
  function silentGit(then: () => Promise<unknown>) {
    const state = { moves: 0, isSilent: false }
    const run: RunProcess = async (request) => {
      const outcome = await runProcess(request)
      if (!request.argv.includes('update-ref')) return outcome
      state.moves += 1
      if (!state.isSilent) return outcome
      state.isSilent = false
      await then()
      return { ...outcome, end: { kind: 'timed-out' } }
    }
    return { state, run }
  }

  it.each([
    ['for the first entry of a log', false],
    ['for one of many, by another name', true],
  ])('%s, has appended once', async (_, isLater) => {
    await using home = await temporaryDirectory()
    const { state, run } = silentGit(() => Promise.resolve())
    await using git = await gitStore(home.path, { run })
    const ledger = await open(git.store, key)
    if (isLater) await ledger.append([note('before')])
    if (isLater) await nameAnew(git.fixture)
    Object.assign(state, { moves: 0, isSilent: true })
    await ledger.append([note('once')])
    expect(state.moves).toBe(1)
    await ledger.append([note('after')])
    expect(await textsOf(git.store)).toEqual([...(isLater ? ['before'] : []), 'once', 'after'])
  })

  it('has appended once, also when others went on from there', async () => {
    await using home = await temporaryDirectory()
    const { state, run } = silentGit(async () => {
      await using repository = await openRepository(join(home.path, 'repo'))
      const store = gitLedgerStore({ repository, environment: 'production' })
      await (await open(store, key)).append([note('by another')])
    })
    await using git = await gitStore(home.path, { run })
    const ledger = await open(git.store, key)
    await ledger.append([note('before')])
    await nameAnew(git.fixture)
    Object.assign(state, { moves: 0, isSilent: true })
    await ledger.append([note('once')])
    expect(state.moves).toBe(1)
    await ledger.append([note('after')])
    expect(await textsOf(git.store)).toEqual(['before', 'once', 'by another', 'after'])
  })
})

/** Two clones of one bare repository, which decides races between them. */
async function twoClones(home: string) {
  const bare = await makeRepository(join(home, 'hub'))
  const clone = async (name: string, run: RunProcess = runProcess) => {
    const fixture = await makeRepository(join(home, name))
    await fixture.git('remote', 'add', 'origin', bare.path)
    const repository = await openRepository(fixture.path)
    return {
      fixture,
      repository,
      store: gitLedgerStore({ repository, environment: 'production', remote: 'origin', run }),
      [Symbol.asyncDispose]: () => repository.close(),
    }
  }
  return { bare, clone }
}

describe('with a remote that decides', () => {
  it('clones append in turn, each on what the others wrote', async () => {
    await using home = await temporaryDirectory()
    const { bare, clone } = await twoClones(home.path)
    await using ada = await clone('ada')
    await using bob = await clone('bob')
    const ledgers = { ada: await open(ada.store, key), bob: await open(bob.store, key) }
    await ledgers.ada.append([note('ada')])
    await ledgers.bob.append([note('bob')])
    await Promise.all([
      ledgers.ada.append([note('ada again')]),
      ledgers.bob.append([note('bob again')]),
    ])
    expect([...(await textsOf(ada.store))].sort()).toEqual(['ada', 'ada again', 'bob', 'bob again'])
    await bob.store.head()
    const tips = await Promise.all(
      [bare, ada.fixture, bob.fixture].map((fixture) => fixture.git('rev-parse', BRANCH)),
    )
    expect(new Set(tips).size).toBe(1)
  })

  it('a push that fails after it was done counts as done', async () => {
    await using home = await temporaryDirectory()
    const { clone } = await twoClones(home.path)
    const run: RunProcess = async (request) => {
      const outcome = await runProcess(request)
      return request.argv.includes('push')
        ? { ...outcome, end: { kind: 'exited', code: 1 } }
        : outcome
    }
    await using ada = await clone('ada', run)
    await (await open(ada.store, key)).append([note('once')])
    expect(await textsOf(ada.store)).toEqual(['once'])
  })

  it('what another process of the clone brings here during a look is not taken for a log cut short', async () => {
    await using home = await temporaryDirectory()
    const { clone } = await twoClones(home.path)
    let between: (() => Promise<unknown>) | undefined
    const run: RunProcess = async (request) => {
      const outcome = await runProcess(request)
      if (!request.argv.includes('ls-remote')) return outcome
      const meanwhile = between
      between = undefined
      await meanwhile?.()
      return outcome
    }
    await using ada = await clone('ada', run)
    await (await open(ada.store, key)).append([note('one')])
    await using other = await openRepository(ada.fixture.path)
    const beside = gitLedgerStore({
      repository: other,
      environment: 'production',
      remote: 'origin',
      run: runProcess,
    })
    between = async () => (await open(beside, key)).append([note('two')])
    const seen = await ada.store.head()
    expect(await textsOf(beside)).toEqual(['one', 'two'])
    expect(seen.tip).not.toBeNull()
  })

  it('a branch that was removed there is not begun anew by a clone that knows of it', async () => {
    await using home = await temporaryDirectory()
    const { bare, clone } = await twoClones(home.path)
    await using ada = await clone('ada')
    await (await open(ada.store, key)).append([note('by ada')])
    await using bob = await clone('bob')
    await bob.fixture.git(
      'fetch',
      '-q',
      'origin',
      `${BRANCH}:refs/remotes/origin/ledger/production`,
    )
    await bare.git('update-ref', '-d', BRANCH)
    const opened = open(bob.store, key)
    await expect(opened).rejects.toMatchObject({
      findings: [{ code: 'ledger/missing', remedy: expect.stringContaining('who removed it') }],
    })
    expect(await bare.git('for-each-ref')).not.toContain('ledger')
  })

  it('a log rewritten there is refused by a clone that saw it before', async () => {
    await using home = await temporaryDirectory()
    const { bare, clone } = await twoClones(home.path)
    await using ada = await clone('ada')
    await using bob = await clone('bob')
    const ledger = await open(ada.store, key)
    await ledger.append([note('one')])
    await ledger.append([note('two')])
    await bare.git('update-ref', BRANCH, `${BRANCH}~1`)
    await expect(ledger.append([note('three')])).rejects.toThrow(DeniedError)
    await expect(open(ada.store, key)).rejects.toThrow(/ledger\/rewritten/)
    // A clone that never saw more cannot know: only a remembered head or a witness could tell.
    expect(await textsOf(bob.store)).toEqual(['one'])
  })

  it('a push whose answer is lost counts as done, also when others went on from it', async () => {
    await using home = await temporaryDirectory()
    const { clone } = await twoClones(home.path)
    await using bob = await clone('bob')
    let lost = true
    const run: RunProcess = async (request) => {
      const outcome = await runProcess(request)
      if (!lost || !request.argv.includes('push')) return outcome
      lost = false
      await (await open(bob.store, key)).append([note('bob')])
      return { ...outcome, end: { kind: 'timed-out' } }
    }
    await using ada = await clone('ada', run)
    const ledger = await open(ada.store, key)
    await ledger.append([note('ada')])
    await ledger.append([note('ada again')])
    expect(await textsOf(ada.store)).toEqual(['ada', 'bob', 'ada again'])
  })

  it('a push that a hook refuses is an error of the world that tells what the hook said', async () => {
    await using home = await temporaryDirectory()
    const { bare, clone } = await twoClones(home.path)
    await using ada = await clone('ada')
    const hook = join(bare.path, '.git', 'hooks', 'pre-receive')
    await writeFile(hook, '#!/bin/sh\necho "not on a Friday" >&2\nexit 1\n', { mode: 0o755 })
    const ledger = await open(ada.store, key)
    await expect(ledger.append([note('one')])).rejects.toThrow(/hook declined/)
    await expect(ledger.append([note('one')])).rejects.toThrow(/not on a Friday/)
    expect(await ada.store.head()).toEqual({ tip: null, remote: null })
    await rm(hook)
    await ledger.append([note('two')])
    expect(await textsOf(ada.store)).toEqual(['two'])
  })

  it('a log that parts from the one that a clone has seen is told as two heads', async () => {
    await using home = await temporaryDirectory()
    const { bare, clone } = await twoClones(home.path)
    await using ada = await clone('ada')
    await using bob = await clone('bob')
    const ledger = await open(ada.store, key)
    await ledger.append([note('one')])
    await ledger.append([note('two')])
    await bare.git('update-ref', BRANCH, `${BRANCH}~1`)
    await (await open(bob.store, key)).append([note('other')])
    await expect(ledger.append([note('three')])).rejects.toThrow(/ledger\/two-heads/)
    expect(await textsOf(bob.store)).toEqual(['one', 'other'])
  })

  it('an unreachable remote is an error of the world, and nothing is written here', async () => {
    await using home = await temporaryDirectory()
    const { clone } = await twoClones(home.path)
    await using ada = await clone('ada')
    const ledger = await open(ada.store, key)
    await ledger.append([note('one')])
    await ada.fixture.git('remote', 'set-url', 'origin', join(home.path, 'gone'))
    await expect(ledger.append([note('two')])).rejects.toThrow(WorldError)
    const local = gitLedgerStore({ repository: ada.repository, environment: 'production' })
    expect(await textsOf(local)).toEqual(['one'])
  })
})
