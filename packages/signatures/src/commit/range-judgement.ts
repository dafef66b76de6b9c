import type { CommitId, Finding } from '@bulkhead/vocabulary'
import type { Role } from '../principal.ts'

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

/** What is said of a range as a whole. */
export interface RangeSummary {
  readonly base: CommitId | null
  readonly head: CommitId
  readonly counts: { readonly commits: number; readonly passed: number; readonly blocked: number }
  /** What concerns the range; what concerns one commit is with that commit. */
  readonly findings: readonly Finding[]
}

/**
 * A range with every commit of it, oldest first. It is clean only when it has no findings and no
 * commit has any.
 */
export interface RangeJudgement extends RangeSummary {
  readonly commits: readonly CommitJudgement[]
}
