import { createHash } from 'node:crypto'
import type { Finding } from '@bulkhead/vocabulary'
import { type ArchiveEntry, readArchive } from './artifact-archive.ts'
import { type RunQuestion, objection } from './run-checks.ts'
import { type Artifact, type WorkflowRun, artifactShape } from './run-shapes.ts'

export interface ArtifactFiles {
  readonly files: readonly ArchiveEntry[]
  readonly findings: readonly Finding[]
}

/** Artifacts whose names begin so hold run records; others are nobody's business here. */
const PREFIX = 'bulkhead-run'
const MOST_ARCHIVE_BYTES = 512 * 1024 * 1024
const LIMITS = { entries: 20_000, bytes: 1024 * 1024 * 1024 }
const PLACE =
  /^[A-Za-z0-9._-]{1,100}\/[a-z0-9.-]{1,90}\/(?:record\.json|reports\/[0-9]{1,6}-[^/]+)$/
const AGAIN = 'run all jobs of the workflow again'

/**
 * The files of every artifact with run records, each artifact proven to be of this run and to have the
 * bytes whose digest GitHub took when it was uploaded. A name or a file that comes twice counts for
 * nothing: which one was meant would be chosen by whoever wrote the second.
 */
export async function artifactFiles(
  question: RunQuestion,
  run: WorkflowRun,
): Promise<ArtifactFiles> {
  const { api, repository } = question
  const path = `repos/${repository}/actions/runs/${run.id}/artifacts`
  const list = await api.list({ path, key: 'artifacts', item: artifactShape })
  const ours =
    list.kind === 'absent' ? [] : list.value.filter(({ name }) => name.startsWith(PREFIX))
  const findings: Finding[] = []
  const files = new Map<string, ArchiveEntry>()
  for (const artifact of ours) {
    const objections = objectTo(artifact, ours, run)
    findings.push(...objections)
    if (objections.length > 0) continue
    const unpacked = await unpack(question, artifact)
    findings.push(...unpacked.findings)
    for (const entry of unpacked.files) {
      if (files.has(entry.path)) findings.push(twice(entry.path))
      files.set(entry.path, entry)
    }
  }
  const repeated = new Set(findings.map(({ subject }) => subject))
  return { files: [...files.values()].filter((file) => !repeated.has(file.path)), findings }
}

function objectTo(
  artifact: Artifact,
  all: readonly Artifact[],
  run: WorkflowRun,
): readonly Finding[] {
  const { name, expired, digest, workflow_run: of } = artifact
  const wrong = (message: string) =>
    objection('github/wrong-artifact', `artifact ${name}`, message, AGAIN)
  const facts: readonly (readonly [boolean, string])[] = [
    [all.filter((other) => other.name === name).length > 1, 'there are several of that name'],
    [expired, 'it has expired'],
    [typeof digest !== 'string', 'GitHub knows no digest of it'],
    [of?.id !== run.id, 'it is of another run'],
    [of?.head_sha !== run.head_sha, 'it is of another commit'],
    [
      of?.repository_id !== run.repository.id || of.head_repository_id !== run.repository.id,
      'it is of another repository',
    ],
  ]
  return facts.filter(([isWrong]) => isWrong).map(([, message]) => wrong(message))
}

const ARCHIVE_CODES = {
  unsafe: 'github/unsafe-archive',
  limits: 'github/archive-limits',
  duplicate: 'github/duplicate-entry',
} as const

async function unpack(
  { api, repository }: RunQuestion,
  { id, name, digest }: Artifact,
): Promise<ArtifactFiles> {
  const subject = `artifact ${name}`
  const refuse = (code: Finding['code'], message: string): ArtifactFiles => ({
    files: [],
    findings: [objection(code, subject, message, AGAIN)],
  })
  const zip = await api.download(
    `repos/${repository}/actions/artifacts/${id}/zip`,
    MOST_ARCHIVE_BYTES,
  )
  if (zip.kind === 'absent') return refuse('github/wrong-artifact', 'GitHub does not have it')
  const found = `sha256:${createHash('sha256').update(zip.value).digest('hex')}`
  if (found !== digest)
    return refuse(
      'github/wrong-artifact',
      `its bytes have the digest ${found}, not ${digest ?? ''}`,
    )
  const read = readArchive(zip.value, LIMITS)
  if (read.kind === 'refused') return refuse(ARCHIVE_CODES[read.why], read.reason)
  const stray = read.entries.find(({ path }) => !PLACE.test(path))
  if (stray === undefined) return { files: read.entries, findings: [] }
  return refuse(
    'github/unsafe-archive',
    `${JSON.stringify(stray.path.slice(0, 200))} is neither a run record nor a report`,
  )
}

const twice = (path: string): Finding =>
  objection('github/duplicate-entry', path, 'two artifacts hold this file', AGAIN)
