import { randomBytes } from 'node:crypto'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@bulkhead/testkit'
import { WorldError } from '@bulkhead/vocabulary'
import { expect, it } from 'vitest'
import { writeMirror } from '../../src/index.ts'
import { smallDisk } from './small-disk.ts'

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
  await using disk = await smallDisk(path, { megabytes: 1 })
  if (disk === undefined) return skip('a small disk cannot be mounted here: that needs root')
  await expect(write(join(path, 'mirror'))).rejects.toThrow(/usage\/unwritable-file/)
  await expect(stat(join(path, 'mirror', 'checkpoint'))).rejects.toThrow(/ENOENT/)
})
