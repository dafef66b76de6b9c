import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { judge } from '@bulkhead/gate'
import { temporaryDirectory } from '@bulkhead/testkit'
import { type CommitId, InputError } from '@bulkhead/vocabulary'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type TinyProject,
  adopt,
  copyOf,
  makeTinyProject,
  writeFiles,
} from '../../cli/test/support/tiny-project.ts'
import {
  type InventoryRequest,
  type RunSuitesRequest,
  checkHead,
  compareInventories,
  findTrustedBase,
  keysDirectory,
  openWorkspace,
  parseKeyring,
  runSuites,
  workingPolicy,
  writeInventories,
} from '../src/index.ts'
import { digestAt, readFileStates } from '../src/file-states.ts'
import { type GatherRequest, gatherEvidence } from '../src/gather-evidence.ts'

const quiet = { onOutput: () => undefined, signal: new AbortController().signal }
const SUITE = 'tenant-isolation'
const LIST = '.bulkhead/inventory/tenant-isolation.json'

/** Runs every other of the tests that its files name, as its shard says; a leg is in the output. */
const PROGRAM = `import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
const [index, of] = process.env.BULKHEAD_SHARD.split('/').map(Number)
const all = readdirSync('test').sort().flatMap((file) =>
  readFileSync('test/' + file, 'utf8').trim().split('\\n').map((name) => ({ file: 'test/' + file, name })))
const mine = all.filter((_, at) => at % of === index - 1)
mkdirSync('reports', { recursive: true })
writeFileSync('reports/tenant-isolation.xml', '<testsuites><testsuite name="' + process.env.BULKHEAD_LEG + process.env.BULKHEAD_SHARD +
  '" tests="' + mine.length + '">' + mine.map(({ file, name }) =>
  '<testcase file="' + file + '" classname="c" name="' + name + '"/>').join('') + '</testsuite></testsuites>')
`
const TESTS = { 'test/a.txt': 'one\ntwo\n', 'test/b.txt': 'three\nfour\n' }

async function inWorkspace<Result>(
  { repository }: TinyProject,
  work: (workspace: Awaited<ReturnType<typeof openWorkspace>>) => Promise<Result>,
): Promise<Result> {
  const workspace = await openWorkspace(repository.path)
  try {
    return await work(workspace)
  } finally {
    await workspace.repository.close()
  }
}

const keyringOf = async (directory: string) => {
  const files = ['voucher', 'builder', 'gate', 'ledger'].map((role) =>
    readFile(join(directory, `${role}.pem`), 'utf8'),
  )
  return parseKeyring((await Promise.all(files)).join(''), 'keys')
}

const run = (project: TinyProject, change: Partial<RunSuitesRequest> = {}) =>
  inWorkspace(project, async (workspace) =>
    runSuites(workspace, {
      policy: await workingPolicy(workspace),
      suites: [SUITE],
      vouching: {
        kind: 'local',
        keyring: await keyringOf(keysDirectory(workspace.repository)),
      },
      ...quiet,
      ...change,
    }),
  )

/** What the gate finds of the suite; that nothing was built is left aside. */
const gate = (project: TinyProject, more: Partial<GatherRequest> = {}) =>
  inWorkspace(project, async (workspace) => {
    const { policy } = await findTrustedBase(workspace, 'production')
    const commit = await workspace.repository.resolveCommit('HEAD')
    const input = { commit, environment: 'production', policy, ...more }
    return judge(await gatherEvidence(workspace, input))
      .findings.filter(({ code }) => code !== 'gate/unbound-artifact')
      .map(({ code, subject }) => `${code} ${subject}`)
  })

const update = (project: TinyProject, change: Partial<InventoryRequest> = {}) =>
  inWorkspace(project, (workspace) =>
    writeInventories(workspace, { suites: [SUITE], ...quiet, ...change }),
  )

/** A project whose genesis declares two legs of two shards each. */
async function makeSplit(directory: string): Promise<TinyProject> {
  const project = await makeTinyProject(directory)
  await writeFiles(project.repository.path, { 'suite.mjs': PROGRAM, ...TESTS })
  await adopt(project, { port: 1 })
  const path = join(project.repository.path, 'bulkhead.yml')
  const text = await readFile(path, 'utf8')
  const split = text.replace(
    'timeout: 1m',
    'timeout: 1m\n    legs: [linux, windows]\n    shards: 2',
  )
  await writeFiles(project.repository.path, { 'bulkhead.yml': split })
  for (const leg of ['linux', 'windows']) await update(project, { leg })
  const genesis = await project.repository.commit({ by: project.ada, message: 'Split the suite' })
  await project.repository.git('config', 'bulkhead.genesis', genesis)
  return project
}

