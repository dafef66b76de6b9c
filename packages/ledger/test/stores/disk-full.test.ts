import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openRepository } from '@bulkhead/git'
import { makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { WorldError } from '@bulkhead/vocabulary'
import { expect, it } from 'vitest'
import { type EntryDraft, gitLedgerStore, verifyLedger, writeMirror } from '../../src/index.ts'
import { ACTORS, ORIGIN, ledgerKey, open } from '../log-fixture.ts'

const note = (text: string): EntryDraft => ({
  kind: 'deploy.refused',
  actors: ACTORS,
  data: { text },
})

/** A real disk of one megabyte; undefined where nobody lets us mount one. */
async function smallDisk(path: string): Promise<AsyncDisposable | undefined> {
  await mkdir(path)
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path])
  if (status !== 0) return undefined
  return {
    async [Symbol.asyncDispose]() {
      expect(spawnSync('umount', [path]).status).toBe(0)
    },
  }
}

it('a disk that is full is an error of the world: what was told to be on record is, and nothing else', async ({
  skip,
}) => {
  await using home = await temporaryDirectory()
  const path = join(home.path, 'disk')
  await using disk = await smallDisk(path)
  if (disk === undefined) return skip('a small disk cannot be mounted here: that needs root')
  const fixture = await makeRepository(join(path, 'repository'))
  await writeFile(join(path, 'ballast'), randomBytes(150_000))
  await using repository = await openRepository(fixture.path)
  const store = gitLedgerStore({ repository, environment: 'production' })
  const key = ledgerKey()
  const ledger = await open(store, key)
  const onRecord: string[] = []
  const appended = async (text: string): Promise<unknown> => {
    try {
      await ledger.append([note(text)])
      onRecord.push(text)
      return undefined
    } catch (error) {
      return error
    }
  }
  let full: unknown
  for (let n = 0; n < 100 && full === undefined; n += 1) {
    full = await appended(randomBytes(20_000).toString('base64'))
  }
  expect(onRecord.length).toBeGreaterThan(2)
  expect(full).toBeInstanceOf(WorldError)
  expect(String(full)).toMatch(/No space left|unable to|failed/i)
  await rm(join(path, 'ballast'))
  await ledger.append([note('room again')])
  const verified = await verifyLedger({
    entries: store.read(0),
    trust: { keys: [key.key] },
    origin: ORIGIN,
    environment: 'production',
  })
  expect(verified.findings).toEqual([])
  expect(verified.entries.slice(1).map(({ data }) => data['text'])).toEqual([
    ...onRecord,
    'room again',
  ])
  expect(await fixture.git('fsck', '--strict', '--no-dangling')).toBe('')
})

it('a mirror on a full disk, or below what is no folder, is an error of the world and has no checkpoint', async ({
  skip,
}) => {
  await using home = await temporaryDirectory()
  const path = join(home.path, 'disk')
  const entries = async function* () {
    for (let index = 0; index < 30; index += 1) yield { index, bytes: randomBytes(60_000) }
  }
  const write = (directory: string) =>
    writeMirror(directory, entries(), () => Promise.resolve(Buffer.from('checkpoint\n')))
  await writeFile(join(home.path, 'file'), '')
  await expect(write(join(home.path, 'file'))).rejects.toThrow(WorldError)
  await write(join(home.path, 'mirror'))
  expect((await stat(join(home.path, 'mirror', 'checkpoint'))).size).toBeGreaterThan(0)
  await using disk = await smallDisk(path)
  if (disk === undefined) return skip('a small disk cannot be mounted here: that needs root')
  await expect(write(join(path, 'mirror'))).rejects.toThrow(/usage\/unwritable-file/)
  await expect(stat(join(path, 'mirror', 'checkpoint'))).rejects.toThrow(/ENOENT/)
})
