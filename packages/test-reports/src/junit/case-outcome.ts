import { worse } from '../outcome-order.ts'
import { detachText } from '../test-identity.ts'
import type { TestStatus } from '../test-run.ts'
import { OUTCOME_OF_ELEMENT, isSwitchedOff, outcomeOfValue } from './outcome.ts'
import type { Tally } from './suite-counters.ts'

const DETAIL_LENGTH = 1000

/** Gathers what the attributes and children of one `testcase` say of its outcome. */
export class CaseOutcome {
  status: TestStatus = 'passed'
  #switchedOff = false
  #failures = 0
  #errors = 0
  #skips = 0
  #flakes = 0
  #detail = ''

  /** An outcome that an attribute states. It counts once beside the elements that say the same. */
  state(status: TestStatus): void {
    this.status = worse(this.status, status)
  }

  /**
   * The value of a `status` or `result`.
   *
   * @returns false when nobody knows what it means: the case must not pass
   */
  stateValue(value: string): boolean {
    const outcome = outcomeOfValue(value)
    this.state(outcome ?? 'errored')
    if (isSwitchedOff(value)) this.#switchedOff = true
    return outcome !== undefined
  }

  /** A child that bears on the outcome. */
  addOutcome(element: string, message: string): void {
    this.status = worse(this.status, OUTCOME_OF_ELEMENT.get(element) ?? 'errored')
    if (element === 'failure') this.#failures += 1
    if (element === 'error') this.#errors += 1
    if (element === 'skipped') this.#skips += 1
    if (element.startsWith('flaky')) this.#flakes += 1
    this.explain(message)
  }

  explain(text: string): void {
    if (text === '' || this.#detail.length >= DETAIL_LENGTH) return
    const more = text.slice(0, DETAIL_LENGTH).trim()
    if (more === '' || this.#detail.includes(more)) return
    const detail = this.#detail === '' ? more : `${this.#detail}\n${more}`
    this.#detail = detail.slice(0, DETAIL_LENGTH).toWellFormed()
  }

  count(tally: Tally): void {
    const failed = this.#failures > 0 || this.status === 'failed'
    const errored = this.#errors > 0 || this.status === 'errored'
    tally.tests += 1
    tally.failureElements += Math.max(this.#failures, failed ? 1 : 0)
    tally.failedCases += failed ? 1 : 0
    tally.errorElements += Math.max(this.#errors, errored ? 1 : 0)
    tally.erroredCases += errored ? 1 : 0
    tally.badCases += failed || errored ? 1 : 0
    tally.skippedCases += this.#skips > 0 || this.status === 'skipped' ? 1 : 0
    tally.switchedOff += this.#switchedOff ? 1 : 0
    tally.flakyCases += this.#flakes > 0 ? 1 : 0
  }

  get detail(): string {
    return this.#detail === '' ? '' : detachText(this.#detail)
  }
}