const home = await temporaryDirectory()
const split = await makeSplit(join(home.path, 'split'))
afterAll(() => home[Symbol.asyncDispose]())
let project: TinyProject
let copies = 0
beforeEach(async () => {
  project = await copyOf(split, join(home.path, `copy-${(copies += 1)}`))
})
const commit = (message: string, files: Readonly<Record<string, string | null>>) =>
  project.repository.commit({ by: project.ada, message, files })

describe('a suite of legs and shards', () => {
  const one = { id: '8412', attempt: 1 }

  it('passes when every part ran in one run, shard by shard or leg by leg', async () => {
    await run(project, { leg: 'linux', run: one })
    await run(project, { leg: 'windows', run: one, shard: { index: 2, of: 2 } })
    expect(await gate(project)).toEqual([
      `gate/missing-shard ${SUITE} (windows, shard 1/2)`,
      `gate/missing-test ${SUITE}: test/a.txt › c › one (windows)`,
      `gate/missing-test ${SUITE}: test/b.txt › c › three (windows)`,
    ])
    await run(project, { leg: 'windows', run: one, shard: { index: 1, of: 2 } })
    expect(await gate(project)).toEqual([])
    expect(await gate(project, { run: one })).toEqual([])
    expect(await gate(project, { run: { id: '8412', attempt: 2 } })).toEqual([
      `gate/wrong-run ${SUITE}`,
    ])
  })

  it('blocks when its parts are of several runs', async () => {
    await run(project, { leg: 'linux', run: one })
    await run(project, { leg: 'windows', run: { ...one, attempt: 2 } })
    expect(await gate(project)).toEqual([`gate/shard-mismatch ${SUITE}`])
    await run(project, { leg: 'linux', run: { ...one, attempt: 2 } })
    expect(await gate(project)).toEqual([])
  })

  it('blocks when a leg was split otherwise than the policy says', async () => {
    await run(project, { leg: 'linux', run: one })
    await run(project, { leg: 'windows', run: one, shard: { index: 1, of: 1 } })
    const found = await gate(project)
    expect(found).toContain(`gate/shard-mismatch ${SUITE} (windows)`)
    expect(found).toContain(`gate/missing-shard ${SUITE} (windows, shard 1/2)`)
    await run(project, { leg: 'windows', run: one })
    expect(await gate(project)).toEqual([])
  })

  it('asks which leg this machine is, and for the suite of a shard', async () => {
    const messageOf = (change: Partial<RunSuitesRequest>) =>
      run(project, change).then(
        () => undefined,
        (error: unknown) => (error instanceof InputError ? error.findings[0]?.message : error),
      )
    expect(await messageOf({})).toContain('has legs')
    expect(await messageOf({ suites: [], leg: 'macos' })).toContain('no such leg')
    const shard = { index: 1, of: 2 }
    expect(await messageOf({ suites: [], leg: 'linux', shard })).toContain('no suite is named')
  })

  it('is checked for the leg that one has at hand', async () => {
    const check = (leg?: string) =>
      inWorkspace(project, (workspace) =>
        checkHead(workspace, {
          ...quiet,
          onStep: () => undefined,
          ...(leg === undefined ? {} : { leg }),
        }),
      )
    expect((await check('linux')).findings).toEqual([])
    expect((await check('linux')).suites).toEqual([{ name: SUITE, tests: 4, passed: 4 }])
    await expect(check()).rejects.toThrow(InputError)
  })
})

