import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { link, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openRepository } from '@bulkhead/git'
import { temporaryDirectory } from '@bulkhead/testkit'
import { describe, expect, it } from 'vitest'
import { isGone, thisOwner } from '../../src/git-store/lock-owner.ts'
import { gitLedgerStore } from '../../src/index.ts'
import { gitStore, open } from '../log-fixture.ts'
import { key, note, textsOf } from './store-bench.ts'

const LOCK_OWNER = new URL('../../src/git-store/lock-owner.ts', import.meta.url).href
const SAYS_OWNER = `const { thisOwner } = await import('${LOCK_OWNER}')
process.stdout.write(await thisOwner())
setInterval(() => {}, 1e6)`

/** Another process, and what it writes beside its locks. */
async function otherProcess() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', SAYS_OWNER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [owner] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, owner: owner.toString(), [Symbol.asyncDispose]: () => killed(child) }
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'close')
}

/** Field by field: pid, start, boot, namespaces of pids and of clocks. */
const changed = (owner: string, field: number, value: string): string =>
  owner
    .split('.')
    .map((old, at) => (at === field ? value : old))
    .join('.')

describe.skipIf(process.platform !== 'linux')('the owner of a lock', () => {
  it('is there while it runs, or only stands still, and gone once it is killed', async () => {
    await using other = await otherProcess()
    expect(await isGone((await thisOwner()) ?? '')).toBe(false)
    expect(await isGone(other.owner)).toBe(false)
    other.child.kill('SIGSTOP')
    expect(await isGone(other.owner)).toBe(false)
    await killed(other.child)
    expect(await isGone(other.owner)).toBe(true)
  })

  it('is gone when its pid is of another process now, or the machine has started again', async () => {
    await using other = await otherProcess()
    expect(await isGone(changed(other.owner, 1, '1'))).toBe(true)
    expect(await isGone(changed(other.owner, 2, '00000000-aaaa'))).toBe(true)
  })

  it('is not known to be gone when it is of another container, or no owner of ours', async () => {
    await using other = await otherProcess()
    await killed(other.child)
    expect(await isGone(changed(other.owner, 3, '1'))).toBe(false)
    expect(await isGone(changed(other.owner, 4, '1'))).toBe(false)
    for (const name of ['', 'x', '1.2.3', `${other.owner}.5`, changed(other.owner, 0, '0')]) {
      expect(await isGone(name)).toBe(false)
    }
  })

  it('is gone as a zombie that nobody has waited for', async () => {
    const shell = spawn(
      'sh',
      ['-c', `"$0" --input-type=module -e "$1" & exec sleep 1000`, process.execPath, SAYS_OWNER],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    try {
      const [said] = (await once(shell.stdout, 'data')) as [Buffer]
      const owner = said.toString()
      expect(await isGone(owner)).toBe(false)
      process.kill(Number(owner.split('.')[0]), 'SIGKILL')
      await expect.poll(() => isGone(owner), { timeout: 30_000 }).toBe(true)
      // It is still in the table of processes.
      expect(process.kill(Number(owner.split('.')[0]), 0)).toBe(true)
    } finally {
      await killed(shell)
    }
  })
})

/** A ledger with one entry, and a lock on its branch that an owner left, with what it says of itself. */
async function lockedBy(home: string, owner: string) {
  const git = await gitStore(home)
  const ledger = await open(git.store, key, {
    clock: { now: Date.now, monotonic: () => 0, sleep: () => Promise.resolve() },
  })
  await ledger.append([note('one')])
  const folder = join(git.fixture.path, '.git')
  const lock = join(folder, 'refs/heads/ledger/production.lock')
  const records = join(folder, 'bulkhead/locks/production')
  const record = join(records, `00000000-0000-4000-8000-000000000000.${owner}`)
  await mkdir(records, { recursive: true })
  await writeFile(record, 'half a commi')
  await link(record, lock)
  return { git, ledger, lock, records, [Symbol.asyncDispose]: () => git.repository.close() }
}

describe.skipIf(process.platform !== 'linux')('a lock on the branch', () => {
  it('of a process that was killed is taken away by whoever comes next', async () => {
    await using home = await temporaryDirectory()
    await using other = await otherProcess()
    await killed(other.child)
    await using left = await lockedBy(home.path, other.owner)
    await left.ledger.append([note('two')])
    expect(await textsOf(left.git.store)).toEqual(['one', 'two'])
    expect(await readdir(left.records)).toEqual([])
  })

  it('of a process that is still there is waited for, and then named', async () => {
    await using home = await temporaryDirectory()
    await using other = await otherProcess()
    await using left = await lockedBy(home.path, other.owner)
    await expect(left.ledger.append([note('two')])).rejects.toThrow(
      /stays locked.*production\.lock/,
    )
    expect(await textsOf(left.git.store)).toEqual(['one'])
    expect(await readdir(left.records)).toHaveLength(1)
    await killed(other.child)
    await left.ledger.append([note('three')])
    expect(await textsOf(left.git.store)).toEqual(['one', 'three'])
  })

  it('of somebody else stays where it is, whatever dead owners have left beside it', async () => {
    await using home = await temporaryDirectory()
    await using other = await otherProcess()
    await killed(other.child)
    await using left = await lockedBy(home.path, other.owner)
    await rm(left.lock)
    await writeFile(left.lock, '')
    await expect(left.ledger.append([note('two')])).rejects.toThrow(
      /stays locked.*production\.lock/,
    )
    expect(await readdir(left.records)).toEqual([])
    await rm(left.lock)
    await left.ledger.append([note('three')])
    expect(await textsOf(left.git.store)).toEqual(['one', 'three'])
  })

  it('that was left is taken away once, however many come at the same time', async () => {
    await using home = await temporaryDirectory()
    await using other = await otherProcess()
    await killed(other.child)
    await using left = await lockedBy(home.path, other.owner)
    const names = Array.from({ length: 8 }, (_, n) => `writer ${n}`)
    await Promise.all(
      names.map(async (name) => {
        await using repository = await openRepository(left.git.fixture.path)
        const store = gitLedgerStore({ repository, environment: 'production' })
        await (await open(store, key)).append([note(name)])
      }),
    )
    expect([...(await textsOf(left.git.store))].sort()).toEqual(['one', ...names])
    expect(await readdir(left.records)).toEqual([])
  })

  it('is needed for a branch that git has put into its table too, and makes it a file again', async () => {
    await using home = await temporaryDirectory()
    await using git = await gitStore(home.path)
    const ledger = await open(git.store, key)
    await ledger.append([note('one')])
    await git.fixture.git('pack-refs', '--all')
    await ledger.append([note('two')])
    expect(await textsOf(git.store)).toEqual(['one', 'two'])
    expect(await git.fixture.git('fsck', '--strict', '--no-dangling')).toBe('')
  })
})
