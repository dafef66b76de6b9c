import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findTrustedBase } from '@bulkhead/release'
import {
  GITHUB_TOKEN,
  type GithubServer,
  type TemporaryDirectory,
  startGithub,
  temporaryDirectory,
} from '@bulkhead/testkit'
import { commitId } from '@bulkhead/vocabulary'
import {
  type StagedProject,
  assembleRelease,
  freePort,
  inWorkspace,
  stageProject,
  startFleet,
} from '../src/testing/index.ts'
import { runWorkflow } from './support/real-runner.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const isAbsent =
  process.env['BULKHEAD_REQUIRE_ENGINES'] !== '1' &&
  !(process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'act')))

const NOWHERE = '0'.repeat(40)
const CALLER = '.github/workflows/ship-service.yml'
/** Carries files between jobs on GitHub; here the stand-in has what the test job left. */
const UPLOAD = 'actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02'

/** `ship.yml` as another repository calls it, in ten lines, by a real runner, with GitHub's stand-in. */
describe.skipIf(isAbsent)('ship.yml, called from another repository', () => {
  let home: TemporaryDirectory
  let project: StagedProject
  let github: GithubServer
  let port: number
  let fleet: AsyncDisposable
  const release = () => join(home.path, 'release')
  beforeAll(async () => {
    home = await temporaryDirectory()
    port = await freePort()
    await assembleRelease(
      ['test-suite', 'signed-commits', 'release-gate', 'rolling-deploy'],
      release(),
    )
    await releaseWorkflow()
    await writeUpload()
    project = await stageProject({
      directory: join(home.path, 'project'),
      testSuite: join(release(), 'actions', 'test-suite', 'dist', 'main.mjs'),
      port,
      workflow: {
        path: CALLER,
        text: await readFile(join(root, 'docs/workflows/ship-service.yml'), 'utf8'),
        job: 'ship / test',
      },
    })
    await shareGitDirectory()
    github = await startGithub()
    project.stageOn(github)
    fleet = await startFleet(project, home.path)
  })
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]()
    await github[Symbol.asyncDispose]()
    await home[Symbol.asyncDispose]()
  })

  /**
   * Each job has a copy of the work tree. On the deploy machine ledger, builds and fleet are in one git
   * directory that outlives the job, and so it is here.
   */
  async function shareGitDirectory(): Promise<void> {
    await project.repository.git('init', '--quiet', '--separate-git-dir', join(home.path, 'git'))
  }

  /** The runner does not know `$/` yet, by which GitHub names the repository of the workflow. */
  async function releaseWorkflow(): Promise<void> {
    const text = await readFile(join(root, '.github/workflows/ship.yml'), 'utf8')
    const folder = join(release(), '.github', 'workflows')
    await mkdir(folder, { recursive: true })
    await writeFile(
      join(folder, 'ship.yml'),
      text.replaceAll(/\$\/(actions\/[a-z-]+)/g, `OWNER/bulkhead/$1@${NOWHERE}`),
    )
  }

  async function writeUpload(): Promise<void> {
    const folder = join(home.path, 'upload')
    await mkdir(folder)
    await writeFile(
      join(folder, 'action.yml'),
      'name: upload\nruns: { using: node20, main: main.mjs }\n',
    )
    await writeFile(
      join(folder, 'main.mjs'),
      `import { existsSync } from 'node:fs'
       if (!existsSync(process.env.INPUT_PATH)) process.exitCode = 1\n`,
    )
  }

  let count = 0
  async function ship() {
    const temp = join(home.path, `run-${(count += 1)}`)
    await mkdir(temp)
    const workflow = join(temp, 'ship-service.yml')
    const text = await readFile(join(root, 'docs/workflows/ship-service.yml'), 'utf8')
    await writeFile(
      workflow,
      text
        .replace('/etc/bulkhead/ledger.pem', project.keysFile)
        .replace('production-fleet', 'ubuntu-latest')
        .replace(/genesis: "0{40}"/, `genesis: "${project.genesis}"`),
    )
    const env = project.environment(github.url)
    return runWorkflow({
      workflow,
      workspace: project.repository.path,
      release: release(),
      temp,
      event: { name: 'push', payload: { repository: { default_branch: 'main' } } },
      more: [
        '--platform=ubuntu-24.04=-self-hosted',
        `--local-repository=${UPLOAD}=${join(home.path, 'upload')}`,
        `--secret=GITHUB_TOKEN=${GITHUB_TOKEN}`,
        ...Object.entries(env).map(([name, value]) => `--env=${name}=${value}`),
      ],
    })
  }

  const served = async (): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}/`)
    const { build } = (await response.json()) as { readonly build: unknown }
    return build
  }

  it('ships what is signed, tested by the job that GitHub names, and built', async () => {
    const { jobs } = await ship()
    expect(jobs['test']).toMatchObject({
      result: 'success',
      outputs: { outcome: 'passed' },
      annotations: [],
    })
    expect(jobs['commits']).toMatchObject({ result: 'success', outputs: { verdict: 'PASS' } })
    expect(jobs['deploy']).toMatchObject({
      result: 'success',
      outputs: { verdict: 'PASS', result: 'released', commit: project.commit, findings: '0' },
      annotations: [],
    })
    expect(jobs['deploy']?.log).toContain('release-gate: PASS: ')
    expect(jobs['deploy']?.log).toContain('rolling-deploy: RELEASED: every unit runs the release\n')
    for (const job of Object.values(jobs)) expect(job.log).not.toContain(GITHUB_TOKEN)
    expect(await served()).toBe(project.commit)
    expect(github.violations).toEqual([])
  })

  it('ships nothing when a test fails, says why, and keeps that on record', async () => {
    const { repository, ada: by, genesis } = project
    const commit = await repository.commit({
      by,
      message: 'Let strangers in',
      files: { 'tests.json': JSON.stringify({ 'refuses a stranger': 'let one in' }) },
    })
    for (const kind of ['runs', 'jobs', 'checkRuns', 'checkSuites'] as const)
      for (const [number, thing] of github.world[kind])
        github.world[kind].set(number, {
          ...thing,
          head_sha: commit,
          ...(kind === 'jobs' ? { conclusion: 'failure' } : {}),
        })
    const { jobs, summaries } = await ship()
    expect(jobs['test']).toMatchObject({ result: 'failure', outputs: { outcome: 'blocked' } })
    expect(jobs['test']?.annotations.join('\n')).toContain('title=gate/exit-code')
    expect(jobs['commits']).toMatchObject({ result: 'success', outputs: { verdict: 'PASS' } })
    const deploy = jobs['deploy']
    expect(deploy).toMatchObject({ result: 'failure', outputs: { verdict: 'BLOCK', commit } })
    expect(deploy?.annotations.join('\n')).toContain('title=github/job-not-green')
    // The step that deploys was not even started.
    expect(deploy?.outputs).not.toHaveProperty('result')
    expect(deploy?.log).not.toContain('rolling-deploy')
    expect(summaries.join('\n')).toContain('<h2>⛔ bulkhead release-gate</h2>')
    expect(await served()).toBe(project.commit)
    await inWorkspace(project, async (workspace) => {
      const { ledger } = await findTrustedBase(workspace, 'production', genesis)
      expect(ledger.state.blocks[commitId(commit)]?.length).toBe(1)
      expect(ledger.state.released).toMatchObject({ commit: project.commit })
    })
  })
})
