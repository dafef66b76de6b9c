import { rm } from 'node:fs/promises'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import type { Clock, ProcessEnd, RunProcess } from '@bulkhead/world'
import { OutputTail } from './output-tail.ts'
import { remark } from './remarks.ts'
import { type CopiedReport, copyReport, findReports, removeReports } from './report-files.ts'
import { type FileTime, findStaleReports, readFileClock } from './report-age.ts'
import type { RunPart } from './run-part.ts'
import type { RunIdentity, RunRecord } from './run-record.ts'

/** What is run, and where its reports are written: the part of the policy that a run needs. */
export interface SuitePlan {
  readonly command: readonly [string, ...string[]]
  /** Globs relative to the top of the repository. */
  readonly reports: readonly string[]
  /** Milliseconds. */
  readonly timeout: number
}

export interface SuiteRunRequest {
  /** Top of the work tree. */
  readonly root: string
  readonly suite: string
  readonly plan: SuitePlan
  readonly commit: CommitId
  readonly part: RunPart
  readonly run: RunIdentity
  /** What {@link RunRecord.tools} is to say. */
  readonly tools: Readonly<Record<string, string>>
  /** Fresh text for every run. */
  readonly nonce: () => string
  readonly clock: Clock
  readonly runProcess: RunProcess
  readonly onOutput?: (chunk: Uint8Array, stream: 'stdout' | 'stderr') => void
  readonly signal?: AbortSignal
}

export interface SuiteRunResult {
  readonly record: RunRecord
  readonly reports: readonly CopiedReport[]
  /** Why the run proves nothing beside its end: not started, or without reports. */
  readonly findings: readonly Finding[]
  /** The last 64 KiB that the command printed, both streams as they came. */
  readonly outputTail: Buffer
}

/**
 * Runs one part of a suite and says what was seen: removes the reports of earlier runs, runs the
 * command with `BULKHEAD_SUITE`, `BULKHEAD_LEG`, `BULKHEAD_SHARD` (`2/4`) and `BULKHEAD_NONCE` in an
 * allow-listed environment, copies the reports that are there afterwards. When one of the patterns matches nothing, or a report is older than the run, the record names no reports at all:
 * half of the reports must not look like all of them.
 *
 * @param copies directory for the copies
 * @throws InputError `test/tracked-report`, `test/limits`; WorldError `git/failed`
 */
export async function runSuite(request: SuiteRunRequest, copies: string): Promise<SuiteRunResult> {
  const { root, plan, clock } = request
  await removeReports({ root, patterns: plan.reports }, request.runProcess)
  const began = await readFileClock(copies)
  const nonce = request.nonce()
  const tail = new OutputTail()
  const startedAt = isoTime(clock)
  const end = await execute(request, nonce, tail)
  const endedAt = isoTime(clock)
  const { reports, findings } = await collect(request, copies, began)
  return {
    record: {
      suite: request.suite,
      leg: request.part.leg,
      shard: request.part.shard,
      commit: request.commit,
      root,
      command: plan.command,
      end,
      timeout: plan.timeout,
      startedAt,
      endedAt,
      nonce,
      run: request.run,
      tools: request.tools,
      reports: reports.map(({ path, digest }) => ({ path, digest })),
    },
    reports,
    findings: [...startFindings(request, end), ...findings],
    outputTail: tail.bytes(),
  }
}

const isoTime = (clock: Clock): string => new Date(clock.now()).toISOString()

async function execute(
  request: SuiteRunRequest,
  nonce: string,
  tail: OutputTail,
): Promise<ProcessEnd> {
  const { root, suite, plan, part, signal } = request
  const outcome = await request.runProcess({
    argv: plan.command,
    cwd: root,
    timeout: plan.timeout,
    env: {
      BULKHEAD_SUITE: suite,
      BULKHEAD_NONCE: nonce,
      BULKHEAD_LEG: part.leg,
      BULKHEAD_SHARD: `${part.shard.index}/${part.shard.of}`,
    },
    ...(signal === undefined ? {} : { signal }),
    onOutput: (chunk, stream) => {
      tail.add(chunk)
      request.onOutput?.(chunk, stream)
    },
  })
  return outcome.end
}

function startFindings({ plan }: SuiteRunRequest, end: ProcessEnd): Finding[] {
  if (end.kind !== 'not-started') return []
  return [remark('test/not-started', plan.command.join(' '), end.reason)]
}

/** Copies all reports or none: half of them must not look like all. */
async function collect(
  { root, plan }: SuiteRunRequest,
  directory: string,
  began: FileTime,
): Promise<{ reports: readonly CopiedReport[]; findings: readonly Finding[] }> {
  const found = await findReports({ root, patterns: plan.reports })
  const paths = [...new Set([...found.values()].flat())].sort()
  const unfit = [
    ...[...found]
      .filter(([, matched]) => matched.length === 0)
      .map(([pattern]) => remark('test/no-report', pattern, 'no report is there after the run')),
    ...(await findStaleReports(root, paths, began)).map((path) =>
      remark('test/stale-report', path, 'it was last written before the run began'),
    ),
  ]
  if (unfit.length > 0) return { reports: [], findings: unfit }
  const reports: CopiedReport[] = []
  const lost: Finding[] = []
  for (const path of paths) {
    const copied = await copyReport(root, path, { directory, number: reports.length + 1 })
    if (copied !== undefined) reports.push(copied)
    else lost.push(remark('test/no-report', path, 'it went away or changed its kind'))
  }
  if (lost.length === 0) return { reports, findings: [] }
  await rm(directory, { recursive: true, force: true })
  return { reports: [], findings: lost }
}
