import type { Digest, Finding } from '@bulkhead/vocabulary'

/** Only `passed` passes. */
export type TestStatus = 'passed' | 'failed' | 'errored' | 'skipped'

/**
 * A test's identity within its suite. Parts are exact NFC text from the report; absent parts are ''.
 */
export interface TestId {
  readonly file: string
  readonly className: string
  readonly name: string
}

export interface TestCase {
  readonly id: TestId
  readonly status: TestStatus
  /** Message of the failure, cut to 1,000 characters; text from outside. */
  readonly detail: string
}

export interface TestCounts {
  readonly tests: number
  readonly passed: number
  readonly failed: number
  readonly errored: number
  readonly skipped: number
}

/** What one report file says. `findings` are about the report itself; failing tests are in `cases`. */
export interface TestReport {
  readonly path: string
  readonly digest: Digest
  readonly bytes: number
  readonly counts: TestCounts
  readonly cases: readonly TestCase[]
  readonly findings: readonly Finding[]
}
