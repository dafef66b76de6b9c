import type { SuitePolicy } from '@bulkhead/policy'
import {
  type Inventory,
  type RunEnd,
  type TestCase,
  type TestId,
  idLabel,
  diffInventory,
  idKey,
  uniteInventories,
} from '@bulkhead/test-reports'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import { showsRetries } from './blind-format.ts'
import type { SuiteEvidence } from './evidence.ts'

/** One suite as it is judged: its name, what the trusted ref demands of it, what was found. */
export interface SuiteUnderJudgement {
  readonly name: string
  readonly policy: SuitePolicy
  readonly evidence: SuiteEvidence
  readonly commit: CommitId
}

type Check = (suite: SuiteUnderJudgement) => readonly Finding[]

const runAgain = (suite: SuiteUnderJudgement) => `bulkhead test --suite ${suite.name}`

/** The ids that the suite must run: the union of both inventories, so that a head can only add. */
export function requiredTests(suite: string, evidence: SuiteEvidence): readonly TestId[] {
  const lists = [evidence.inventory.trusted, evidence.inventory.head].filter(
    (list): list is Inventory => list !== undefined,
  )
  return uniteInventories(suite, ...lists).tests
}

const isVouchedFor: Check = (suite) =>
  suite.evidence.run !== undefined || suite.evidence.findings.length > 0
    ? suite.evidence.findings
    : [
        {
          code: 'gate/missing-run',
          subject: suite.name,
          message: 'no run record vouches for this suite at this commit',
          remedy: `run \`${runAgain(suite)}\``,
        },
      ]

const isOfThisCommit: Check = (suite) => {
  const run = suite.evidence.run
  if (run === undefined || (run.record.commit === suite.commit && run.record.suite === suite.name))
    return []
  return [
    {
      code: 'gate/wrong-commit',
      subject: suite.name,
      message: `the run record is of suite ${run.record.suite} at ${run.record.commit}`,
      remedy: `check out ${suite.commit} and run \`${runAgain(suite)}\``,
    },
  ]
}

const isThePolicysCommand: Check = (suite) => {
  const command = suite.evidence.run?.record.command
  if (command === undefined || JSON.stringify(command) === JSON.stringify(suite.policy.command))
    return []
  return [
    {
      code: 'gate/command-mismatch',
      subject: suite.name,
      message: `ran ${JSON.stringify(command)}, the trusted policy says ${JSON.stringify(suite.policy.command)}`,
      remedy: `run \`${runAgain(suite)} -- ${suite.policy.command.join(' ')}\``,
    },
  ]
}

function describeEnd(end: RunEnd): string {
  switch (end.kind) {
    case 'exited':
      return `exited with ${end.code}`
    case 'signalled':
      return `was ended by ${end.signal}`
    case 'not-started':
      return `could not be started: ${end.reason}`
    case 'timed-out':
      return 'ran longer than the policy allows'
    case 'output-limit':
      return 'printed more than is kept'
    case 'cancelled':
      return 'was cancelled'
  }
}

/** Two leading runners exit 1 and write all-green reports, so the exit code decides beside them. */
const exitedWithZero: Check = (suite) => {
  const end = suite.evidence.run?.record.end
  if (end === undefined || (end.kind === 'exited' && end.code === 0)) return []
  return [
    {
      code: 'gate/exit-code',
      subject: suite.name,
      message: `the command ${describeEnd(end)}, whatever its reports say`,
      remedy: `read its output, mend what failed, run \`${runAgain(suite)}\``,
    },
  ]
}

const hasExactlyItsReports: Check = (suite) => {
  const run = suite.evidence.run
  if (run === undefined) return []
  const vouched = run.record.reports.map((report) => report.digest)
  const found = suite.evidence.reports.map((report) => report.digest)
  const absent = run.record.reports.filter((report) => !found.includes(report.digest))
  const foreign = suite.evidence.reports.filter((report) => !vouched.includes(report.digest))
  const repeated = suite.evidence.reports.filter(
    (report, index) => found.indexOf(report.digest) !== index,
  )
  const finding = (
    code: 'gate/missing-report' | 'gate/changed-report' | 'gate/duplicate-report',
    path: string,
    message: string,
  ): Finding => ({
    code,
    subject: `${suite.name}: ${path}`,
    message,
    remedy: `run \`${runAgain(suite)}\``,
  })
  return [
    ...(vouched.length === 0
      ? [finding('gate/missing-report', suite.policy.reports.join(', '), 'the run wrote no report')]
      : []),
    ...absent.map((report) =>
      finding(
        'gate/missing-report',
        report.path,
        'the run record names this report, and it is not there',
      ),
    ),
    ...foreign.map((report) =>
      finding('gate/changed-report', report.path, 'the run record does not vouch for these bytes'),
    ),
    ...repeated.map((report) =>
      finding('gate/duplicate-report', report.path, 'the same bytes are there twice'),
    ),
  ]
}

