import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { apiAddressOf, openGithubApi, recordLine } from '@bulkhead/github'
import {
  GITHUB_TOKEN,
  type GithubServer,
  STAGED,
  type TemporaryDirectory,
  stageRun,
  startGithub,
  temporaryDirectory,
  zipFolder,
} from '@bulkhead/testkit'
import { type CommitId, type Digest, WorldError } from '@bulkhead/vocabulary'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type TinyProject,
  adopt,
  copyOf,
  makeTinyProject,
  writeFiles,
} from '../../cli/test/support/tiny-project.ts'
import {
  buildRelease,
  gateRelease,
  keysDirectory,
  openWorkspace,
  parseKeyring,
  reportRelease,
  runSuites,
  suitesDirectory,
  workingPolicy,
} from '../src/index.ts'

const RUN = { id: '4711', attempt: 1 }
const WORKFLOW = '.github/workflows/release.yml'
const quiet = { onOutput: () => undefined, signal: new AbortController().signal }

/** What the job that ran the tests left on GitHub, and the checkout of the job that gates. */
interface Stage {
  readonly project: TinyProject
  readonly commit: CommitId
  readonly archive: Buffer
  readonly records: readonly Digest[]
}

const opened = async ({ repository }: TinyProject) => {
  const workspace = await openWorkspace(repository.path)
  return { ...workspace, [Symbol.asyncDispose]: () => workspace.repository.close() }
}

const keyringOf = async ({ repository }: Awaited<ReturnType<typeof opened>>) => {
  const roles = ['builder', 'gate', 'ledger']
  const files = roles.map((role) =>
    readFile(join(keysDirectory(repository), `${role}.pem`), 'utf8'),
  )
  return parseKeyring((await Promise.all(files)).join(''), 'keys')
}

/** A project whose policy lets a job vouch; its suite has run without any key, and its evidence is gone. */
async function makeStage(directory: string): Promise<Stage> {
  const project = await makeTinyProject(directory)
  await adopt(project, { port: 1 })
  const path = join(project.repository.path, 'bulkhead.yml')
  const text = await readFile(path, 'utf8')
  const voucher = `voucher: [{ github: { repository-id: 42, workflow: ${WORKFLOW}, job: tests } }]`
  await writeFiles(project.repository.path, {
    'bulkhead.yml': text.replace(/voucher: \[.*\]/, voucher),
    [WORKFLOW]: 'on: push\n',
  })
  const { ada, repository } = project
  const genesis = await repository.commit({ by: ada, message: 'Let the job vouch' })
  await repository.git('config', 'bulkhead.genesis', genesis)
  const commit = await repository.commit({ by: ada, message: 'A change' })
  await using workspace = await opened(project)
  const policy = await workingPolicy(workspace)
  const runs = await runSuites(workspace, {
    policy,
    suites: [],
    run: RUN,
    vouching: { kind: 'forge' },
    ...quiet,
  })
  await buildRelease(workspace, { policy, keyring: await keyringOf(workspace), ...quiet })
  const evidence = suitesDirectory(workspace.repository, commit)
  const archive = await zipFolder(evidence)
  await rm(evidence, { recursive: true })
  return { project, commit, archive, records: runs.flatMap(({ kept }) => (kept ? [kept] : [])) }
}

let home: TemporaryDirectory
let made: Stage
let github: GithubServer
let project: TinyProject
let copies = 0
beforeAll(async () => {
  home = await temporaryDirectory()
  made = await makeStage(join(home.path, 'made'))
})
afterAll(() => home[Symbol.asyncDispose]())
beforeEach(async () => {
  github = await startGithub()
  stageRun(github, {
    repository: 'octo/app',
    repositoryId: 42,
    runId: Number(RUN.id),
    attempt: RUN.attempt,
    commit: made.commit,
    workflow: WORKFLOW,
    jobs: [{ name: 'tests', log: made.records.map(recordLine).join('\n'), archive: made.archive }],
  })
  project = await copyOf(made.project, join(home.path, `copy-${(copies += 1)}`))
})
afterEach(async () => {
  await github[Symbol.asyncDispose]()
  expect(github.violations).toEqual([])
})

