import { appendFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { succeed, temporaryDirectory } from '@bulkhead/testkit'
import { programDigest } from '../src/program-digest.ts'

it('H127 a program is named by its bytes, as sha256sum computes it, and a moved one by others', async () => {
  await using home = await temporaryDirectory()
  const entry = join(home.path, 'main.mjs')
  await writeFile(entry, 'import "./chunk.mjs"\n')
  expect(await programDigest(join(home.path, 'main.mjs'))).not.toBeNull()
  await writeFile(join(home.path, 'chunk.mjs'), '1\n')
  await writeFile(join(home.path, 'README.md'), 'not a program\n')
  const cwd = home.path
  const printed = await succeed(['sh', '-c', 'LC_ALL=C sha256sum *.mjs | sha256sum'], { cwd })
  const before = await programDigest(entry)
  expect(before).toBe(`sha256:${printed.slice(0, 64)}`)
  const link = join(home.path, 'bulkhead')
  await symlink(entry, link)
  expect(await programDigest(link)).toBe(before)
  await appendFile(join(home.path, 'chunk.mjs'), '// moved\n')
  expect(await programDigest(entry)).not.toBe(before)
})

it('sources that nobody bundled have no name', async () => {
  await using home = await temporaryDirectory()
  const entry = join(home.path, 'main.ts')
  await writeFile(entry, '')
  expect(await programDigest(entry)).toBeNull()
})
