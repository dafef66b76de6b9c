import type { Remarks } from '../remarks.ts'
import type { TestCounts, TestStatus } from '../test-run.ts'

/** What a run says of itself as a whole, to be held against what it lists. */
export class DartTotals {
  readonly #remarks: Remarks
  readonly #expected = new Map<number, number>()
  readonly #seen = new Map<number, number>()
  #suites: number | undefined
  #success: unknown
  #anyFailed = false
  isDone = false

  constructor(remarks: Remarks) {
    this.#remarks = remarks
  }

  expectSuites(count: number): void {
    if (this.#suites !== undefined && this.#suites !== count)
      this.#mismatch(`the number of suites is stated as ${this.#suites} and as ${count}`)
    this.#suites = count
  }

  expectTests(group: number, count: number): void {
    if (this.#expected.has(group)) this.#mismatch(`two groups have the number ${group}`)
    this.#expected.set(group, count)
  }

  end(success: unknown): void {
    this.isDone = true
    this.#success = success
  }

  /** @param status undefined for a hook or a load that went well, which groups do not count */
  addTest(status: TestStatus | undefined, groups: readonly number[]): void {
    if (status === undefined) return
    this.#anyFailed ||= status === 'failed' || status === 'errored'
    for (const group of groups) this.#seen.set(group, (this.#seen.get(group) ?? 0) + 1)
  }

  judge(suites: number, counts: TestCounts): void {
    this.#judgeSuccess()
    // A run that does not pass may stop early, and reports one test for a whole group that it skips.
    if (counts.passed !== counts.tests || this.#anyFailed) return
    if (this.#suites !== undefined && this.#suites !== suites)
      this.#mismatch(`${this.#suites} suites were to run, but ${suites} are listed`)
    for (const [group, expected] of this.#expected) {
      const seen = this.#seen.get(group) ?? 0
      if (seen !== expected)
        this.#mismatch(`group ${group} has ${expected} tests, but ${seen} of it are listed`)
    }
  }

  #judgeSuccess(): void {
    if (!this.isDone)
      this.#remarks.add('test/incomplete', '', 'the event that ends the run is missing')
    else if (this.#success === true && this.#anyFailed)
      this.#mismatch('the run says that it went well, but not all of its tests did')
    else if (this.#success === false && !this.#anyFailed)
      this.#remarks.add('test/suite-error', '', 'the run failed outside of its tests')
    else if (typeof this.#success !== 'boolean')
      this.#remarks.add('test/incomplete', '', 'the run was stopped before all of its tests ended')
  }

  #mismatch(message: string): void {
    this.#remarks.add('test/counter-mismatch', '', message)
  }
}
