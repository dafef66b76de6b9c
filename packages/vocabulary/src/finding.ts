import type { ReasonCode } from './reasons/index.ts'

/**
 * One reason to block (DESIGN §2). `subject` names the thing judged (a commit, a test, a file with
 * line and column), `message` says what is wrong with it, `remedy` the command or edit that mends it.
 * All three may carry text from outside: whoever shows them must escape it.
 */
export interface Finding {
  readonly code: ReasonCode
  readonly subject: string
  readonly message: string
  readonly remedy: string
}

/** Stable order for output: by code, then subject, then message. Same findings, same bytes. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const key = (f: Finding) => `${f.code}\0${f.subject}\0${f.message}`
  return [...findings].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
}
