import { afterAll, beforeAll, expect, it } from 'vitest'
import { join } from 'node:path'
import { openRepository } from '@bulkhead/git'
import { type GitFixture, type Person, makePerson, makeRepository } from '@bulkhead/testkit'
import { temporaryDirectory } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { contractsBetween, refuseOverContract } from '../src/deploy/contracts.ts'

/** Which files of a release keep it from being taken back, by real commits. */

let home: Awaited<ReturnType<typeof temporaryDirectory>>
let fixture: GitFixture
let ada: Person
let repository: Awaited<ReturnType<typeof openRepository>>
let base: CommitId

beforeAll(async () => {
  home = await temporaryDirectory()
  ada = await makePerson('Ada', home.path)
  fixture = await makeRepository(join(home.path, 'work tree'))
  base = await commit({ 'db/1.sql': 'create table tenant ();', 'app.mjs': '1' })
  repository = await openRepository(fixture.path)
})
afterAll(async () => {
  await repository.close()
  await home[Symbol.asyncDispose]()
})

const commit = (files: Readonly<Record<string, string>>): Promise<CommitId> =>
  fixture.commit({ by: ada, message: Object.keys(files).join(), files })

const migrations = { paths: ['db/**'], expand: ['db/*.expand.sql'] }
const history = () => ({ repository, policy: { migrations, regions: {}, artifact: undefined } })
const since = async (after: CommitId) => contractsBetween(history(), { before: base, after })

it.each([
  ['a file that no pattern calls expanding', { 'db/2.sql': 'drop' }, ['db/2.sql']],
  ['one that only adds', { 'db/2.expand.sql': 'add' }, []],
  [
    'one below a folder, which the pattern of expanding ones does not reach',
    { 'db/x/3.expand.sql': 'x' },
    ['db/x/3.expand.sql'],
  ],
  ['one whose name begins with a dot', { 'db/.hidden/4.sql': 'drop' }, ['db/.hidden/4.sql']],
  ['one that is edited', { 'db/1.sql': 'drop table tenant;' }, ['db/1.sql']],
  ['nothing but code', { 'app.mjs': '2' }, []],
])('%s', async (_, files, found) => {
  await fixture.git('checkout', '-q', '--detach', base)
  expect(await since(await commit(files))).toEqual(found)
})

it('one that goes contracts nothing; a link in place of the folder does', async () => {
  await fixture.git('checkout', '-q', '--detach', base)
  await fixture.git('rm', '-q', 'db/1.sql')
  expect(await since(await commit({ note: 'squashed' }))).toEqual([])
  const { symlink } = await import('node:fs/promises')
  await symlink('elsewhere', join(fixture.path, 'db'))
  expect(await since(await commit({ note: 'linked' }))).toEqual(['db'])
})

it('without migrations in the policy nothing is looked for', async () => {
  const refused = {
    changes: () => Promise.reject(new Error('asked')),
    isAncestor: () => Promise.reject(new Error('asked')),
  }
  const none = {
    repository: refused,
    policy: { migrations: undefined, regions: {}, artifact: undefined },
  }
  expect(await contractsBetween(none, { before: base, after: base })).toEqual([])
})

it('who lacks a contract migration that has begun may not come; who descends from it may clear it away', async () => {
  await fixture.git('checkout', '-q', '--detach', base)
  const contracted = await commit({ 'db/2.sql': 'drop' })
  await fixture.git('rm', '-q', 'db/2.sql')
  const cleared = await commit({ note: 'cleared away' })
  await fixture.git('checkout', '-q', '--detach', base)
  const beside = await commit({ 'app.mjs': '3' })
  const rollout = { commit: contracted, steps: 1 }
  const state = (steps: number) =>
    ({ regions: {}, released: null, rollouts: [], unfinished: [{ ...rollout, steps }] }) as never
  const codes = async (wanted: CommitId, steps = 1) =>
    (await refuseOverContract(history(), state(steps), wanted)).map(({ code }) => code)
  expect(await codes(beside)).toEqual(['rollout/forward-only'])
  expect(await codes(beside, 0)).toEqual([])
  expect(await codes(cleared)).toEqual([])
  expect(await codes(contracted)).toEqual([])
})
