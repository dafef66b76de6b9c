import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, readdir, symlink } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '@bulkhead/testkit'
import { buildAction } from '../src/testing/index.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
const ACTIONS = (await readdir(join(root, 'actions'), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
/** Entry and local chunks of one action together (DESIGN §7), without the texts of licences. */
const MAX_BYTES = 1_500_000
/** Clients of cloud services, which are read only where a policy names such a signer. */
const MAX_CLOUD_BYTES = 1_750_000
const isCloud = (name: string): boolean => name.startsWith('cloud-')
/** What a chunk cannot be loaded without: `import … from "./x"`, `import "./x"`, `export … from "./x"`. */
const STATIC_IMPORT = /(?:\bfrom|\bimport) ?["']\.\/([^"']+)["']/g

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
  const chunks = files.filter(([name]) => name.endsWith('.mjs'))
  const bytesOf = (cloud: boolean) =>
    chunks
      .filter(([name]) => isCloud(name) === cloud)
      .reduce((sum, [, { byteLength }]) => sum + byteLength, 0)
  return {
    files: files.map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]),
    bytes: bytesOf(false),
    cloudBytes: bytesOf(true),
    /** Chunks of ours that read a client of a cloud service although nobody may have asked for it. */
    eager: chunks
      .filter(([name, bytes]) => !isCloud(name) && staticImports(bytes).some(isCloud))
      .map(([name]) => name),
    text: files.map(([, bytes]) => bytes.toString()).join('\n'),
  }
}

const staticImports = (chunk: Buffer): readonly string[] =>
  [...chunk.toString().matchAll(STATIC_IMPORT)].map(([, name = '']) => name)

it('builds every action to the same bytes at two places, and within its size', async () => {
  await using home = await temporaryDirectory()
  const [here, there] = [
    await copySources(join(home.path, 'a')),
    await copySources(join(home.path, 'elsewhere', 'deeper', 'b c')),
  ]
  expect(ACTIONS.length).toBeGreaterThan(5)
  for (const action of ACTIONS) {
    const [one, other] = [await bundleOf(here, action), await bundleOf(there, action)]
    expect(
      one.files.map(([name]) => name),
      action,
    ).toContain('main.mjs')
    expect(one.files, action).toEqual(other.files)
    expect(one.bytes, action).toBeLessThanOrEqual(MAX_BYTES)
    expect(one.cloudBytes, action).toBeLessThanOrEqual(MAX_CLOUD_BYTES)
    expect(one.eager, action).toEqual([])
    expect(one.text, action).not.toContain(home.path)
  }
})

it('sees a chunk that is read with another one', () => {
  const chunk = Buffer.from('import"./a.mjs";import{t as e}from"./b.mjs";import(`./c.mjs`)')
  expect(staticImports(chunk)).toEqual(['a.mjs', 'b.mjs'])
})
