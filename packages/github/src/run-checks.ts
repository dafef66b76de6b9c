import type { CommitId, Finding, ReasonCode } from '@bulkhead/vocabulary'
import type { GithubApi } from './api-client.ts'
import { admitEvent } from './event-admission.ts'
import { type WorkflowJob, type WorkflowRun, checkRunShape, checkSuiteShape } from './run-shapes.ts'

/** A job whose word on run records counts, as the trusted policy names it. */
export interface VouchingJob {
  readonly repositoryId: number
  /** Path of the workflow file. */
  readonly workflow: string
  /** Name as GitHub shows it, without its matrix. */
  readonly job: string
  readonly appId: number
}

/** Blob ids of a file at the trusted ref and at the judged commit; undefined where there is none. */
export interface FileBlobs {
  readonly trusted: string | undefined
  readonly judged: string | undefined
}

export interface RunQuestion {
  readonly api: GithubApi
  /** `OWNER/NAME`. */
  readonly repository: string
  readonly run: { readonly id: string; readonly attempt: number }
  readonly commit: CommitId
  readonly blobsOf: (path: string) => Promise<FileBlobs>
}

export const objection = (
  code: ReasonCode,
  subject: string,
  message: string,
  remedy: string,
): Finding => ({ code, subject, message, remedy })

const RUN_REMEDY =
  'judge a run of the workflow that the trusted policy names, on exactly this commit'

/** Why a run is not the one that may vouch: of another repository, commit, attempt, event or workflow. */
export async function objectToRun(
  { run: wanted, commit, blobsOf, repository }: RunQuestion,
  run: WorkflowRun,
  { repositoryId, workflow }: VouchingJob,
): Promise<readonly Finding[]> {
  const subject = `run ${wanted.id}`
  const facts: readonly (readonly [string, string | number, string | number])[] = [
    ['number', String(run.id), wanted.id],
    ['latest attempt', run.run_attempt, wanted.attempt],
    ['head commit', run.head_sha, commit],
    ['repository', run.repository.id, repositoryId],
    ['head repository', run.head_repository.id, repositoryId],
    ['workflow', pathOf(run.path), workflow],
  ]
  const findings = facts
    .filter(([, found, expected]) => found !== expected)
    .map(([what, found, expected]) =>
      objection(
        'github/wrong-run',
        subject,
        `its ${what} is ${found}, not ${expected}`,
        RUN_REMEDY,
      ),
    )
  const admission = admitEvent(run.event)
  if (admission.kind === 'refused') findings.push(admission.finding)
  if (admission.kind === 'reports')
    findings.push(
      objection('github/wrong-run', subject, `it was started by ${run.event}`, RUN_REMEDY),
    )
  return [...findings, ...(await objectToWorkflows({ blobsOf, repository }, run, workflow))]
}

const pathOf = (path: string): string => path.split('@')[0] ?? path

/**
 * The workflow, and each that it calls in this repository, must be what the trusted ref has. One that it
 * calls elsewhere must be called by commit: the calling file, which is trusted, then says what runs.
 */
async function objectToWorkflows(
  { blobsOf, repository }: Pick<RunQuestion, 'blobsOf' | 'repository'>,
  run: WorkflowRun,
  workflow: string,
): Promise<readonly Finding[]> {
  const called = (run.referenced_workflows ?? []).map(({ path }) => path)
  const own = called.filter((path) => path.startsWith(`${repository}/`))
  const loose = called.filter((path) => !own.includes(path) && !PINNED.test(path))
  const paths = own.map((path) => pathOf(path).slice(repository.length + 1))
  const findings = loose.map(looseWorkflow)
  for (const path of new Set([workflow, ...paths])) {
    const { trusted, judged } = await blobsOf(path)
    if (trusted === undefined || trusted !== judged) findings.push(changedWorkflow(path, trusted))
  }
  return findings
}

const PINNED = /@(?:[0-9a-f]{40}|[0-9a-f]{64})$/

const changedWorkflow = (path: string, trusted: string | undefined): Finding =>
  objection(
    'github/changed-workflow',
    path,
    trusted === undefined
      ? 'the trusted ref has no such workflow'
      : 'this commit carries another version of it than the trusted ref',
    'release the change of the workflow by itself, with a run record that a key vouches for; or take it out of this release',
  )

const looseWorkflow = (path: string): Finding =>
  objection(
    'github/changed-workflow',
    path,
    'is called by a name that can be moved',
    'call workflows of other repositories by their full commit id',
  )

/** Whether a job has the name that the policy gives, with a matrix in brackets or without. */
export const isNamed = ({ name }: WorkflowJob, wanted: string): boolean =>
  name === wanted || (name.startsWith(`${wanted} (`) && name.endsWith(')'))

const ASK_AGAIN = 'give the job of the gate `checks: read`, and judge again'
const WAIT = 'let the gate need that job (`needs:`), and judge again when it has ended'

/** Why a job's word does not count: it did not succeed, or its check, suite and run do not fit together. */
export async function objectToJob(
  question: RunQuestion,
  run: WorkflowRun,
  job: WorkflowJob,
  { appId }: VouchingJob,
): Promise<readonly Finding[]> {
  const subject = `job ${job.name}`
  const again = 'mend the job and run all jobs of the workflow again'
  if (job.status !== 'completed' || job.conclusion === null)
    return [objection('github/job-unfinished', subject, `it is ${job.status}`, WAIT)]
  if (job.conclusion !== 'success')
    return [objection('github/job-not-green', subject, `it is ${job.conclusion}`, again)]
  if (job.run_id !== run.id || job.run_attempt !== run.run_attempt || job.head_sha !== run.head_sha)
    return [
      objection('github/wrong-check', subject, 'it is of another run, attempt or commit', again),
    ]
  const checkRun = Number(/[0-9]+$/.exec(job.check_run_url)?.[0])
  const path = `repos/${question.repository}`
  const check = await question.api.get(`${path}/check-runs/${checkRun}`, checkRunShape)
  const suite = await question.api.get(
    `${path}/check-suites/${run.check_suite_id}`,
    checkSuiteShape,
  )
  const wrong = (message: string) => [objection('github/wrong-check', subject, message, again)]
  if (check.kind === 'absent' || suite.kind === 'absent')
    return [objection('github/missing-check', subject, 'GitHub has no check of it', ASK_AGAIN)]
  const facts: readonly (readonly [string, unknown, unknown])[] = [
    ['app', check.value.app?.id, appId],
    ["suite's app", suite.value.app?.id, appId],
    ['suite', check.value.check_suite?.id, run.check_suite_id],
    ["suite's number", suite.value.id, run.check_suite_id],
    ['commit', check.value.head_sha, run.head_sha],
    ["suite's commit", suite.value.head_sha, run.head_sha],
    ["suite's repository", suite.value.repository.id, run.repository.id],
    ['number', check.value.id, checkRun],
    ['conclusion', check.value.conclusion, 'success'],
  ]
  return facts
    .filter(([, found, expected]) => found !== expected)
    .flatMap(([what, found, expected]) =>
      wrong(`its check's ${what} is ${String(found)}, not ${String(expected)}`),
    )
}
