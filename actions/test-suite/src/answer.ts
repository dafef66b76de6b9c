import type { ActionAnswer } from '@bulkhead/action-kit'
import type { runSuites } from '@bulkhead/release'
import { counted } from '@bulkhead/vocabulary'
import type { action } from './action.ts'

type Run = Awaited<ReturnType<typeof runSuites>>[number]

/** What the action says of the suites that ran. Whether they suffice is for the gate to say. */
export function answerOf(
  runs: readonly Run[],
  outputs: { readonly commit: string; readonly evidence: string },
): ActionAnswer<typeof action.outputs> {
  const findings = runs.flatMap((run) => run.findings)
  const good = runs.filter((run) => run.findings.length === 0)
  return {
    outcome: findings.length === 0 && runs.length > 0 ? 'passed' : 'blocked',
    headline: `${good.length} of ${counted(runs.length, 'suite')} succeeded; the gate judges the reports`,
    findings,
    outputs,
    tables: [
      {
        header: ['', 'Suite', 'Command', 'Ended', 'Reports'],
        rows: runs.map(({ record, label, findings: found }) => [
          found.length === 0 ? '✓' : '✗',
          { untrusted: label },
          { untrusted: record.command.join(' ') },
          record.end.kind === 'exited' ? `exit code ${record.end.code}` : record.end.kind,
          String(record.reports.length),
        ]),
      },
    ],
  }
}
