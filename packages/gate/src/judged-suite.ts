import type { SuitePolicy } from '@bulkhead/policy'
import { type RunIdentity, type TestCase, partOptions } from '@bulkhead/test-reports'
import type { CommitId } from '@bulkhead/vocabulary'
import type { SuiteEvidence } from './evidence.ts'

/** One suite as it is judged: its name, what the trusted ref demands of it, what was found. */
export interface SuiteUnderJudgement {
  readonly name: string
  readonly policy: SuitePolicy
  readonly evidence: SuiteEvidence
  readonly commit: CommitId
  /** The run that the evidence must be of, where the caller knows it. */
  readonly run?: RunIdentity | undefined
}

/** A suite with what several judgements need of it. */
export interface JudgedSuite extends SuiteUnderJudgement {
  /** Every leg that must have run; [''] for a suite without legs. */
  readonly legs: readonly string[]
  /** The cases of all parts together, each id with its leg. */
  readonly cases: readonly TestCase[]
}

/** The command that runs one part of the suite again, or the suite when no part is named. */
export const runAgain = (name: string, part?: Parameters<typeof partOptions>[1]): string =>
  `bulkhead test ${part === undefined ? `--suite ${name}` : partOptions(name, part)}`
