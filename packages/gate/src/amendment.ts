import type { FileState } from './evidence.ts'
import type { SuiteUnderJudgement } from './judged-suite.ts'

type Suite = Pick<SuiteUnderJudgement, 'name' | 'evidence'>

/** `approved` by somebody who had no hand in it, approved by its own editors only, or by nobody. */
export type Approval = 'approved' | 'own' | 'none'

/** People write one address in several ways; letter case makes nobody another person. */
const person = (name: string): string => name.normalize('NFKC').trim().toLowerCase()

/**
 * Whether somebody, by every name that they are known under, is none of the people who made a change.
 * Where it is not known who made it, nobody can be somebody else.
 */
export function isSomebodyElse(names: readonly string[], makers: readonly string[]): boolean {
  const known = new Set(makers.map(person))
  const theirs = names.map(person).filter((name) => name !== '')
  return known.size > 0 && theirs.length > 0 && theirs.every((name) => !known.has(name))
}

/** Whether the change of a file has an amendment for exactly these two contents, by somebody else. */
export function approvalOf({ name, evidence }: Suite, file: FileState): Approval {
  const fitting = evidence.amendments.filter(
    ({ suite, path, oldDigest, newDigest }) =>
      suite === name && path === file.path && oldDigest === file.trusted && newDigest === file.head,
  )
  if (fitting.length === 0) return 'none'
  return fitting.some(({ approver }) => isSomebodyElse(approver, file.editors)) ? 'approved' : 'own'
}

/** Whether this file changed and its change is approved. */
export function isFileApproved(suite: Suite, path: string): boolean {
  const file = suite.evidence.files.find((state) => state.path === path)
  return file !== undefined && file.trusted !== file.head && approvalOf(suite, file) === 'approved'
}
