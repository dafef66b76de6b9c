import type { FileState } from './evidence.ts'
import type { SuiteUnderJudgement } from './judged-suite.ts'

type Suite = Pick<SuiteUnderJudgement, 'name' | 'evidence'>

/** `approved` by somebody who had no hand in it, approved by its own editors only, or by nobody. */
export type Approval = 'approved' | 'own' | 'none'

/** People write one address in several ways; letter case makes nobody another person. */
const person = (name: string): string => name.normalize('NFKC').trim().toLowerCase()

/**
 * Whether the change of a file has an amendment for exactly these two contents, by somebody other
 * than its editors. Where it is not known who edited it, nobody can be somebody else.
 */
export function approvalOf({ name, evidence }: Suite, file: FileState): Approval {
  const fitting = evidence.amendments.filter(
    ({ suite, path, oldDigest, newDigest }) =>
      suite === name && path === file.path && oldDigest === file.trusted && newDigest === file.head,
  )
  if (fitting.length === 0) return 'none'
  const editors = new Set(file.editors.map(person))
  const approvers = fitting.flatMap((amendment) => amendment.approvers.map(person))
  const isOther = (approver: string) => approver !== '' && !editors.has(approver)
  return editors.size > 0 && approvers.some(isOther) ? 'approved' : 'own'
}

/** Whether this file changed and its change is approved. */
export function isFileApproved(suite: Suite, path: string): boolean {
  const file = suite.evidence.files.find((state) => state.path === path)
  return file !== undefined && file.trusted !== file.head && approvalOf(suite, file) === 'approved'
}
