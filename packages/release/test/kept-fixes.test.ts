import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type HotfixOnRecord, sealFacts } from '@bulkhead/ledger'
import { parseInventory, printInventory } from '@bulkhead/test-reports'
import { temporaryDirectory } from '@bulkhead/testkit'
import { type CommitId, commitId } from '@bulkhead/vocabulary'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TinyProject, adopt, makeTinyProject } from '../../cli/test/support/tiny-project.ts'
import { refuseLostFixes } from '../src/hotfix/kept-fixes.ts'
import { type Workspace, openWorkspace } from '../src/index.ts'

const INVENTORY = '.bulkhead/inventory/tenant-isolation.json'
const mark = { index: 9, at: '2026-01-31T12:00:00.000Z' }

let home: Awaited<ReturnType<typeof temporaryDirectory>>
let project: TinyProject
let workspace: Workspace
let base: CommitId
let fix: CommitId

/** Lists one more test, or no longer: the hotfix brings it. */
async function listTest(listed: boolean): Promise<void> {
  const path = join(project.repository.path, INVENTORY)
  const parsed = parseInventory(await readFile(path), INVENTORY, 'tenant-isolation')
  if (parsed.kind !== 'inventory') throw new Error('the project has it')
  const { inventory } = parsed
  const others = inventory.tests.filter(({ name }) => name !== 'regression')
  const [first] = others
  if (first === undefined) throw new Error('it lists tests')
  const tests = listed ? [...others, { ...first, name: 'regression' }] : others
  await writeFile(path, printInventory({ ...inventory, tests }))
}

const commit = (message: string, files: Readonly<Record<string, string>> = {}) =>
  project.repository.commit({ by: project.ada, message, files })
const git = (...args: readonly string[]) => project.repository.git(...args)
const head = async (): Promise<CommitId> => commitId((await git('rev-parse', 'HEAD')).trim())

const hotfix = (change: Partial<HotfixOnRecord> = {}): HotfixOnRecord => ({
  id: 7,
  commit: fix,
  commits: [],
  base,
  severity: 'high',
  drill: false,
  embargo: false,
  sealed: sealFacts({ salt: '', advisory: '', reason: '' }),
  facts: null,
  by: 'git:ada',
  declared: mark,
  pages: [],
  acknowledged: null,
  approvals: [],
  gated: null,
  reached: mark,
  everywhere: null,
  shipped: null,
  debts: [],
  closed: null,
  ...change,
})
const lost = async (release: CommitId, change: Partial<HotfixOnRecord> = {}) =>
  (await refuseLostFixes(workspace, { commit: release, hotfixes: [hotfix(change)] })).map(
    ({ code, subject }) => [code, subject],
  )

beforeAll(async () => {
  home = await temporaryDirectory()
  project = await makeTinyProject(home.path)
  base = await adopt(project, { port: 1 })
  workspace = await openWorkspace(project.repository.path)
  await git('switch', '--quiet', '--create', 'hotfix')
  await listTest(true)
  fix = await commit('Fix', { 'server.mjs': '// fixed\n' })
  await git('switch', '--quiet', 'main')
  await commit('Main goes on', { 'README.md': 'hello\n' })
}, 120_000)

afterAll(async () => {
  await workspace.repository.close()
  await home[Symbol.asyncDispose]()
})

it('blocks a release of main that lacks the fix, from the first region on', async () => {
  const main = await head()
  expect(await lost(main)).toEqual([['hotfix/fix-lost', main]])
  expect(await lost(main, { reached: null })).toEqual([])
})

it('lets the fix itself through, and what descends from it', async () => {
  expect(await lost(fix)).toEqual([])
  await git('switch', '--quiet', '--create', 'merged', 'main')
  await git('-c', 'user.name=Ada', '-c', `user.email=${project.ada.email}`, 'merge', '-q', 'hotfix')
  expect(await lost(await head())).toEqual([])
})

it('lets through what has the same patch under another id', async () => {
  await git('switch', '--quiet', '--create', 'picked', 'main')
  const identity = ['-c', 'user.name=Ada', '-c', `user.email=${project.ada.email}`]
  await git(...identity, 'cherry-pick', '-x', fix)
  expect(await head()).not.toBe(fix)
  expect(await lost(await head())).toEqual([])
})

it('blocks half of a fix of two commits', async () => {
  await git('switch', '--quiet', '--create', 'two', fix)
  const second = await commit('Fix the rest', { 'build.mjs': '// fixed too\n' })
  await git('switch', '--quiet', 'picked')
  const picked = await head()
  expect(await lost(picked, { commit: second })).toEqual([['hotfix/fix-lost', picked]])
})

it('a merge in the fix has no patch of its own: only a descendant has it', async () => {
  await git('switch', '--quiet', '--create', 'with-merge', base)
  const identity = ['-c', 'user.name=Ada', '-c', `user.email=${project.ada.email}`]
  await git(...identity, 'merge', '--quiet', '--no-ff', '-m', 'Fix by merge', 'hotfix')
  const merge = await head()
  await git('switch', '--quiet', 'picked')
  const picked = await head()
  expect(await lost(picked, { commit: merge })).toEqual([['hotfix/fix-lost', picked]])
  expect(await lost(merge, { commit: merge })).toEqual([])
})

it('blocks what contains the fix and no longer lists its test', async () => {
  await git('switch', '--quiet', '--create', 'forgetful', fix)
  await listTest(false)
  const forgetful = await commit('Clean up')
  expect(await lost(forgetful)).toEqual([
    ['hotfix/regression-test-lost', expect.stringContaining('regression')],
  ])
  await listTest(true)
  expect(await lost(await commit('Put it back'))).toEqual([])
})
