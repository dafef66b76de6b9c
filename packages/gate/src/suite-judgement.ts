import type { TestCase } from '@bulkhead/test-reports'
import type { Finding } from '@bulkhead/vocabulary'
import { judgeCases } from './case-judgement.ts'
import type { RunEvidence } from './evidence.ts'
import { judgeInventory } from './inventory-judgement.ts'
import type { JudgedSuite, SuiteUnderJudgement } from './judged-suite.ts'
import { judgeParts, neededLegs } from './part-judgement.ts'
import { judgeReports } from './report-judgement.ts'
import { judgeRun } from './run-judgement.ts'
import { judgeTestFiles } from './test-file-judgement.ts'

const PARTS: readonly ((suite: JudgedSuite) => readonly Finding[])[] = [
  judgeParts,
  (suite) => suite.evidence.runs.flatMap((run) => judgeRun(suite, run)),
  judgeReports,
  judgeCases,
  judgeInventory,
  judgeTestFiles,
]

/** Every reason to block that one suite gives; empty when it proves what it must. */
export function judgeSuite(suite: SuiteUnderJudgement): readonly Finding[] {
  const judged: JudgedSuite = {
    ...suite,
    legs: neededLegs(suite),
    cases: suite.evidence.runs.flatMap(casesOf),
  }
  return PARTS.flatMap((judge) => judge(judged))
}

function casesOf({ run, reports }: RunEvidence): readonly TestCase[] {
  const cases = reports.flatMap((report) => report.cases)
  const { leg } = run.record
  return leg === '' ? cases : cases.map((test) => ({ ...test, id: { ...test.id, leg } }))
}
