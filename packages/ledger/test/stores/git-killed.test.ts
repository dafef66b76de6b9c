import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openRepository } from '@bulkhead/git'
import { temporaryDirectory } from '@bulkhead/testkit'
import { WorldError } from '@bulkhead/vocabulary'
import { type RunProcess, runProcess, systemClock } from '@bulkhead/world'
import { describe, expect, it } from 'vitest'
import { type Ledger, gitLedgerStore } from '../../src/index.ts'
import { engineIsAbsent } from '../engines/engine.ts'
import { open } from '../log-fixture.ts'
import { type GitPlaces, gitPlaces } from './git-places.ts'
import { key, note, textsOf } from './store-bench.ts'
import type { StorePlace } from './store-place.ts'

/** What changes a disk, or tells another process; what this kind of machine calls otherwise is passed over. */
const CALLS = ['fsync', 'ftruncate', 'link', 'mkdir', 'pwrite64', 'rename', 'unlink', 'write']

/** Kills git, or whatever it starts, instead of its n-th call of a kind: once. */
function deadlyGit(command: string, log: string) {
  const state = { call: '', at: 0, killed: false }
  const run: RunProcess = async (request) => {
    if (state.at === 0 || !request.argv.includes(command)) return runProcess(request)
    const { call, at } = state
    state.at = 0
    const what = ['-e', `trace=?${call}`, '-e', `inject=?${call}:signal=KILL:when=${at}`] as const
    const argv = ['strace', '-f', '-qq', '-o', log, ...what, ...request.argv] as const
    const outcome = await runProcess({ ...request, argv: [...argv] })
    state.killed = (await readFile(log, 'utf8')).includes('+++ killed by SIGKILL')
    return outcome
  }
  return { state, run }
}

/** What is done, by which git, where, with how many entries, and whether that git locks what others need. */
const COMMANDS: readonly Command[] = [
  ['moves the branch', 'update-ref', 'by another name', 1, true],
  ['packs what is appended', 'index-pack', 'alone', 110, false],
  ['pushes, or is pushed to', 'push', 'with a hub', 1, true],
  ['brings here what others appended', 'fetch', 'with a hub', 1, false],
]
type Command = readonly [string, string, Parameters<GitPlaces['fresh']>[0], number, boolean]
/** More calls than any of these commands makes. */
const MOST_CALLS = 200

describe.skipIf(engineIsAbsent('strace'))('a git that is killed while it', () => {
  it.each(COMMANDS)(
    '%s leaves the log whole; a lock that it leaves is named',
    async (...command) => {
      await using home = await temporaryDirectory()
      let [locks, kills] = [0, 0]
      // A ledger for each kind of call: it must not get slower as it goes on.
      for (const call of CALLS) {
        const told = await killAtEach(call, command, join(home.path, call))
        locks += told.locks
        kills += told.kills
      }
      expect(kills).toBeGreaterThan(2)
      expect(locks > 0).toBe(command[4])
    },
    480_000,
  )
})

async function killAtEach(call: string, [, name, kind, count]: Command, home: string) {
  await mkdir(home)
  const places = gitPlaces(home)
  const place = await places.fresh(kind)
  const { state, run } = deadlyGit(name, join(home, 'calls'))
  await using writer = await openWriter(place, run)
  await using other = await openWriter(kind === 'with a hub' ? await places.beside(place) : place)
  let [locks, kills] = [0, 0]
  for (let at = 1; at < MOST_CALLS; at += 1) {
    // Whoever is behind loses before the end of a push, and only who is behind has anything to bring here.
    await (name === 'fetch' ? other : writer).ledger.append([note(`ready for ${call} ${at}`)])
    const texts = Array.from({ length: count }, (_, n) => `at ${call} ${at}, ${n}`)
    Object.assign(state, { call, at, killed: false })
    const done = await isDone(writer.ledger.append(texts.map(note)))
    // Whoever comes next goes on at once, or is told of the lock that stops it and goes on without.
    locks += await goOn(other.ledger, `after ${call} ${at}`)
    await places.check(place)
    const there = (await textsOf(writer.store)).filter((text) => texts.includes(text))
    expect(there).toEqual(done ? texts : expect.toBeOneOf([[], texts]))
    if (!state.killed) break
    kills += 1
  }
  return { locks, kills }
}

async function openWriter(place: StorePlace, run: RunProcess = runProcess) {
  const repository = await openRepository(place.repository)
  const remote = 'remote' in place.address ? { remote: 'hub' } : {}
  const store = gitLedgerStore({ repository, environment: 'production', run, ...remote })
  const clock = { ...systemClock, sleep: () => Promise.resolve() }
  const ledger = await open(store, key, { clock })
  return { store, ledger, [Symbol.asyncDispose]: () => repository.close() }
}

/** Only the world may fail here. */
const isDone = (appended: Promise<unknown>): Promise<boolean> =>
  appended.then(
    () => true,
    (error: unknown) => {
      expect(error).toBeInstanceOf(WorldError)
      return false
    },
  )

const LOCK_FILE = /Unable to create '([^']+\.lock)': File exists/

/** More locks than a git holds at once: of a branch, of its other name, of HEAD. */
const MOST_LOCKS = 3

/** Appends, and does what it is told where a lock is in the way. @returns how many locks that were */
async function goOn(ledger: Ledger, text: string): Promise<number> {
  for (let locks = 0; ; locks += 1) {
    const error = await ledger.append([note(text)]).then(
      () => undefined,
      (cause: unknown) => (cause instanceof Error ? cause.message : JSON.stringify(cause)),
    )
    if (error === undefined) return locks
    expect(error).toMatch(/ledger\/lost-race.*stays locked/s)
    expect(locks).toBeLessThan(MOST_LOCKS)
    const [, lock = ''] = LOCK_FILE.exec(error) ?? []
    await rm(lock)
  }
}
