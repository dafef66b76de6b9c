import type { RangeJudgement } from '@bulkhead/signatures'
import type { Finding } from '@bulkhead/vocabulary'

/** Everything that is found of a range, as a whole and commit by commit. */
export const findingsOfRange = ({ findings, commits }: RangeJudgement): readonly Finding[] => [
  ...findings,
  ...commits.flatMap((commit) => commit.findings),
]

/** Whoever the commit itself no longer lets sign has signed nothing of what it ships. */
export function judgeOwnSigners(
  range: RangeJudgement,
  ownRange: RangeJudgement | undefined,
): readonly Finding[] {
  if (ownRange === undefined) return []
  const known = new Set(findingsOfRange(range).map(({ code, subject }) => `${code} ${subject}`))
  return findingsOfRange(ownRange)
    .filter(({ code, subject }) => !known.has(`${code} ${subject}`))
    .map((finding) => ({
      ...finding,
      message: `by the signers that this release itself brings: ${finding.message}`,
    }))
}