describe('an inventory of legs and files', () => {
  it('is written for one leg and keeps what the others list', async () => {
    const text = await readFile(join(project.repository.path, LIST), 'utf8')
    await update(project, { leg: 'windows' })
    expect(await readFile(join(project.repository.path, LIST), 'utf8')).toBe(text)
    const list = JSON.parse(text) as {
      version: number
      files: { path: string }[]
      tests: { leg: string }[]
    }
    expect(list.version).toBe(2)
    expect(list.files.map(({ path }) => path)).toEqual(['test/a.txt', 'test/b.txt'])
    expect(list.tests.map(({ leg }) => leg).sort()).toEqual([
      ...Array<string>(4).fill('linux'),
      ...Array<string>(4).fill('windows'),
    ])
  })

  it('remembers files that were named, and says which changed or went', async () => {
    await update(project, { leg: 'linux', files: ['suite.*'] })
    const compare = () =>
      inWorkspace(project, (workspace) =>
        compareInventories(workspace, { suites: [SUITE], leg: 'linux', ...quiet }),
      )
    expect((await compare())[0]?.files).toMatchObject({ added: [], changed: [], removed: [] })
    await writeFiles(project.repository.path, { 'suite.mjs': `// other\n${PROGRAM}` })
    await rm(join(project.repository.path, 'test/b.txt'))
    const [comparison] = await compare()
    expect(comparison?.files).toMatchObject({ changed: ['suite.mjs'], removed: ['test/b.txt'] })
    expect(comparison?.missing.map(({ name }) => name)).toEqual(['four', 'three'])
    await expect(update(project, { leg: 'linux', files: ['nowhere/*'] })).rejects.toThrow(
      InputError,
    )
  })
})

describe('the tests of a mandatory suite', () => {
  const test = async () => {
    const one = { id: '1', attempt: 1 }
    await run(project, { leg: 'linux', run: one })
    await run(project, { leg: 'windows', run: one })
    return gate(project)
  }
  const list = async () => {
    for (const leg of ['linux', 'windows']) await update(project, { leg })
  }

  it('may be added to in new files, by their author alone', async () => {
    await writeFiles(project.repository.path, { 'test/c.txt': 'five\nsix\n' })
    await list()
    await commit('More tests', {})
    expect(await test()).toEqual([])
  })

  it('may not be edited by one person, though their names stay (86)', async () => {
    await commit('Same names', { 'test/a.txt': 'one\ntwo\n\n' })
    await list()
    await commit('List it', {})
    expect(await test()).toEqual([`gate/edited-test-file ${SUITE}: test/a.txt`])
  })

  it('may be edited once somebody else approved this very change', async () => {
    await commit('Same names', { 'test/a.txt': 'one\ntwo\n\n' })
    await list()
    await commit('List it', {})
    await test()
    const approvedBy = (approver: string) =>
      inWorkspace(project, async (workspace) => {
        const { repository } = workspace
        const { policy } = await findTrustedBase(workspace, 'production')
        const head = await repository.resolveCommit('HEAD')
        const [oldDigest, newDigest] = await Promise.all(
          [policy.trustedRef, head].map((at) => digestAt(repository, at, 'test/a.txt')),
        )
        if (!oldDigest || !newDigest) throw new Error('the file is in both')
        return { suite: SUITE, path: 'test/a.txt', oldDigest, newDigest, approver: [approver] }
      }).then((amendment) => gate(project, { amendments: [amendment] }))
    expect(await approvedBy('bob@example.test')).toEqual([])
    expect(await approvedBy(project.ada.email)).toEqual([
      `gate/edited-test-file ${SUITE}: test/a.txt`,
    ])
  })

  it('may not be edited and left out of the inventory either', async () => {
    await commit('Same names', { 'test/a.txt': 'one\ntwo\n\n' })
    expect(await test()).toEqual([
      `gate/edited-test-file ${SUITE}: test/a.txt`,
      `gate/stale-inventory ${SUITE}: test/a.txt`,
    ])
  })

  it('may not go in two steps: the list first, then the test', async () => {
    const path = join(project.repository.path, LIST)
    const text = await readFile(path, 'utf8')
    const lines = text.split('\n').filter((line) => !line.includes('"name": "one"'))
    await commit('Shrink the list', { [LIST]: lines.join('\n') })
    expect(await test()).toEqual([`gate/inventory-shrunk ${SUITE}: ${LIST}`])
  })

  it('may not go by pointing at a shorter list', async () => {
    const { repository } = project
    const policy = await readFile(join(repository.path, 'bulkhead.yml'), 'utf8')
    const text = await readFile(join(repository.path, LIST), 'utf8')
    const lines = text.split('\n').filter((line) => !line.includes('"name": "one"'))
    const short = '.bulkhead/inventory/short.json'
    await commit('Another list', {
      'bulkhead.yml': policy.replace(LIST, short),
      [short]: lines.join('\n'),
    })
    expect(await test()).toEqual([`gate/inventory-shrunk ${SUITE}: ${LIST}`])
    await commit('The whole list elsewhere', { [short]: text })
    expect(await test()).toEqual([])
  })
})

