import { type TestCase, idKey, idLabel } from '@bulkhead/test-reports'
import type { Finding } from '@bulkhead/vocabulary'
import type { JudgedSuite } from './judged-suite.ts'

/** Every reason to block that single results give: failed, skipped, retried, there twice. */
export const judgeCases = (suite: JudgedSuite): readonly Finding[] => [
  ...nothingFailed(suite),
  ...nothingSkipped(suite),
  ...nothingRetried(suite),
  ...nothingRepeated(suite),
]

const subjectOf = ({ name }: JudgedSuite, test: Pick<TestCase, 'id'>): string =>
  `${name}: ${idLabel(test.id)}`

const nothingFailed = (suite: JudgedSuite): readonly Finding[] =>
  suite.cases
    .filter((test) => test.status === 'failed' || test.status === 'errored')
    .map((test) => ({
      code: 'gate/failed-test',
      subject: subjectOf(suite, test),
      message:
        test.detail === '' ? `the test ${test.status}` : `the test ${test.status}: ${test.detail}`,
      remedy: suite.policy.mandatory
        ? 'mend the code: a mandatory suite is never waived'
        : 'mend the code or the test',
    }))

const nothingSkipped = (suite: JudgedSuite): readonly Finding[] =>
  suite.cases
    .filter((test) => test.status === 'skipped' && suite.policy.mandatory)
    .map((test) => ({
      code: 'gate/skipped-test',
      subject: subjectOf(suite, test),
      message: 'the test was skipped, and the suite is mandatory',
      remedy: 'run the test: take the skip out',
    }))

/** Failed at first, passed when tried again within the run. */
const nothingRetried = (suite: JudgedSuite): readonly Finding[] =>
  suite.cases
    .filter((test) => test.status === 'flaky')
    .map((test) => ({
      code: 'gate/flaky-test',
      subject: subjectOf(suite, test),
      message: 'the test failed at first and passed when it was tried again',
      remedy: 'mend the test or the race in the code; switch retries off',
    }))

/** Two results of one id in one leg, be it in one report, in two, or in two shards. */
function nothingRepeated(suite: JudgedSuite): readonly Finding[] {
  const results = Map.groupBy(suite.cases, (test) => idKey(test.id))
  return [...results.values()].flatMap((same) => {
    const [first] = same
    if (first === undefined || same.length === 1) return []
    const statuses = same.map((test) => test.status).sort()
    return [
      {
        code: 'gate/flaky-test',
        subject: subjectOf(suite, first),
        message: `${same.length} results of one id: ${statuses.join(', ')}`,
        remedy:
          'give each test a name of its own; switch retries off; let each test run in one shard only',
      },
    ]
  })
}
