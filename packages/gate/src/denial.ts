import type { CommitId, Digest, Finding } from '@bulkhead/vocabulary'
import type { ArtifactBinding } from './verdict.ts'

/** A BLOCK about a commit that is on the ledger of the environment. */
export interface Denial {
  /** Index of its entry. */
  readonly index: number
  readonly artifacts: readonly { readonly digest: Digest }[]
  /** Codes of its findings; those that deny for good come first. */
  readonly codes: readonly string[]
}

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
  // An approval may come, for exactly these contents.
  'gate/edited-test-file',
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
): readonly Finding[] {
  const ours = new Set<string>(artifacts.map(({ digest }) => digest))
  return denials.flatMap(({ index, artifacts: theirs, codes }): readonly Finding[] => {
    const reasons = [...new Set(codes.filter(deniesForGood))]
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
