import type { CommitsSummary } from '@bulkhead/release'
import type { CommitJudgement, TagVerdict } from '@bulkhead/signatures'
import { type Finding, counted, printable } from '@bulkhead/vocabulary'
import type { CommandResult } from '../command-result.ts'
import { OBSERVING } from '../observing.ts'

/** `EMPTY`: nothing was judged, so nothing was found good either. */
type CommitsOutcome = 'PASS' | 'BLOCK' | 'EMPTY'

/** What a command says of a judged range beside its commits, and of the tag that led to it. */
export function describeCommits(
  summary: CommitsSummary,
  ofCommits: readonly Finding[],
  tag = summary.tag,
): CommandResult {
  const { counts, base, head, mode } = summary
  const ofTag = tag === undefined ? [] : findingsOfTag(tag)
  const findings = [...ofTag, ...summary.findings, ...ofCommits]
  const empty = counts.commits === 0 ? 'EMPTY' : 'PASS'
  const verdict: CommitsOutcome = findings.length > 0 ? 'BLOCK' : empty
  const observing = verdict === 'BLOCK' && mode === 'observe'
  return {
    outcome: verdict === 'BLOCK' && !observing ? 'blocked' : 'passed',
    findings,
    json: { verdict, mode, range: { base, head }, counts, ...(tag && { tag }) },
    text: [
      ...(tag === undefined ? [] : linesOfTag(tag)),
      counts.commits === 0
        ? `${verdict}: the range ${base?.slice(0, 12) ?? 'root'}..${head.slice(0, 12)} is empty: there was nothing to verify`
        : `${verdict}: ${counts.passed} of ${counted(counts.commits, 'commit is', 'commits are')} signed by allowed signers`,
      ...(observing ? [OBSERVING] : []),
    ],
  }
}

export const lineOfCommit = ({ verdict, commit, subject, principal }: CommitJudgement): string =>
  lineOf(verdict, commit, subject, principal)

/** What a command says of a tag that comes to no commit, so that there is no range. */
export function describeTag(tag: TagVerdict): CommandResult {
  const counts = { commits: 0, passed: 0, blocked: 0 }
  return {
    outcome: 'blocked',
    findings: findingsOfTag(tag),
    json: { verdict: 'BLOCK', range: null, counts, tag },
    text: [...linesOfTag(tag), 'BLOCK: the tag comes to no commit that could be judged'],
  }
}

const findingsOfTag = ({ findings, tags }: TagVerdict): readonly Finding[] => [
  ...findings,
  ...tags.flatMap((tag) => tag.findings),
]

const linesOfTag = ({ ref, commit, tags }: TagVerdict): readonly string[] => [
  `${printable(ref, 80)} → ${commit ?? 'no commit'}`,
  ...tags.map(({ verdict, tag, name, principal, format }) => {
    const unsigned = verdict === 'passed' && format === 'none'
    return lineOf(verdict, tag, name, unsigned ? undefined : principal, unsigned)
  }),
]

function lineOf(
  verdict: 'passed' | 'blocked',
  id: string,
  title: string,
  principal: string | undefined,
  unsigned = false,
): string {
  const nobody = unsigned ? 'unsigned, as the policy lets tags be' : NOBODY
  const who = principal === undefined ? nobody : `signed by ${principal}`
  const mark = verdict === 'passed' ? '✓' : '✗'
  return `${mark} ${id.slice(0, 12)} ${printable(title, 60)} (${printable(who, 80)})`
}

const NOBODY = 'nobody whom the trusted ref allows'
