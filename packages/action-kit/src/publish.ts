import { ExitCode, type Finding } from '@bulkhead/vocabulary'
import type { ActionHost } from './action-host.ts'
import { findingLines } from './annotations.ts'
import { logLine, workflowCommand } from './commands.ts'
import { outputLines } from './outputs.ts'
import type { SummaryTable } from './html.ts'
import { summaryMarkdown } from './summary.ts'

/** How an action ended, ready to be shown. */
export interface Report {
  readonly outcome: 'passed' | 'blocked' | 'bad-input' | 'world-failed' | 'bug'
  readonly exitCode: ExitCode
  readonly headline: string
  readonly findings: readonly Finding[]
  /** The action's own outputs. */
  readonly outputs: Readonly<Record<string, string>>
  readonly tables: readonly SummaryTable[]
  readonly suites: readonly string[]
  /** Findings are shown and block nothing: the trusted policy only observes. */
  readonly observing: boolean
  /** What is to be said of the machine, beside the judgement. */
  readonly notice?: string | undefined
  /** For the log only: why the world failed, or where our bug is. */
  readonly trace: string | undefined
}

interface Publication {
  readonly name: string
  readonly annotate: boolean
  readonly report: Report
}

/**
 * Shows a report to the log, the outputs and the job summary. @returns the exit code: the report's,
 * or 3 when the outputs could not be written, since a later step would then decide on nothing.
 */
export async function publish(
  { name, annotate, report }: Publication,
  host: ActionHost,
): Promise<ExitCode> {
  for (const line of (report.trace ?? '').split('\n').filter((text) => text !== ''))
    host.writeLine(logLine(line))
  host.writeLine(logLine(`${name}: ${report.headline}`))
  for (const notice of noticesOf(report))
    host.writeLine(workflowCommand('warning', notice, { title: name }))
  const level = report.observing ? 'warning' : 'error'
  for (const line of findingLines(report.findings, { annotate, level })) host.writeLine(line)
  if (report.outcome === 'bug')
    host.writeLine(workflowCommand('error', report.headline, { title: name }))
  await writeSummary(name, report, host)
  return writeOutputs(report, host)
}

const noticesOf = ({ observing, notice }: Report): readonly string[] => [
  ...(observing ? [OBSERVING] : []),
  ...(notice === undefined ? [] : [notice]),
]

/** Said loudly wherever something passes only because the trusted policy observes. */
const OBSERVING = 'MODE observe: what is found here would block, and does not'

const ICONS: Readonly<Record<Report['outcome'], string>> = {
  passed: '✅',
  blocked: '⛔',
  'bad-input': '❗',
  'world-failed': '❗',
  bug: '❗',
}

async function writeOutputs(report: Report, host: ActionHost): Promise<ExitCode> {
  const values = {
    ...report.outputs,
    outcome: report.outcome,
    findings: String(report.findings.length),
  }
  const path = host.env['GITHUB_OUTPUT']
  try {
    if (path === undefined || path === '') throw new Error('GITHUB_OUTPUT is not set')
    await host.appendFile(
      path,
      outputLines(values, () => host.randomId()),
    )
    return report.exitCode
  } catch (cause) {
    const finding = {
      code: 'action/unwritable-output',
      subject: 'GITHUB_OUTPUT',
      message: cause instanceof Error ? cause.message : 'could not be written',
      remedy: 'run the action on a runner that sets GITHUB_OUTPUT to a writable file',
    } as const
    for (const line of findingLines([finding], { annotate: true, level: 'error' }))
      host.writeLine(line)
    return report.exitCode === ExitCode.Passed ? ExitCode.WorldFailed : report.exitCode
  }
}

/** The summary is a courtesy: whatever goes wrong with it, the judgement stands. */
async function writeSummary(name: string, report: Report, host: ActionHost): Promise<void> {
  const path = host.env['GITHUB_STEP_SUMMARY']
  if (path === undefined || path === '') return
  try {
    const { outcome, headline, findings, tables, suites, observing } = report
    await host.appendFile(
      path,
      summaryMarkdown({
        title: `${observing ? '⚠️' : ICONS[outcome]} bulkhead ${name}`,
        lead: { untrusted: headline },
        notice: noticesOf(report).join(' · ') || undefined,
        findings,
        suites,
        tables,
      }),
    )
  } catch (error) {
    host.writeLine(
      logLine(
        `the job summary could not be written: ${error instanceof Error ? error.message : 'unknown reason'}`,
      ),
    )
  }
}
