import type { ActionAnswer } from '@bulkhead/action-kit'
import type { verifyCommits } from '@bulkhead/release'
import type { action } from './action.ts'

type Judgement = Awaited<ReturnType<typeof verifyCommits>>

/** What the action says of a judged range. */
export function answerOf(judgement: Judgement): ActionAnswer<typeof action.outputs> {
  const { base, head, counts, commits } = judgement
  const findings = [...judgement.findings, ...commits.flatMap((commit) => commit.findings)]
  const verdict = findings.length === 0 ? 'PASS' : 'BLOCK'
  return {
    outcome: findings.length === 0 ? 'passed' : 'blocked',
    headline:
      counts.commits === 0
        ? `${verdict}: the range is empty, there was nothing to verify`
        : `${verdict}: ${counts.passed} of ${counts.commits} commits are signed by allowed signers`,
    findings,
    outputs: { verdict, commits: String(counts.commits), base: base ?? '', head },
    tables: commits.length === 0 ? [] : [tableOf(commits)],
  }
}

const tableOf = (commits: Judgement['commits']) => ({
  header: ['', 'Commit', 'Subject', 'Signed by'],
  rows: commits.map((commit) => [
    commit.verdict === 'passed' ? '✓' : '✗',
    { untrusted: commit.commit.slice(0, 12) },
    { untrusted: commit.subject },
    commit.principal === undefined
      ? 'nobody whom the trusted ref allows'
      : { untrusted: commit.principal },
  ]),
})
