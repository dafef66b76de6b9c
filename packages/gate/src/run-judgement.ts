import { type RunEnd, partLabel } from '@bulkhead/test-reports'
import type { Finding } from '@bulkhead/vocabulary'
import type { RunEvidence } from './evidence.ts'
import { type JudgedSuite, runAgain } from './judged-suite.ts'

type Check = (suite: JudgedSuite, evidence: RunEvidence) => readonly Finding[]

const isOfThisCommit: Check = (suite, { run: { record } }) => {
  if (record.commit === suite.commit && record.suite === suite.name) return []
  return [
    {
      code: 'gate/wrong-commit',
      subject: partLabel(suite.name, record),
      message: `the run record is of suite ${record.suite} at ${record.commit}`,
      remedy: `check out ${suite.commit} and run \`${runAgain(suite.name, record)}\``,
    },
  ]
}

const isThePolicysCommand: Check = (suite, { run: { record } }) => {
  const { command } = suite.policy
  if (JSON.stringify(record.command) === JSON.stringify(command)) return []
  return [
    {
      code: 'gate/command-mismatch',
      subject: partLabel(suite.name, record),
      message: `ran ${JSON.stringify(record.command)}, the trusted policy says ${JSON.stringify(command)}`,
      remedy: `run \`${runAgain(suite.name, record)} -- ${command.join(' ')}\``,
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
const exitedWithZero: Check = (suite, { run: { record } }) => {
  const { end } = record
  if (end.kind === 'exited' && end.code === 0) return []
  return [
    {
      code: 'gate/exit-code',
      subject: partLabel(suite.name, record),
      message: `the command ${describeEnd(end)}, whatever its reports say`,
      remedy: `read its output, mend what failed, run \`${runAgain(suite.name, record)}\``,
    },
  ]
}

const CHECKS = [isOfThisCommit, isThePolicysCommand, exitedWithZero]

/** Every reason to block that the record of one part gives by itself. */
export const judgeRun: Check = (suite, evidence) =>
  CHECKS.flatMap((check) => check(suite, evidence))
