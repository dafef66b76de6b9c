import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, readdir, symlink } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '@bulkhead/testkit'
import { buildAction } from '../src/testing/index.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
const ACTIONS = ['release-gate', 'rolling-deploy', 'signed-commits', 'test-suite'] as const
/** Entry and local chunks of one action together (DESIGN §7). */
const MAX_BYTES = 1_500_000

/** A copy of the sources at another place, with the dependencies that are installed. */
async function copySources(to: string): Promise<string> {
  await mkdir(to, { recursive: true })
  const wanted = (path: string) =>
    !relative(root, path)
      .split(sep)
      .some((part) => part === 'dist' || part === 'test')
  for (const group of ['packages', 'actions', 'scripts']) {
    await cp(join(root, group), join(to, group), {
      recursive: true,
      verbatimSymlinks: true,
      filter: wanted,
    })
  }
  await symlink(join(root, 'node_modules'), join(to, 'node_modules'), 'junction')
  return to
}

/** File name → digest of every file of a bundle, and its bytes in total. */
async function bundleOf(place: string, action: string) {
  const entry = await buildAction(join(place, 'actions', action))
  const names = (await readdir(dirname(entry))).sort()
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(dirname(entry), name))] as const),
  )
  return {
    files: files.map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]),
    bytes: files.reduce((sum, [, { byteLength }]) => sum + byteLength, 0),
    text: files.map(([, bytes]) => bytes.toString()).join('\n'),
  }
}

it('builds every action to the same bytes at two places, and within its size', async () => {
  await using home = await temporaryDirectory()
  const [here, there] = [
    await copySources(join(home.path, 'a')),
    await copySources(join(home.path, 'elsewhere', 'deeper', 'b c')),
  ]
  for (const action of ACTIONS) {
    const [one, other] = [await bundleOf(here, action), await bundleOf(there, action)]
    expect(
      one.files.map(([name]) => name),
      action,
    ).toContain('main.mjs')
    expect(one.files, action).toEqual(other.files)
    expect(one.bytes, action).toBeLessThanOrEqual(MAX_BYTES)
    expect(one.text, action).not.toContain(home.path)
  }
})
