import { worse } from '../outcome-order.ts'
import type { TestStatus } from '../test-run.ts'
import { detachText } from '../test-identity.ts'

const DETAIL_LENGTH = 1000

/** Outcomes of the schema, exact to the letter case. Only one of them is a pass. */
const OUTCOMES: ReadonlyMap<string, TestStatus> = new Map([
  ['Passed', 'passed'],
  ['Failed', 'failed'],
  ['Timeout', 'failed'],
  ['Aborted', 'failed'],
  ['Warning', 'failed'],
  ['PassedButRunAborted', 'failed'],
  ['Error', 'errored'],
  ['Disconnected', 'errored'],
  ['Completed', 'errored'],
  ['InProgress', 'errored'],
  ['Inconclusive', 'skipped'],
  ['NotExecuted', 'skipped'],
  ['NotRunnable', 'skipped'],
  ['Pending', 'skipped'],
])

/** One `UnitTestResult`. */
export class TrxResult {
  readonly testId: string
  readonly executionId: string
  readonly name: string
  readonly outcome: string
  /** Undefined outcomes of the schema are unknown. */
  readonly isKnown: boolean
  status: TestStatus
  detail = ''

  constructor(attributes: ReadonlyMap<string, string>) {
    this.testId = detachText(attributes.get('testId') ?? '')
    this.executionId = detachText(attributes.get('executionId') ?? '')
    this.name = detachText(attributes.get('testName') ?? '')
    this.outcome = detachText(attributes.get('outcome') ?? '')
    const status = OUTCOMES.get(this.outcome)
    this.isKnown = status !== undefined
    this.status = status ?? 'errored'
  }

  worsen(status: TestStatus): void {
    this.status = worse(this.status, status)
  }

  /** A test that passed has no error; one that was skipped tells its reason by one. */
  addError(): void {
    if (this.status === 'passed') this.status = 'failed'
  }

  explain(text: string): void {
    if (this.detail.length < DETAIL_LENGTH)
      this.detail = detachText((this.detail + text).slice(0, DETAIL_LENGTH).toWellFormed())
  }
}
