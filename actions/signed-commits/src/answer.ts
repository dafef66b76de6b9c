import type { ActionAnswer } from '@bulkhead/action-kit'
import type { CommitsVerdict } from '@bulkhead/release'
import type { action } from './action.ts'

type Tag = NonNullable<CommitsVerdict['tag']>

/** What the action says of a judged range, and of the tag that was pushed with it. */
export function answerOf(judgement: CommitsVerdict): ActionAnswer<typeof action.outputs> {
  const { base, head, counts, commits, tag } = judgement
  const findings = [
    ...(tag?.findings ?? []),
    ...(tag?.tags ?? []).flatMap((one) => one.findings),
    ...judgement.findings,
    ...commits.flatMap((commit) => commit.findings),
  ]
  const empty = counts.commits === 0
  const verdict = findings.length > 0 ? 'BLOCK' : empty ? 'EMPTY' : 'PASS'
  return {
    outcome: verdict === 'BLOCK' ? 'blocked' : 'passed',
    headline: empty
      ? `${verdict}: the range is empty, there was nothing to verify`
      : `${verdict}: ${counts.passed} of ${counts.commits} commits are signed by allowed signers`,
    findings,
    outputs: {
      verdict,
      commits: String(counts.commits),
      blocked: String(counts.blocked),
      base: base ?? '',
      head,
    },
    tables: [
      ...(tag === undefined || tag.tags.length === 0 ? [] : [tableOfTags(tag)]),
      ...(empty ? [] : [tableOf(commits)]),
    ],
  }
}

const NOBODY = 'nobody whom the trusted ref allows'

const tableOf = (commits: CommitsVerdict['commits']) => ({
  header: ['', 'Commit', 'Subject', 'Committer', 'Signed by'],
  rows: commits.map((commit) => [
    commit.verdict === 'passed' ? '✓' : '✗',
    { untrusted: commit.commit.slice(0, 12) },
    { untrusted: commit.subject },
    { untrusted: commit.committer },
    commit.principal === undefined ? NOBODY : { untrusted: commit.principal },
  ]),
})

const tableOfTags = ({ tags }: Tag) => ({
  header: ['', 'Tag', 'Calls itself', 'Tagger', 'Signed by'],
  rows: tags.map((tag) => [
    tag.verdict === 'passed' ? '✓' : '✗',
    { untrusted: tag.tag.slice(0, 12) },
    { untrusted: tag.name },
    { untrusted: tag.tagger },
    tag.principal === undefined ? NOBODY : { untrusted: tag.principal },
  ]),
})
