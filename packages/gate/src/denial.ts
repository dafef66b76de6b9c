import type { CommitId, Finding } from '@bulkhead/vocabulary'
import type { Denial, DeniedFor, Waiver } from './evidence.ts'
import type { ArtifactBinding } from './verdict.ts'

/** How much of a subject an entry of the ledger holds. */
export const RECORDED_SUBJECT = 200

/**
 * Findings that say only that evidence was not there, was not yet the right one, or that a clone or
 * caller did not show something. What was missing may come. Everything else was seen and denies.
 */
const MAY_COME = new Set([
  'gate/missing-run',
  'gate/missing-report',
  'gate/missing-shard',
  'gate/duplicate-shard',
  'gate/shard-mismatch',
  'gate/wrong-run',
  'gate/wrong-commit',
  'gate/unvouched-run',
  'gate/command-mismatch',
  'gate/unbound-artifact',
  'gate/changed-artifact',
  'gate/not-judged',
  // A run, or the rest of it, may come; the gate may have been asked about the wrong one.
  'github/wrong-run',
  'github/wrong-artifact',
  'github/job-unfinished',
  // GitHub answers alike that there is none, that one may not see it, and that it is late.
  'github/missing-check',
  // An approval may come, for exactly these contents.
  'gate/edited-test-file',
  'gate/policy-loosened',
  'gate/inventory-shrunk',
  // The head of the pull request may be shown.
  'signature/forge-not-a-merge',
  'signature/forge-merge-differs',
  // A denial repeats: it is not a reason of its own.
  'gate/denied-before',
])

/** Whether a finding denies its subject for good, whatever evidence comes later. */
export const deniesForGood = (code: string): boolean =>
  !MAY_COME.has(code) && !code.startsWith('git/')

/**
 * Deny wins: what was blocked once for what was seen stays blocked until commit or artifacts change.
 * Otherwise one would run the tests again and again until they pass.
 */
export function judgeDenials(
  commit: CommitId,
  artifacts: readonly ArtifactBinding[],
  denials: readonly Denial[],
  waivers: readonly Waiver[] = [],
): readonly Finding[] {
  const ours = new Set<string>(artifacts.map(({ digest }) => digest))
  return denials.flatMap((denial): readonly Finding[] => {
    const { index, artifacts: theirs } = denial
    const reasons = standingReasons(denial, waivers)
    const same = theirs.length === 0 || theirs.some(({ digest }) => ours.has(digest))
    if (reasons.length === 0 || !same) return []
    return [
      {
        code: 'gate/denied-before',
        subject: commit,
        message: `was blocked before for ${reasons.slice(0, 5).join(', ')} (entry ${index} of the ledger)`,
        remedy: 'mend the cause in a new commit, and test, build and gate that one',
      },
    ]
  })
}

/** Codes that still deny: a code goes only when every finding that carries it is listed and waived. */
function standingReasons(
  { codes, reasons = [] }: Denial,
  waivers: readonly Waiver[],
): readonly string[] {
  const isWaived = ({ code, subject }: DeniedFor) =>
    waivers.some(
      // One that was cut could be another's.
      ({ code: of, finding }) =>
        of === code && finding === subject && subject.length < RECORDED_SUBJECT,
    )
  return [...new Set(codes.filter(deniesForGood))].filter((code) => {
    const same = reasons.filter((reason) => reason.code === code)
    return same.length === 0 || !same.every(isWaived)
  })
}
