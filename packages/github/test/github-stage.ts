import { createHash } from 'node:crypto'
import { commitId, digest } from '@bulkhead/vocabulary'
import {
  GITHUB_TOKEN,
  type GithubServer,
  type StagedJob,
  stageRun,
  zipFiles,
} from '@bulkhead/testkit'
import {
  type ApiOptions,
  type FileBlobs,
  type RunQuestion,
  apiAddressOf,
  openGithubApi,
  recordLine,
} from '../src/index.ts'

export const COMMIT = commitId('a'.repeat(40))
export const WORKFLOW = '.github/workflows/release.yml'
export const RUN = { id: '4711', attempt: 2 }
export const VOUCHER = { repositoryId: 42, workflow: WORKFLOW, job: 'tests', appId: 15_368 }
export const RECORD = Buffer.from('{"record":"linux"}')

export const digestOf = (bytes: Buffer) =>
  digest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`)

export const zipOf = zipFiles

export const logOf = (...records: readonly Buffer[]) =>
  [
    '2026-11-28T12:00:00.0Z Run tests',
    ...records.map((one) => `x ${recordLine(digestOf(one))}`),
  ].join('\n')

/** A job that ran one part of the suite `security` and uploaded its record and report. */
export const jobWith = async (
  name: string,
  record: Buffer,
  part = '1-of-1',
): Promise<StagedJob> => ({
  name,
  log: logOf(record),
  archive: await zipOf({
    [`security/${part}/record.json`]: record,
    [`security/${part}/reports/1-r.xml`]: '<testsuite/>',
  }),
})

export const stage = (github: GithubServer, jobs: readonly StagedJob[]) =>
  stageRun(github, {
    repository: 'octo/app',
    repositoryId: VOUCHER.repositoryId,
    runId: Number(RUN.id),
    attempt: RUN.attempt,
    commit: COMMIT,
    workflow: WORKFLOW,
    jobs,
  })

const impatient = { attempts: 1, budget: 0, wait: () => Promise.resolve(), now: () => 0 }

export const apiOf = (github: GithubServer, options: Partial<ApiOptions> = {}) =>
  openGithubApi({
    address: apiAddressOf({
      GITHUB_SERVER_URL: github.url,
      GITHUB_API_URL: `${github.url}/api/v3`,
    }),
    token: GITHUB_TOKEN,
    patience: impatient,
    ...options,
  })

export const questionOf = (
  github: GithubServer,
  blobs: Readonly<Record<string, FileBlobs>> = { [WORKFLOW]: { trusted: 'b', judged: 'b' } },
): RunQuestion => ({
  api: apiOf(github),
  repository: 'octo/app',
  run: RUN,
  commit: COMMIT,
  blobsOf: (path) => Promise.resolve(blobs[path] ?? { trusted: undefined, judged: undefined }),
})
