import { cp, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../packages/testkit/src/index.ts'
import { runProcess } from '../packages/world/src/index.ts'

const root = dirname(import.meta.dirname)
const CHANGESETS = join(root, 'node_modules', '@changesets', 'cli', 'bin.js')

/** What changesets read: every manifest of the workspace, and the changes that wait. */
async function manifestsIn(to: string): Promise<void> {
  const wanted = [
    'package.json',
    'pnpm-workspace.yaml',
    '{packages,actions,examples}/*/package.json',
  ]
  for await (const path of glob([...wanted, 'bench/package.json', '.changeset/*'], { cwd: root })) {
    await mkdir(dirname(join(to, path)), { recursive: true })
    await cp(join(root, path), join(to, path))
  }
}

async function releaseIn(cwd: string) {
  const git = (...args: readonly string[]) =>
    runProcess({ argv: ['git', '-c', 'user.name=x', '-c', 'user.email=x@x.test', ...args], cwd })
  await git('init', '--quiet')
  await git('add', '--all')
  await git('commit', '--quiet', '--no-gpg-sign', '-m', 'x')
  const { end, stdout, stderr } = await runProcess({
    argv: [process.execPath, CHANGESETS, 'version'],
    cwd,
  })
  return { end, said: `${stdout.toString()}${stderr.toString()}` }
}

const versionIn = async (place: string, path: string) =>
  (
    JSON.parse(await readFile(join(place, path, 'package.json'), 'utf8')) as {
      readonly version: string
    }
  ).version

it('can make a version of all the changes that wait, each of a package that there is', async () => {
  await using place = await temporaryDirectory()
  await manifestsIn(place.path)
  const { end, said } = await releaseIn(place.path)
  expect(end, said).toMatchObject({ kind: 'exited', code: 0 })
})

it('gives each action a version of its own', async () => {
  await using place = await temporaryDirectory()
  await manifestsIn(place.path)
  for await (const path of glob('.changeset/*.md', { cwd: place.path }))
    await rm(join(place.path, path))
  await writeFile(
    join(place.path, '.changeset', 'one.md'),
    "---\n'@bulkhead/action-release-gate': minor\n---\n\nA reason more.\n",
  )
  const before = await versionIn(place.path, 'actions/ledger')
  const gateBefore = await versionIn(place.path, 'actions/release-gate')
  const { end, said } = await releaseIn(place.path)
  expect(end, said).toMatchObject({ kind: 'exited', code: 0 })
  expect(await versionIn(place.path, 'actions/release-gate')).not.toBe(gateBefore)
  expect(await versionIn(place.path, 'actions/ledger')).toBe(before)
  expect(await readFile(join(place.path, 'actions/release-gate/CHANGELOG.md'), 'utf8')).toContain(
    'A reason more.',
  )
})
