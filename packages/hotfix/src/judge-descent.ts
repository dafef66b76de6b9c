import type { HotfixOnRecord } from '@bulkhead/ledger'
import type { CommitId, Finding } from '@bulkhead/vocabulary'

/** A test that a hotfix brought, in a mandatory suite. */
export interface RegressionTest {
  readonly suite: string
  readonly id: string
}

/** How a release stands to one hotfix that is out. */
export interface DescentFact {
  readonly hotfix: Pick<HotfixOnRecord, 'id' | 'commit'>
  /** `ancestor`: it contains the commit; `patch`: it has each of its changes by an equal patch. */
  readonly has: 'ancestor' | 'patch' | 'nothing'
  /** Regression tests of the hotfix that the release does not list in a mandatory suite. */
  readonly unlisted: readonly RegressionTest[]
}

/** Hotfixes that no release may lack: they are out somewhere, closed or not (law 10). A drill fixes nothing. */
export const bindingFixes = (hotfixes: readonly HotfixOnRecord[]): readonly HotfixOnRecord[] =>
  hotfixes.filter(({ drill, reached }) => !drill && reached !== null)

/**
 * Whether a release keeps every fix that is out. That the listed tests pass is the verdict's business:
 * it is PASS only when every listed test of a mandatory suite passed.
 */
export const judgeDescent = (commit: CommitId, facts: readonly DescentFact[]): readonly Finding[] =>
  facts.flatMap(({ hotfix, has, unlisted }): readonly Finding[] => [
    ...(has === 'nothing'
      ? [
          {
            code: 'hotfix/fix-lost' as const,
            subject: commit,
            message: `lacks hotfix ${hotfix.id}, which is out: shipping it would reopen what was fixed`,
            remedy: `merge the hotfix (\`git merge ${hotfix.commit}\`), build and gate again`,
          },
        ]
      : []),
    ...unlisted.map(({ suite, id }): Finding => ({
      code: 'hotfix/regression-test-lost',
      subject: `${suite}: ${id}`,
      message: `is a test of hotfix ${hotfix.id}, and ${commit.slice(0, 12)} does not list it`,
      remedy: 'list it again in the inventory of a mandatory suite: `bulkhead inventory write`',
    })),
  ])

/** What going back to an older release would reopen, by hotfix. */
export const reopenedBy = (
  facts: readonly DescentFact[],
): readonly Pick<HotfixOnRecord, 'id' | 'commit'>[] =>
  facts.filter(({ has }) => has === 'nothing').map(({ hotfix }) => hotfix)