const reportsAreSound: Check = (suite) =>
  suite.evidence.reports.flatMap((report) => report.findings)

const casesOf = (suite: SuiteUnderJudgement): readonly TestCase[] =>
  suite.evidence.reports.flatMap((report) => report.cases)

const ranSomething: Check = (suite) =>
  suite.evidence.reports.length === 0 || casesOf(suite).length > 0
    ? []
    : [
        {
          code: 'gate/no-tests',
          subject: suite.name,
          message: 'the reports list no tests',
          remedy: `check the command and its filters, then run \`${runAgain(suite)}\``,
        },
      ]

const nothingFailed: Check = (suite) =>
  casesOf(suite)
    .filter((test) => test.status === 'failed' || test.status === 'errored')
    .map((test) => ({
      code: 'gate/failed-test',
      subject: `${suite.name}: ${idLabel(test.id)}`,
      message:
        test.detail === '' ? `the test ${test.status}` : `the test ${test.status}: ${test.detail}`,
      remedy: suite.policy.mandatory
        ? 'mend the code: a mandatory suite is never waived'
        : 'mend the code or the test',
    }))

const nothingSkipped: Check = (suite) =>
  casesOf(suite)
    .filter((test) => test.status === 'skipped' && suite.policy.mandatory)
    .map((test) => ({
      code: 'gate/skipped-test',
      subject: `${suite.name}: ${idLabel(test.id)}`,
      message: 'the test was skipped, and the suite is mandatory',
      remedy: 'run the test: take the skip out',
    }))

const nothingIsFlaky: Check = (suite) => [...retriedTests(suite), ...repeatedTests(suite)]

/** Failed at first, passed when tried again within the run. */
const retriedTests: Check = (suite) =>
  casesOf(suite)
    .filter((test) => test.status === 'flaky')
    .map((test) => ({
      code: 'gate/flaky-test',
      subject: `${suite.name}: ${idLabel(test.id)}`,
      message: 'the test failed at first and passed when it was tried again',
      remedy: 'mend the test or the race in the code; switch retries off',
    }))

const repeatedTests: Check = (suite) => {
  const counts = Map.groupBy(casesOf(suite), (test) => idKey(test.id))
  return [...counts.values()]
    .filter((results) => results.length > 1)
    .map((results) => ({
      code: 'gate/flaky-test',
      subject: `${suite.name}: ${results[0] === undefined ? '' : idLabel(results[0].id)}`,
      message: `${results.length} results of one id: ${results
        .map((test) => test.status)
        .sort()
        .join(', ')}`,
      remedy: 'give each test a name of its own; switch retries off',
    }))
}

const ranItsInventory: Check = (suite) => {
  // Without a run every test is missing; that nobody vouches for a run blocks already, and says it once.
  if (!suite.policy.mandatory || suite.evidence.run === undefined) return []
  const required = requiredTests(suite.name, suite.evidence)
  const update = `bulkhead inventory update --suite ${suite.name}`
  if (required.length === 0) {
    return [
      {
        code: 'gate/missing-inventory',
        subject: suite.policy.inventory ?? suite.name,
        message: `the mandatory suite ${suite.name} has no inventory, neither on the trusted ref nor here`,
        remedy: `run \`${update}\` and commit the file`,
      },
    ]
  }
  const difference = diffInventory(
    required,
    casesOf(suite).map((test) => test.id),
  )
  return [
    ...difference.missing.map((id): Finding => ({
      code: 'gate/missing-test',
      subject: `${suite.name}: ${idLabel(id)}`,
      message: 'the inventory requires this test, and it did not run',
      remedy: 'bring the test back; removing one needs an approved amendment',
    })),
    ...difference.unlisted.map((id): Finding => ({
      code: 'gate/unlisted-test',
      subject: `${suite.name}: ${idLabel(id)}`,
      message: 'this test ran, and the inventory does not list it',
      remedy: `run \`${update}\` and commit the file`,
    })),
  ]
}

const CHECKS: readonly Check[] = [
  isVouchedFor,
  isOfThisCommit,
  isThePolicysCommand,
  exitedWithZero,
  hasExactlyItsReports,
  reportsAreSound,
  ranSomething,
  nothingFailed,
  nothingSkipped,
  nothingIsFlaky,
  showsRetries,
  ranItsInventory,
]

/** Every reason to block that one suite gives; empty when it proves what it must. */
export const judgeSuite = (suite: SuiteUnderJudgement): readonly Finding[] =>
  CHECKS.flatMap((check) => check(suite))
