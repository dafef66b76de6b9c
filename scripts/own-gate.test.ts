import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { glob, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Project, makeProject } from '../packages/action-kit/src/testing/index.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../packages/testkit/src/index.ts'
import { SECURITY } from '../vitest.config.ts'
import security from '../vitest.security.config.ts'

const root = dirname(import.meta.dirname)

describe('the gate that CI asks about this repository', () => {
  let home: TemporaryDirectory
  let project: Project
  beforeAll(async () => {
    home = await temporaryDirectory()
    project = await makeProject(join(home.path, 'project'))
  })
  afterAll(() => home[Symbol.asyncDispose]())

  /** Judges the project with these results of its suite. */
  async function judged(tests: Readonly<Record<string, string>>) {
    const { repository, ada: by } = project
    const files = { 'tests.json': JSON.stringify(tests) }
    await repository.commit({ by, message: 'Other tests', files })
    return ownGate(repository.path)
  }

  function ownGate(checkout: string) {
    const argv = [join(import.meta.dirname, 'own-gate.ts'), '--environment', 'production']
    const { status, stdout } = spawnSync(process.execPath, [...argv, '--root', checkout], {
      encoding: 'utf8',
    })
    return { status, stdout }
  }

  it('passes what runs every test that the inventory lists, with keys of its own', async () => {
    expect(await judged({ 'refuses a stranger': 'ok' })).toEqual({
      status: 0,
      stdout: 'own gate: PASS: 1 of 1 test passed\n',
    })
  })

  it.each([
    ['a test that is gone', { 'another one': 'ok' }, 'gate/missing-test'],
    ['a test that nobody lists', { 'refuses a stranger': 'ok', new: 'ok' }, 'gate/unlisted-test'],
    ['a test that fails', { 'refuses a stranger': 'no' }, 'gate/failed-test'],
    ['a test that is skipped', { 'refuses a stranger': 'skipped' }, 'gate/skipped-test'],
  ])('is red for %s', async (_, tests, code) => {
    const { status, stdout } = await judged(tests)
    expect(status, stdout).toBe(1)
    expect(stdout).toContain(`${code}: `)
    expect(stdout).toContain('own gate: BLOCK')
  })

  it('judges the newest commit of a shallow clone, which is all that it looks at', async () => {
    const { repository, ada: by } = project
    const clone = async (tests: Readonly<Record<string, string>>, name: string) => {
      const files = { 'tests.json': JSON.stringify(tests) }
      await repository.commit({ by, message: 'For a clone', files })
      const from = `file://${repository.path}`
      await repository.git('clone', '--quiet', '--depth=1', from, join(home.path, name))
      return ownGate(join(home.path, name))
    }
    const sound = await clone({ 'refuses a stranger': 'ok' }, 'sound')
    expect(sound.status, sound.stdout).toBe(0)
    expect(sound.stdout).toContain('git/shallow-clone: ')
    expect((await clone({ other: 'ok' }, 'unsound')).status).toBe(1)
  })

  it('is red where it cannot judge', async () => {
    await project.repository.git('rm', '-q', 'bulkhead.yml')
    expect(await judged({})).toMatchObject({ status: 2 })
  })
})

it('has an inventory of the security suite as it is (npm run bulkhead -- inventory update --suite security)', async () => {
  const { tests, files } = JSON.parse(
    await readFile(join(root, '.bulkhead/inventory/security.json'), 'utf8'),
  ) as {
    readonly tests: readonly { readonly file: string }[]
    readonly files: readonly { readonly path: string; readonly digest: string }[]
  }
  expect(tests.length).toBeGreaterThan(1_000)
  const there: string[] = []
  for await (const path of glob([...SECURITY], { cwd: root })) there.push(path)
  const listed = await Promise.all(
    there.sort().map(async (path) => {
      const digest = createHash('sha256').update(await readFile(join(root, path)))
      return { path, digest: `sha256:${digest.digest('hex')}` }
    }),
  )
  expect(files).toEqual(listed)
  expect([...new Set(tests.map(({ file }) => file))].sort()).toEqual(there)
})

it('runs the security suite alone: with projects beside it, all of every room would be its report', () => {
  expect(security.test?.include).toEqual([...SECURITY])
  expect(security.test).not.toHaveProperty('projects')
})
