import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { SuitePolicy } from '@bulkhead/policy'
import { type TestReport, type VouchedRun, readReport, runSuite } from '@bulkhead/test-reports'
import { type CommitId, type Finding, digest } from '@bulkhead/vocabulary'
import type { Workspace } from './workspace.ts'

export interface ObserveSuiteRequest {
  readonly name: string
  readonly suite: SuitePolicy
  readonly commit: CommitId
  readonly onOutput: (chunk: Uint8Array) => void
  readonly signal: AbortSignal
}

/** A run that was only looked at: nobody signed it and nothing of it is kept. */
export interface ObservedSuite {
  readonly run: VouchedRun
  readonly reports: readonly TestReport[]
  readonly findings: readonly Finding[]
}

const NOBODY = {
  voucher: 'nobody: a check here and now',
  separation: 'local',
  digest: digest(`sha256:${'0'.repeat(64)}`),
} as const

/** Runs one suite in the work tree as it is and reads its reports. */
export async function observeSuite(
  workspace: Workspace,
  request: ObserveSuiteRequest,
): Promise<ObservedSuite> {
  const { repository, clock, run: runProcess } = workspace
  const { name, suite, commit, onOutput, signal } = request
  const copies = await mkdtemp(join(tmpdir(), 'bulkhead-suite-'))
  try {
    const run = { id: randomUUID(), attempt: 1 }
    const shard = { index: 1, total: 1 }
    const seen = await runSuite(
      {
        root: repository.root,
        suite: name,
        plan: suite,
        commit,
        run,
        shard,
        nonce: randomUUID,
        clock,
        runProcess,
        onOutput,
        signal,
      },
      copies,
    )
    const reports = await Promise.all(
      seen.reports.map(({ path }, index) =>
        readReport(suite.format, createReadStream(join(copies, `${index + 1}-${basename(path)}`)), {
          path,
          clock,
        }),
      ),
    )
    return { run: { record: seen.record, ...NOBODY }, reports, findings: seen.findings }
  } finally {
    await rm(copies, { recursive: true, force: true })
  }
}
