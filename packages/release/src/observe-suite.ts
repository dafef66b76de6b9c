import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { SuitePolicy } from '@bulkhead/policy'
import {
  type RunIdentity,
  type RunPart,
  type TestReport,
  type VouchedRun,
  namedBelowTop,
  readReport,
  runSuite,
} from '@bulkhead/test-reports'
import { type CommitId, type Finding, digest } from '@bulkhead/vocabulary'
import { freshRun } from './suite-parts.ts'
import { toolVersions } from './tool-versions.ts'
import type { Workspace } from './workspace.ts'

export interface ObserveSuiteRequest {
  readonly name: string
  readonly suite: SuitePolicy
  readonly commit: CommitId
  /** The leg that this machine stands for; '' in a suite without legs. */
  readonly leg: string
  readonly onOutput: (chunk: Uint8Array) => void
  readonly signal: AbortSignal
}

/** A run that was only looked at: nobody signed it and nothing of it is kept. */
export interface ObservedSuite {
  /** One for each shard. */
  readonly runs: readonly {
    readonly run: VouchedRun
    readonly reports: readonly TestReport[]
  }[]
  readonly findings: readonly Finding[]
}

const NOBODY = {
  voucher: 'nobody: a check here and now',
  separation: 'local',
  digest: digest(`sha256:${'0'.repeat(64)}`),
} as const

/** Runs all shards of one leg of a suite in the work tree as it is, and reads their reports. */
export async function observeSuite(
  workspace: Workspace,
  request: ObserveSuiteRequest,
): Promise<ObservedSuite> {
  const of = request.suite.shards
  const run = freshRun()
  const runs: ObservedSuite['runs'][number][] = []
  const findings: Finding[] = []
  for (let index = 1; index <= of; index += 1) {
    const part = { leg: request.leg, shard: { index, of } }
    const seen = await observePart(workspace, request, { part, run })
    runs.push({ run: seen.run, reports: seen.reports })
    findings.push(...seen.findings)
  }
  return { runs, findings }
}

async function observePart(
  workspace: Workspace,
  request: ObserveSuiteRequest,
  { part, run }: { readonly part: RunPart; readonly run: RunIdentity },
) {
  const { repository, clock, run: runProcess } = workspace
  const { name, suite, commit, onOutput, signal } = request
  const copies = await mkdtemp(join(tmpdir(), 'bulkhead-suite-'))
  try {
    const seen = await runSuite(
      {
        root: repository.root,
        suite: name,
        plan: suite,
        commit,
        part,
        run,
        tools: toolVersions(),
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
    return {
      run: { record: seen.record, ...NOBODY },
      reports: reports.map((report) => namedBelowTop(report, repository.root)),
      findings: seen.findings,
    }
  } finally {
    await rm(copies, { recursive: true, force: true })
  }
}
