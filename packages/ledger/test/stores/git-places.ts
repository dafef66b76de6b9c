import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type GitFixture, makeRepository } from '@bulkhead/testkit'
import { expect } from 'vitest'
import type { StorePlace } from './store-place.ts'

/** Copies of remote branches are moved by nobody but git's own pushes, and stop no ledger. */
const LOCK = /^(?!refs\/remotes\/).*\.lock$/

/** Git repositories for ledgers: each has a clone that writes, and a hub that decides where one is asked for. */
export function gitPlaces(home: string) {
  const places = new Map<string, readonly GitFixture[]>()
  return {
    async fresh(kind: 'alone' | 'with a hub'): Promise<StorePlace> {
      const name = `clone-${places.size}`
      const clone = await makeRepository(join(home, name))
      const place = { repository: clone.path, environment: 'production' }
      if (kind === 'alone') {
        places.set(clone.path, [clone])
        return { ...place, address: { store: 'git' } }
      }
      const hub = await makeRepository(join(home, `${name}-hub`))
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
    /** git finds every object whole, and nothing lies there that would stop the next one. */
    check: async ({ repository }: StorePlace): Promise<void> => {
      for (const fixture of places.get(repository) ?? []) {
        expect(await fixture.git('fsck', '--strict', '--no-dangling')).toBe('')
        const names = await readdir(join(fixture.path, '.git'), { recursive: true })
        expect(names.filter((name) => LOCK.test(name))).toEqual([])
      }
    },
    /** What killed writers left behind, git tidies away as it does by itself after some days. */
    tidy: async ({ repository }: StorePlace): Promise<void> => {
      for (const fixture of places.get(repository) ?? []) {
        await fixture.git('prune', '--expire=now')
        const names = await readdir(join(fixture.path, '.git'), { recursive: true })
        expect(names.filter((name) => basename(name).startsWith('tmp_'))).toEqual([])
      }
    },
  }
}
