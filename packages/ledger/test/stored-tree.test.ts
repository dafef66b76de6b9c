import { temporaryDirectory } from '@bulkhead/testkit'
import { DeniedError } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { type EntryDraft, gitLedgerStore } from '../src/index.ts'
import { openCheckpoint, sealCheckpoint } from '../src/tlog/checkpoint.ts'
import { GrowingTree } from '../src/tlog/growing-tree.ts'
import { hashLeaf } from '../src/tlog/merkle-hash.ts'
import { noteKey } from '../src/tlog/note-key.ts'
import { ACTORS, MemoryStore, ORIGIN, gitStore, ledgerKey, open } from './log-fixture.ts'

const key = ledgerKey()
const logKey = noteKey(ORIGIN, key.key.publicKey)
const note = (text: string): EntryDraft => ({
  kind: 'deploy.refused',
  actors: ACTORS,
  data: { text },
})
const notes = (count: number) => Array.from({ length: count }, (_, n) => note(`n${n}`))

function treeOf(store: MemoryStore): GrowingTree {
  const tree = new GrowingTree()
  for (const { bytes } of store.entries) tree.append(hashLeaf(bytes))
  return tree
}

function checkpointOf(store: MemoryStore) {
  const read = openCheckpoint(store.files.get('checkpoint') ?? '', ORIGIN, [logKey])
  if (read.kind === 'refused') throw new Error(read.reason)
  return read.checkpoint
}

describe('an append', () => {
  it('leaves tiles and a signed checkpoint that are those of the entries, at every size', async () => {
    const store = new MemoryStore()
    const ledger = await open(store, key)
    for (let size = 2; size <= 12; size += 1) {
      await ledger.append([note(`n${size}`)])
      expect(checkpointOf(store)).toMatchObject({ size, root: treeOf(store).root })
      expect(store.files.get(`tile/0/000.p/${size}`)?.byteLength).toBe(size * 32)
    }
  })

  it('drops partial tiles once they are full, and writes the level above', async () => {
    const store = new MemoryStore()
    const ledger = await open(store, key)
    await ledger.append(notes(254))
    expect([...store.files.keys()].sort()).toEqual(['checkpoint', 'tile/0/000.p/255'])
    await ledger.append([note('last')])
    const full = ['checkpoint', 'tile/0/000', 'tile/1/000.p/1']
    expect([...store.files.keys()].sort()).toEqual(full)
    await ledger.append([note('next')])
    expect([...store.files.keys()].sort()).toEqual([
      ...full.slice(0, 2),
      'tile/0/001.p/1',
      'tile/1/000.p/1',
    ])
    expect(checkpointOf(store).root).toEqual(treeOf(store).root)
  })

  it('writes as much for one entry with 700 before it as with 300', async () => {
    const written = async (before: number): Promise<readonly string[]> => {
      const store = new MemoryStore()
      const ledger = await open(store, key)
      await ledger.append(notes(before))
      const paths: string[] = []
      const append = store.append.bind(store)
      store.append = (request) => {
        paths.push(...(request.files ?? []).map(({ path }) => path))
        return append(request)
      }
      await ledger.append([note('one')])
      return paths
    }
    expect(await written(300)).toEqual(['tile/0/001.p/46', 'checkpoint'])
    expect(await written(700)).toEqual(['tile/0/002.p/190', 'checkpoint'])
  })

  it('in git is read back from the branch, and git finds it sound', async () => {
    await using home = await temporaryDirectory()
    await using git = await gitStore(home.path)
    const ledger = await open(git.store, key)
    await ledger.append(notes(255))
    await ledger.append([note('one more')])
    const names = await git.fixture.git(
      'ls-tree',
      '-r',
      '--name-only',
      'ledger/production',
      'tile',
      'checkpoint',
    )
    expect(names).toBe('checkpoint\ntile/0/000\ntile/0/001.p/1\ntile/1/000.p/1\n')
    expect(await git.store.inspect()).toEqual([])
    expect(await git.fixture.git('fsck', '--strict', '--no-dangling')).toBe('')
  })
})

describe('a log written before there were tiles', () => {
  it('opens, and the next append upgrades it whole', async () => {
    await using home = await temporaryDirectory()
    await using git = await gitStore(home.path)
    const old = gitLedgerStore({ repository: git.repository, environment: 'production' })
    const plain = {
      head: () => old.head(),
      read: old.read.bind(old),
      inspect: () => old.inspect(),
      readFile: old.readFile.bind(old),
    }
    const before = {
      ...plain,
      append: (request: Parameters<typeof old.append>[0]) =>
        old.append({ ...request, files: [], removed: [] }),
    }
    await (await open(before, key)).append(notes(300))
    expect(await git.store.readFile('checkpoint')).toBeUndefined()
    await (await open(git.store, key)).append([note('upgrade')])
    const names = await git.fixture.git(
      'ls-tree',
      '-r',
      '--name-only',
      'ledger/production',
      'tile',
      'checkpoint',
    )
    expect(names.split('\n')).toEqual(
      expect.arrayContaining(['checkpoint', 'tile/0/000', 'tile/0/001.p/46', 'tile/1/000.p/1']),
    )
  })
})

describe('a writer that finds the files of the tree changed', () => {
  const written = async (count: number) => {
    const store = new MemoryStore()
    await (await open(store, key)).append(notes(count))
    return store
  }

  it.each(['tile/0/000', 'tile/0/001.p/45', 'tile/1/000.p/1', 'checkpoint'])(
    'writes %s anew when it is junk, for everything in it follows from the entries',
    async (path) => {
      const store = await written(300)
      const sound = store.files.get(path)
      store.files.set(path, Buffer.from('junk'))
      await (await open(store, key)).append([note('mend')])
      if (path === 'checkpoint') expect(checkpointOf(store).size).toBe(302)
      else expect(store.files.get(path)).toEqual(sound)
    },
  )

  it('refuses a log that its own checkpoint says was longer', async () => {
    const store = await written(5)
    const whole = store.entries
    store.entries = whole.slice(0, 4)
    await expect(open(store, key)).rejects.toThrow(DeniedError)
    store.entries = whole
    await expect(open(store, key)).resolves.toBeDefined()
  })

  it('refuses a log that its own checkpoint says was another', async () => {
    const store = await written(5)
    const root = hashLeaf(Buffer.from('another'))
    const forked = { origin: ORIGIN, size: 3, root }
    store.files.set('checkpoint', Buffer.from(await sealCheckpoint(forked, logKey, key.signer)))
    await expect(open(store, key)).rejects.toThrow(DeniedError)
    const tree = new GrowingTree()
    for (const { bytes } of store.entries.slice(0, 3)) tree.append(hashLeaf(bytes))
    const stale = { ...forked, root: tree.root }
    store.files.set('checkpoint', Buffer.from(await sealCheckpoint(stale, logKey, key.signer)))
    await expect(open(store, key)).resolves.toBeDefined()
  })
})