const request = () => ({
  environment: 'production',
  commit: made.commit,
  workflow: {
    api: openGithubApi({
      address: apiAddressOf({ GITHUB_SERVER_URL: github.url }),
      token: GITHUB_TOKEN,
      patience: { attempts: 1, budget: 0, wait: () => Promise.resolve(), now: () => 0 },
    }),
    repository: 'octo/app',
    run: RUN,
  },
})

const report = async () => {
  await using workspace = await opened(project)
  return (await reportRelease(workspace, request())).verdict
}
const codes = async () => (await report()).findings.map(({ code }) => code)

describe('a gate in a job of its own', () => {
  it('passes on what GitHub vouches for, attests it, and says that no key did', async () => {
    await using workspace = await opened(project)
    const keyring = await keyringOf(workspace)
    const { verdict } = await gateRelease(workspace, { ...request(), keyring, actors: [] })
    expect(verdict.findings).toEqual([])
    expect(verdict.outcome).toBe('PASS')
    expect(verdict.runs).toEqual(
      made.records.map((record) =>
        expect.objectContaining({ record, voucher: `${WORKFLOW} tests`, separation: 'job' }),
      ),
    )
  })

  it('blocks without GitHub: nobody else vouches for a record without a signature', async () => {
    await using workspace = await opened(project)
    const { workflow: _workflow, ...alone } = request()
    const { verdict } = await reportRelease(workspace, alone)
    expect(verdict.findings.map(({ code }) => code)).toContain('gate/missing-run')
    // The records lie there now, and are still nobody's.
    await report()
    const again = await reportRelease(workspace, alone)
    expect(again.verdict.findings.map(({ code }) => code)).toContain('gate/unvouched-run')
  })

  it('blocks when the log of the job does not name the record (F108)', async () => {
    github.world.logs.set(STAGED.job, 'Tests passed')
    expect(await codes()).toContain('gate/unvouched-run')
  })

  it('blocks when the commit changes the workflow that vouches', async () => {
    const { ada, repository } = project
    const files = { [WORKFLOW]: 'on: push # and more\n' }
    await repository.commit({ by: ada, message: 'Change the workflow', files })
    const head = (await repository.git('rev-parse', 'HEAD')).trim()
    github.world.runs.set(4711, { ...github.world.runs.get(4711), head_sha: head })
    await using workspace = await opened(project)
    const commit = await workspace.repository.resolveCommit('HEAD')
    const { verdict } = await reportRelease(workspace, { ...request(), commit })
    expect(verdict.findings.map(({ code }) => code)).toContain('github/changed-workflow')
  })

  it('blocks when the record says another attempt than GitHub (F107)', async () => {
    for (const things of [github.world.runs, github.world.jobs])
      for (const [id, thing] of things) things.set(id, { ...thing, run_attempt: 2 })
    await using workspace = await opened(project)
    const workflow = { ...request().workflow, run: { ...RUN, attempt: 2 } }
    const { verdict } = await reportRelease(workspace, { ...request(), workflow })
    expect(verdict.findings.map(({ code }) => code)).toContain('gate/wrong-run')
  })

  it('never passes while any one of its calls fails', async () => {
    expect(await codes()).toEqual([])
    const calls = github.requests.length
    for (const fault of [
      { kind: 'status', status: 500 },
      { kind: 'status', status: 404 },
      { kind: 'body', body: '{}' },
      { kind: 'hang-up' },
    ] as const) {
      for (let failing = 0; failing < calls; failing += 1) {
        const first = github.requests.length
        github.fault = (_request, index) => (index === first + failing ? fault : undefined)
        const verdict = await report().catch((error: unknown) => error)
        if (!(verdict instanceof WorldError))
          expect(verdict, `${fault.kind} at call ${failing}`).toMatchObject({ outcome: 'BLOCK' })
      }
    }
    github.fault = () => undefined
    expect(await codes()).toEqual([])
  })
})
