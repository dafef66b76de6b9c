import { createHash } from 'node:crypto'
import { type Digest, type Finding, digest } from '@bulkhead/vocabulary'
import { artifactFiles } from './artifact-files.ts'
import type { ArchiveEntry } from './artifact-archive.ts'
import {
  type RunQuestion,
  type VouchingJob,
  isNamed,
  objectToJob,
  objectToRun,
  objection,
} from './run-checks.ts'
import { type WorkflowJob, type WorkflowRun, jobShape, runShape } from './run-shapes.ts'

export interface RunEvidence {
  /** Records and reports, by their path in a folder of evidence: `SUITE/PART/record.json`. */
  readonly files: readonly ArchiveEntry[]
  /** Digest of a record's bytes → who vouches for it. */
  readonly vouched: ReadonlyMap<Digest, string>
  /** Why something of the run does not count. What is not vouched for blocks by itself. */
  readonly findings: readonly Finding[]
}

const RECORD = /^[^/]+\/[^/]+\/record\.json$/
/** How the job that ran the tests says in its log which records are its own. */
const LOG_LINE = /bulkhead run record (sha256:[0-9a-f]{64})(?![0-9a-f])/g
const MOST_LOG_BYTES = 128 * 1024 * 1024

/** The line by which a job's log names a run record. */
export const recordLine = (record: Digest): string => `bulkhead run record ${record}`

/**
 * Lets GitHub vouch for run records (DESIGN §10): every artifact of the run is read, and a record counts
 * when the log of exactly one job names its digest, for no other job can write there; and when that job,
 * its check, suite, run and workflow are what the trusted policy says. The judged code may have written
 * anything else.
 * @throws WorldError when GitHub does not answer
 */
export async function resolveRunEvidence(
  question: RunQuestion,
  vouchers: readonly VouchingJob[],
): Promise<RunEvidence> {
  const { api, repository, run: wanted } = question
  const at = `repos/${repository}/actions/runs/${wanted.id}`
  const run = await api.get(at, runShape)
  if (run.kind === 'absent') return refused(`run ${wanted.id}`, 'GitHub has no such run')
  const jobs = await api.list({
    path: `${at}/attempts/${wanted.attempt}/jobs`,
    key: 'jobs',
    item: jobShape,
  })
  if (jobs.kind === 'absent') return refused(`run ${wanted.id}`, 'GitHub has no such attempt of it')
  const { files, findings } = await artifactFiles(question, run.value)
  const records = files.filter(({ path }) => RECORD.test(path)).map(({ bytes }) => digestOf(bytes))
  const vouched = new Map<Digest, string>()
  const all = [...findings]
  for (const voucher of vouchers) {
    const named = await namedRecords(question, { run: run.value, jobs: jobs.value, voucher })
    all.push(...named.findings)
    const name = `${voucher.workflow} ${voucher.job}`
    for (const record of records) if (named.records.has(record)) vouched.set(record, name)
  }
  return { files, vouched, findings: all }
}

const refused = (subject: string, message: string): RunEvidence => ({
  files: [],
  vouched: new Map(),
  findings: [
    objection(
      'github/wrong-run',
      subject,
      message,
      'name a run of this repository, and its attempt',
    ),
  ],
})

const digestOf = (bytes: Buffer): Digest =>
  digest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`)

interface Candidate {
  readonly run: WorkflowRun
  readonly jobs: readonly WorkflowJob[]
  readonly voucher: VouchingJob
}

/** The digests that the logs of sound jobs name, each by one job alone. */
async function namedRecords(
  question: RunQuestion,
  { run, jobs, voucher }: Candidate,
): Promise<{ readonly records: ReadonlySet<string>; readonly findings: readonly Finding[] }> {
  const findings = [...(await objectToRun(question, run, voucher))]
  if (findings.length > 0) return { records: new Set(), findings }
  const named = jobs.filter((job) => isNamed(job, voucher.job))
  if (named.length === 0)
    findings.push(
      objection(
        'github/job-unfinished',
        `job ${voucher.job}`,
        'the run has no job of that name',
        'name the job that runs the tests, as GitHub shows it, under `keys.voucher` in bulkhead.yml',
      ),
    )
  const by = new Map<string, number>()
  for (const job of named) {
    const found = await objectToJob(question, run, job, voucher)
    findings.push(...found)
    const records = await recordsInLog(question, job)
    // A job that does not count still says which records are its own: nobody else may claim them.
    for (const record of records) by.set(record, found.length > 0 || by.has(record) ? 2 : 1)
  }
  return {
    records: new Set(
      [...by].filter(([, jobsThatNameIt]) => jobsThatNameIt === 1).map(([one]) => one),
    ),
    findings,
  }
}

async function recordsInLog(
  { api, repository }: RunQuestion,
  job: WorkflowJob,
): Promise<ReadonlySet<string>> {
  const log = await api.download(`repos/${repository}/actions/jobs/${job.id}/logs`, MOST_LOG_BYTES)
  if (log.kind === 'absent') return new Set()
  return new Set(
    [...log.value.toString('latin1').matchAll(LOG_LINE)].map(([, record]) => record ?? ''),
  )
}
