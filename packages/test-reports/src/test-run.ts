import type { Digest, Finding } from '@bulkhead/vocabulary'

/**
 * Only `passed` passes. `flaky` failed at first and passed when the runner tried it again within the
 * same run, as far as its report says so.
 */
export type TestStatus = 'passed' | 'failed' | 'errored' | 'skipped' | 'flaky'

/**
 * A test's identity within its suite: exact text from the report, never normalised; absent parts are
 * ''. Whoever compares ids uses `idKey`.
 */
export interface TestId {
  readonly file: string
  readonly className: string
  readonly name: string
  /**
   * The leg of the matrix that ran it. Reports never say it: it comes from the run record, and is
   * absent in a suite without legs.
   */
  readonly leg?: string
}

export interface TestCase {
  readonly id: TestId
  readonly status: TestStatus
  /** Message of the failure, cut to 1,000 characters; text from outside. */
  readonly detail: string
}

/** How many cases ended how. `tests` is the sum of the others. */
export interface TestCounts {
  readonly tests: number
  readonly passed: number
  readonly failed: number
  readonly errored: number
  readonly skipped: number
  readonly flaky: number
}

/** What one report file says, without its cases. `findings` are about the report itself. */
export interface ReportSummary {
  readonly path: string
  /** SHA-256 of the bytes that were read; of all of them unless a limit stopped the reading. */
  readonly digest: Digest
  readonly bytes: number
  readonly counts: TestCounts
  /** Ids that this report lists more than once, each named once; at most 1,000 of them. */
  readonly duplicates: readonly TestId[]
  readonly findings: readonly Finding[]
}

/** What one report file says. Failing tests are in `cases`, one entry for each result. */
export interface TestReport extends ReportSummary {
  readonly cases: readonly TestCase[]
}
