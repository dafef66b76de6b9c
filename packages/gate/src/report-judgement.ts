import { partLabel } from '@bulkhead/test-reports'
import type { Finding } from '@bulkhead/vocabulary'
import type { RunEvidence, SuiteEvidence } from './evidence.ts'
import { type JudgedSuite, runAgain } from './judged-suite.ts'

/** Every reason to block that reports give as files: absent, foreign, there twice, unsound, empty. */
export const judgeReports = (suite: JudgedSuite): readonly Finding[] => [
  ...suite.evidence.runs.flatMap((evidence) => hasExactlyItsReports(suite, evidence)),
  ...noReportTwice(suite),
  ...suite.evidence.runs.flatMap(({ reports }) => reports.flatMap((report) => report.findings)),
  ...ranSomething(suite),
]

function hasExactlyItsReports(
  suite: JudgedSuite,
  { run: { record }, reports }: RunEvidence,
): readonly Finding[] {
  const vouched = new Set(record.reports.map((report) => report.digest))
  const found = new Set(reports.map((report) => report.digest))
  const finding = (
    code: 'gate/missing-report' | 'gate/changed-report',
    path: string,
    message: string,
  ): Finding => ({
    code,
    subject: `${partLabel(suite.name, record)}: ${path}`,
    message,
    remedy: `run \`${runAgain(suite.name, record)}\``,
  })
  return [
    ...(vouched.size === 0
      ? [finding('gate/missing-report', suite.policy.reports.join(', '), 'the run wrote no report')]
      : []),
    ...record.reports
      .filter((report) => !found.has(report.digest))
      .map(({ path }) =>
        finding(
          'gate/missing-report',
          path,
          'the run record names this report, and it is not there',
        ),
      ),
    ...reports
      .filter((report) => !vouched.has(report.digest))
      .map(({ path }) =>
        finding('gate/changed-report', path, 'the run record does not vouch for these bytes'),
      ),
  ]
}

/**
 * The same bytes under two paths, in two shards or in two legs are one report: counted twice, a copy
 * would stand for tests that never ran.
 */
function noReportTwice(suite: JudgedSuite): readonly Finding[] {
  const kept = suite.evidence.runs.flatMap(({ run, reports }) =>
    reports.map(({ digest, path }) => ({
      digest,
      place: `${partLabel(suite.name, run.record)}: ${path}`,
    })),
  )
  const named = suite.evidence.runs.flatMap(({ run: { record } }) =>
    record.reports.map(({ digest, path }) => ({
      digest,
      place: `${partLabel(suite.name, record)}: ${path}`,
    })),
  )
  const repeated = new Map(
    [kept, named].flatMap((reports) =>
      [...Map.groupBy(reports, ({ digest }) => digest)].filter(([, same]) => same.length > 1),
    ),
  )
  return [...repeated.values()].map((same) => {
    const places = same.map(({ place }) => place).sort()
    return {
      code: 'gate/duplicate-report' as const,
      subject: places[0] ?? suite.name,
      message: `the same bytes are there ${places.length} times: ${places.slice(0, 5).join(', ')}`,
      remedy:
        'remove the copy; where two honest runs write the same bytes, have the runner write times or names into them',
    }
  })
}

/** One report counts for one suite: what two suites show alike was run for one of them at most. */
export function judgeSharedReports(
  suites: Readonly<Record<string, SuiteEvidence>>,
): readonly Finding[] {
  const owners = new Map<string, Set<string>>()
  for (const [name, { runs }] of Object.entries(suites))
    for (const { digest } of runs.flatMap(({ reports }) => reports))
      owners.set(digest, (owners.get(digest) ?? new Set()).add(name))
  return [...owners].flatMap(([digest, names]) =>
    names.size < 2
      ? []
      : [
          {
            code: 'gate/duplicate-report' as const,
            subject: [...names].sort().join(', '),
            message: `these suites show the same report, ${digest}`,
            remedy: 'run each suite for itself, with reports of its own',
          },
        ],
  )
}

function ranSomething({ name, evidence, cases }: JudgedSuite): readonly Finding[] {
  if (cases.length > 0 || evidence.runs.every(({ reports }) => reports.length === 0)) return []
  return [
    {
      code: 'gate/no-tests',
      subject: name,
      message: 'the reports list no tests',
      remedy: `check the command and its filters, then run \`${runAgain(name)}\``,
    },
  ]
}
