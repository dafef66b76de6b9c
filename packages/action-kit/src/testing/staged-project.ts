import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buildRelease, parseKeyring, suitesDirectory, workingPolicy } from '@bulkhead/release'
import { type WorldOfRuns, stageRun, zipFolder } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { inWorkspace } from './fleet.ts'
import { type Project, makeProject } from './project.ts'
import { startAction } from './start-action.ts'

/** A project whose suite ran in a job of its own on GitHub, seen from the job that gates. */
export interface StagedProject extends Project {
  /** The commit that was tested and built. */
  readonly commit: CommitId
  /** Puts the run, its job, log and artifact into a stand-in. */
  stageOn(github: { readonly world: WorldOfRuns }): void
  /** What the runner says of the run, and of the server at `url`. */
  environment(url: string): Readonly<Record<string, string>>
}

const RUN = { GITHUB_REPOSITORY: 'octo/app', GITHUB_RUN_ID: '1', GITHUB_RUN_ATTEMPT: '1' }
const REPOSITORY_ID = 42

export interface StageRequest {
  readonly directory: string
  /** The built `test-suite`. */
  readonly testSuite: string
  readonly port?: number
  /** The workflow and job whose word counts. */
  readonly workflow?: { readonly path: string; readonly text: string; readonly job: string }
}

const PLAIN = { path: '.github/workflows/release.yml', text: 'on: push\n', job: 'tests' } as const

/** Makes a project, tests a change of it by the action, and builds it. What the test job left is gone here. */
export async function stageProject(request: StageRequest): Promise<StagedProject> {
  const { directory, testSuite, port = 1, workflow = PLAIN } = request
  const project = await makeProject(directory, {
    port,
    voucher: `{ github: { repository-id: ${REPOSITORY_ID}, workflow: ${workflow.path}, job: ${workflow.job} } }`,
    files: { [workflow.path]: workflow.text },
  })
  const { ada: by, repository } = project
  const commit = await repository.commit({ by, message: 'A change', files: { 'a.txt': 'a\n' } })
  const tested = await startAction({
    entry: testSuite,
    inputs: { voucher: 'github' },
    workspace: repository.path,
    temp: join(directory, 'test-job'),
    env: RUN,
  })
  const evidence = tested.outputs['evidence']
  if (tested.exitCode !== 0 || evidence === undefined) throw new Error(tested.stdout)
  const archive = await zipFolder(evidence)
  await inWorkspace(project, async (workspace) => {
    await rm(suitesDirectory(workspace.repository, commit), { recursive: true })
    const keyring = parseKeyring(await readFile(project.keysFile, 'utf8'), project.keysFile)
    await buildRelease(workspace, { policy: await workingPolicy(workspace), keyring })
  })
  const run = {
    repository: RUN.GITHUB_REPOSITORY,
    repositoryId: REPOSITORY_ID,
    runId: Number(RUN.GITHUB_RUN_ID),
    attempt: Number(RUN.GITHUB_RUN_ATTEMPT),
    commit,
    workflow: workflow.path,
    jobs: [{ name: workflow.job, log: tested.stdout, archive }],
  }
  return {
    ...project,
    commit,
    stageOn: (github) => stageRun(github, run),
    environment: (url) => ({
      ...RUN,
      GITHUB_SERVER_URL: url,
      GITHUB_API_URL: `${url}/api/v3`,
    }),
  }
}
