import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type GitFixture, makeRepository } from '@bulkhead/testkit'
import { expect } from 'vitest'
import { open } from '../log-fixture.ts'
import { key, note } from './store-bench.ts'
import { type StorePlace, openPlace } from './store-place.ts'

/** Copies of remote branches are moved by nobody but git's own pushes, and stop no ledger. */
const LOCK = /^(?!refs\/remotes\/).*\.lock$/
/** Where it is written which process made a lock. */
const RECORDS = 'bulkhead/locks/production'

async function namesBelow(folder: string, wanted: (name: string) => boolean): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  return names.filter(wanted)
}

/** Locks that nobody could tell the owner of: they would stop the next one. */
async function strangeLocks(folder: string): Promise<string[]> {
  const numberOf = async (name: string) => (await stat(join(folder, name))).ino
  const locks = await namesBelow(folder, (name) => LOCK.test(name))
  const records = await namesBelow(folder, (name) => name.startsWith(`${RECORDS}/`))
  const owned = await Promise.all(records.map(numberOf))
  const numbers = await Promise.all(locks.map(numberOf))
  return locks.filter((_, n) => !owned.includes(numbers[n] ?? 0))
}

export type GitPlaces = ReturnType<typeof gitPlaces>

/** Git repositories for ledgers: each has a clone that writes, and a hub that decides where one is asked for. */
export function gitPlaces(home: string) {
  const places = new Map<string, readonly GitFixture[]>()
  return {
    /** `folder`: where the repository that decides lies. */
    async fresh(
      kind: 'alone' | 'by another name' | 'with a hub',
      folder = home,
    ): Promise<StorePlace> {
      const name = `clone-${places.size}`
      const clone = await makeRepository(join(kind === 'with a hub' ? home : folder, name))
      const place = { repository: clone.path, environment: 'production' }
      if (kind !== 'with a hub') {
        places.set(clone.path, [clone])
        const alone: StorePlace = { ...place, address: { store: 'git' } }
        if (kind === 'by another name') await beginAnew(clone, alone)
        return alone
      }
      const hub = await makeRepository(join(folder, `${name}-hub`))
      await clone.git('remote', 'add', 'hub', hub.path)
      await clone.git('remote', 'add', 'gone', join(home, 'gone'))
      places.set(clone.path, [clone, hub])
      return { ...place, address: { store: 'git', remote: 'hub' } }
    },
    /** The same ledger from another clone. */
    async beside({ repository, ...place }: StorePlace): Promise<StorePlace> {
      const clone = await makeRepository(`${repository}-beside`)
      await clone.git('remote', 'add', 'hub', `${repository}-hub`)
      return { ...place, repository: clone.path }
    },
    /** git finds every object whole, and no lock lies there that the next one could not take away. */
    check: async ({ repository }: StorePlace): Promise<void> => {
      for (const fixture of places.get(repository) ?? []) {
        expect(await fixture.git('fsck', '--strict', '--no-dangling')).toBe('')
        expect(await strangeLocks(join(fixture.path, '.git'))).toEqual([])
      }
    },
    /**
     * Whoever went on has taken every lock away. What else killed writers left behind, git tidies away as
     * it does by itself after some days.
     */
    tidy: async ({ repository }: StorePlace): Promise<void> => {
      for (const fixture of places.get(repository) ?? []) {
        await fixture.git('prune', '--expire=now')
        const left = (name: string) =>
          LOCK.test(name) || name.startsWith(`${RECORDS}/`) || basename(name).startsWith('tmp_')
        expect(await namesBelow(join(fixture.path, '.git'), left)).toEqual([])
      }
    },
  }
}

/** Begins a ledger, and makes its branch another name of one. */
async function beginAnew(fixture: GitFixture, place: StorePlace): Promise<void> {
  await using opened = await openPlace(place)
  await (await open(opened.store, key)).append([note('by its own name')])
  await nameAnew(fixture)
}

/** Makes the branch of a ledger another name of one: such a branch is moved by git alone. */
export async function nameAnew({ git }: Pick<GitFixture, 'git'>): Promise<void> {
  await git('branch', 'other', 'ledger/production')
  await git('symbolic-ref', 'refs/heads/ledger/production', 'refs/heads/other')
}
