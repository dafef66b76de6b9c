import { canonicalJson, sha256 } from '@bulkhead/envelope'
import type { CommitId } from '@bulkhead/vocabulary'
import type { HotfixSubject } from './approval.ts'

/**
 * The line by which somebody agrees to a hotfix where they cannot sign: in a review, or beside the
 * approval of an environment. Its digest stands for this repository, environment, hotfix, commit,
 * artifacts and plan; a review alone is of a commit, and an approval of a run is of nothing.
 */
export const agreementLine = (genesis: CommitId, subject: HotfixSubject): string => {
  const { environment, hotfix, commit, plan } = subject
  const artifacts = subject.artifacts.toSorted()
  const digest = sha256(
    canonicalJson({ genesis, environment, hotfix, commit, artifacts: [...artifacts], plan }),
  )
  return `I agree to hotfix ${hotfix} as ${digest}`
}

/** Whether a text from outside has the line, alone on a line of its own: quoted it is nobody's word. */
export const hasAgreement = (text: string, line: string): boolean =>
  text.split('\n').some((one) => one.trim() === line)
