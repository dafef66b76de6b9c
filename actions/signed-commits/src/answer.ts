import type { ActionAnswer } from '@bulkhead/action-kit'
import type { CommitsVerdict } from '@bulkhead/release'
import { counted, printableJson } from '@bulkhead/vocabulary'
import type { action } from './action.ts'

type Tag = NonNullable<CommitsVerdict['tag']>

/** What the action says of a judged range, and of the tag that was pushed with it. */
export function answerOf(
  judgement: CommitsVerdict,
  report: string,
): ActionAnswer<typeof action.outputs> {
  const { base, head, counts, commits, tag } = judgement
  const findings = findingsOf(judgement)
  const empty = counts.commits === 0
  const verdict = verdictOf(judgement)
  const observing = verdict === 'BLOCK' && judgement.mode === 'observe'
  return {
    outcome: verdict === 'BLOCK' && !observing ? 'blocked' : 'passed',
    observing,
    headline: empty
      ? `${verdict}: the range is empty, there was nothing to verify`
      : `${verdict}: ${counts.passed} of ${counted(counts.commits, 'commit is', 'commits are')} signed by allowed signers`,
    findings,
    outputs: {
      verdict,
      commits: String(counts.commits),
      blocked: String(counts.blocked),
      report,
      base: base ?? '',
      head,
    },
    tables: [
      ...(tag === undefined || tag.tags.length === 0 ? [] : [tableOfTags(tag)]),
      ...(empty ? [] : [tableOf(commits)]),
    ],
  }
}

const findingsOf = ({ tag, findings, commits }: CommitsVerdict) => [
  ...(tag?.findings ?? []),
  ...(tag?.tags ?? []).flatMap((one) => one.findings),
  ...findings,
  ...commits.flatMap((commit) => commit.findings),
]

function verdictOf(judgement: CommitsVerdict): 'BLOCK' | 'EMPTY' | 'PASS' {
  if (findingsOf(judgement).length > 0) return 'BLOCK'
  return judgement.counts.commits === 0 ? 'EMPTY' : 'PASS'
}

/** What the output `report` leads to, as `bulkhead verify-commits --json` has it. */
export function reportText(judgement: CommitsVerdict): string {
  const { base, head, ...rest } = judgement
  return printableJson({ verdict: verdictOf(judgement), range: { base, head }, ...rest }, 2)
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
