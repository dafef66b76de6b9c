import type { CommitId, Finding } from '@bulkhead/vocabulary'
import type { Role } from './principal.ts'

/** What is said of one commit: who signed it, or why it is blocked. */
export interface CommitJudgement {
  readonly commit: CommitId
  /** First line of the message; text from outside. */
  readonly subject: string
  /** Committer's email as the commit states it; text from outside. */
  readonly committer: string
  readonly verdict: 'passed' | 'blocked'
  /** The allowed principal who signed; undefined when blocked before one was found. */
  readonly principal: string | undefined
  /** Theirs; a `forge` is never a person. */
  readonly role: Role | undefined
  /** Of a merge or squash signed by the forge: the version of git that computed its tree again. */
  readonly recomputedBy?: string
  readonly format: 'ssh' | 'openpgp' | 'x509' | 'gitsign' | 'none'
  readonly findings: readonly Finding[]
}

/**
 * Every commit of a range, oldest first. `findings` holds what concerns the range as a whole; what
 * concerns one commit is with that commit. The range is clean only when both are empty.
 */
export interface RangeJudgement {
  readonly base: CommitId | null
  readonly head: CommitId
  readonly counts: { readonly commits: number; readonly passed: number; readonly blocked: number }
  readonly commits: readonly CommitJudgement[]
  readonly findings: readonly Finding[]
}