describe('who had a hand in a change', () => {
  const statesOf = (paths: readonly string[]) =>
    inWorkspace(project, async ({ repository }) =>
      readFileStates(repository, {
        trusted: await repository.resolveCommit('bulkhead-genesis'),
        head: await repository.resolveCommit('HEAD'),
        paths,
        signerOf: (id: CommitId) => (id === '' ? undefined : 'signer@example.test'),
        namesOf: (address) => (address.startsWith('bob') ? ['bob'] : []),
      }),
    )
  beforeEach(() => project.repository.git('tag', 'bulkhead-genesis'))

  it('is everybody who wrote, committed or signed a commit that changes the file', async () => {
    await commit('Not this one', { 'test/b.txt': 'three\nfour\n\n' })
    await writeFiles(project.repository.path, { 'test/a.txt': 'one\n' })
    const message = 'Edit\n\nCo-authored-by: Bob <bob@example.test>'
    await project.repository.git(
      '-c',
      'commit.gpgsign=false',
      'commit',
      '-qa',
      '--author',
      'Eve <eve@example.test>',
      '-m',
      message,
    )
    const [a, c] = await statesOf(['test/a.txt', 'suite.mjs'])
    expect([a?.path, c?.path]).toEqual(['suite.mjs', 'test/a.txt'])
    expect(a?.editors).toEqual([])
    expect(c?.editors).toEqual(
      [
        project.ada.email,
        'bob',
        'bob@example.test',
        'eve@example.test',
        'signer@example.test',
      ].sort(),
    )
  })

  it('is not somebody who only merges what another made, but whoever takes or mixes in more', async () => {
    const { mallory, repository } = project
    const editors = async () => (await statesOf(['test/a.txt']))[0]?.editors
    const merge = async (content?: string) => {
      await repository.git('checkout', '-q', 'main')
      await repository.git('merge', '--no-ff', '--no-commit', '-q', 'side')
      const files: Record<string, string> = content === undefined ? {} : { 'test/a.txt': content }
      await repository.commit({ by: mallory, message: 'Merge', files })
    }
    await repository.git('branch', '-M', 'main')
    await repository.git('checkout', '-qb', 'side')
    await commit('Edit', { 'test/a.txt': 'one\ntwo\n\n' })
    await repository.git('checkout', '-q', 'main')
    await commit('Something else', { 'other.txt': 'x' })
    await merge()
    expect(await editors()).toEqual([project.ada.email, 'signer@example.test'])
    await repository.git('reset', '--hard', '-q', 'HEAD^')
    await merge('one\ntwo\n\n\n')
    expect(await editors()).toContain(mallory.email)
  })

  it('is whoever brings an older content back by a merge', async () => {
    const { mallory, repository } = project
    await repository.git('branch', '-M', 'main')
    await repository.git('checkout', '-qb', 'old')
    await commit('Nothing to do with it', { 'other.txt': 'x' })
    await repository.git('checkout', '-q', 'main')
    await commit('Trusted edit', { 'test/a.txt': 'one\ntwo\n\n' })
    await repository.git('tag', '-f', 'bulkhead-genesis')
    await commit('Edit', { 'test/a.txt': 'one\n' })
    await commit('Edit back', { 'test/a.txt': 'one\ntwo\n\n' })
    await repository.git('merge', '--no-ff', '--no-commit', '-q', 'old')
    await repository.git('checkout', '-q', 'old', '--', 'test/a.txt')
    await repository.commit({ by: mallory, message: 'Merge' })
    expect((await statesOf(['test/a.txt']))[0]?.editors).toContain(mallory.email)
  })

  it('is known of a file that is gone, and of one that came', async () => {
    await commit('Move', { 'test/a.txt': null, 'test/z.txt': 'one\ntwo\n' })
    const [gone, came] = await statesOf(['test/a.txt', 'test/z.txt'])
    expect(gone).toMatchObject({ head: null })
    expect(came).toMatchObject({ trusted: null })
    expect(gone?.editors).toContain(project.ada.email)
  })
})
