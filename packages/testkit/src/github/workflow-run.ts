import { createHash } from 'node:crypto'
import type { GithubWorld, Overlay } from './github-world.ts'

/** A run of a workflow in which one job ran tests and uploaded what it recorded. */
export interface StagedRun {
  readonly repository: string
  readonly repositoryId: number
  readonly runId: number
  readonly attempt: number
  readonly commit: string
  readonly workflow: string
  readonly jobs: readonly StagedJob[]
}

export interface StagedJob {
  readonly name: string
  readonly log: string
  /** Zip bytes of what it uploaded; undefined when nothing. */
  readonly archive?: Buffer | undefined
}

export const ACTIONS_APP = 15_368
/** Numbers of the things of a staged run: jobs, checks and artifacts count up from these. */
export const STAGED = { suite: 500, job: 600, check: 700, artifact: 800 } as const

/** What GitHub knows of runs. */
export type WorldOfRuns = Pick<
  GithubWorld,
  'runs' | 'jobs' | 'checkRuns' | 'checkSuites' | 'artifacts' | 'archives' | 'logs'
>

/** Puts a run with all that belongs to it into a stand-in, as GitHub would have it while the gate runs. */
export function stageRun({ world }: { readonly world: WorldOfRuns }, staged: StagedRun): void {
  const { repositoryId, runId, attempt, commit, workflow } = staged
  const repository = { id: repositoryId }
  const suite = { head_sha: commit, app: { id: ACTIONS_APP }, repository }
  world.checkSuites.set(STAGED.suite, { id: STAGED.suite, ...suite })
  world.runs.set(runId, {
    id: runId,
    run_attempt: attempt,
    head_sha: commit,
    event: 'push',
    status: 'in_progress',
    conclusion: null,
    path: workflow,
    check_suite_id: STAGED.suite,
    repository,
    head_repository: repository,
    referenced_workflows: [],
  })
  for (const [index, job] of staged.jobs.entries()) stageJob(world, staged, { job, index })
}

function stageJob(
  world: WorldOfRuns,
  { repository, repositoryId, runId, attempt, commit }: StagedRun,
  { job, index }: { readonly job: StagedJob; readonly index: number },
): void {
  const [id, check, artifact] = [STAGED.job, STAGED.check, STAGED.artifact].map(
    (one) => one + index,
  )
  if (id === undefined || check === undefined || artifact === undefined) return
  world.jobs.set(id, {
    id,
    run_id: runId,
    run_attempt: attempt,
    head_sha: commit,
    name: job.name,
    status: 'completed',
    conclusion: 'success',
    // Required by the description, and missing in its own example.
    created_at: '2026-11-28T12:00:00Z',
    check_run_url: `https://api.github.com/repos/${repository}/check-runs/${check}`,
  })
  world.logs.set(id, job.log)
  world.checkRuns.set(check, {
    id: check,
    head_sha: commit,
    conclusion: 'success',
    app: { id: ACTIONS_APP },
    check_suite: { id: STAGED.suite },
  })
  if (job.archive === undefined) return
  world.archives.set(artifact, job.archive)
  world.artifacts.set(
    artifact,
    artifactOf(job.archive, {
      id: artifact,
      name: `bulkhead-run-${index}`,
      workflow_run: {
        id: runId,
        repository_id: repositoryId,
        head_repository_id: repositoryId,
        head_sha: commit,
      },
    }),
  )
}

const artifactOf = (archive: Buffer, members: Overlay): Overlay => ({
  expired: false,
  digest: `sha256:${createHash('sha256').update(archive).digest('hex')}`,
  size_in_bytes: archive.byteLength,
  ...members,
})
