import type { CaseLedger } from '../case-ledger.ts'
import { worse } from '../outcome-order.ts'
import type { Remarks } from '../remarks.ts'
import { detachText, idLabel } from '../test-identity.ts'
import type { TestId, TestStatus } from '../test-run.ts'

const DETAIL_LENGTH = 1000
const RESULTS: ReadonlyMap<string, TestStatus> = new Map([
  ['success', 'passed'],
  ['failure', 'failed'],
  ['error', 'errored'],
])
/** What the runner reports as tests, although nobody wrote them. A load is of no group. */
const LOAD = /^(?:loading|compiling) /
const HOOK = /\((?:setUpAll|tearDownAll)\)$/

export interface DartTestStart {
  readonly id: TestId
  readonly groups: readonly number[]
  /** Whether its deprecated metadata call it skipped. */
  readonly marked: boolean
}

/** One test of a run, from its start to the end of the report: errors may come after its end. */
export class DartTest {
  readonly id: TestId
  readonly groups: readonly number[]
  readonly #marked: boolean
  readonly #remarks: Remarks
  #status: TestStatus | undefined
  #isHidden = false
  #triedBefore = false
  #saidSkipped = false
  #detail = ''

  /** @param status how it ended already */
  constructor(start: DartTestStart, remarks: Remarks, status?: TestStatus) {
    const { id, groups, marked } = start
    this.#status = status
    this.id = id
    this.groups = groups
    this.#marked = marked
    this.#remarks = remarks
  }

  addMessage(type: string, message: string): void {
    if (type === 'skip') this.#saidSkipped = true
    else if (type !== 'print')
      this.#add('test/unknown-attribute', `a message is of the type ${type.slice(0, 80)}`)
    // The runner prints this when it gives a test another try (`retry`).
    if (message === `Retry: ${this.id.name}`) this.#triedBefore = true
  }

  addError(error: string, isFailure: boolean): void {
    if (this.#detail === '') this.#detail = detachText(error.toWellFormed().slice(0, DETAIL_LENGTH))
    // An error before the end is that of an earlier try when the end says success; one after the end
    // turns a success into a failure (protocol, TestDoneEvent).
    if (this.#status === undefined) this.#triedBefore = true
    else this.#status = worse(this.#status, isFailure ? 'failed' : 'errored')
  }

  end(result: string, hidden: boolean, skipped: boolean): void {
    const status = RESULTS.get(result)
    if (status === undefined)
      this.#add('test/unknown-status', `the result is "${result.slice(0, 80)}"`)
    if (this.#status !== undefined) this.#add('test/incomplete', 'the test ends twice')
    let worst = worse(this.#status ?? 'passed', status ?? 'errored')
    if (skipped || this.#saidSkipped) worst = worse(worst, 'skipped')
    if (this.#triedBefore) worst = worse(worst, 'flaky')
    this.#status = worst
    this.#isHidden = hidden
    this.#judgeMarks(hidden, skipped)
  }

  /** Whether its id is all that there is to remember, unless an error comes late. */
  get isPlainPass(): boolean {
    return this.#status === 'passed' && !this.#isVirtual
  }

  /** @returns how the test ended; undefined when it is virtual and went well, so that nobody counts it */
  settle(ledger: CaseLedger): TestStatus | undefined {
    if (this.#status === undefined) this.#add('test/incomplete', 'the test begins and never ends')
    const status = this.#status ?? 'errored'
    if (this.#isVirtual) return this.#settleVirtual(status, ledger)
    const detail = status === 'passed' ? '' : this.#detail
    ledger.add({ id: this.id, status, detail })
    return status
  }

  get #isVirtual(): boolean {
    const { name } = this.id
    return HOOK.test(name) || (this.groups.length === 0 && LOAD.test(name))
  }

  #settleVirtual(status: TestStatus, ledger: CaseLedger): TestStatus | undefined {
    if (status === 'passed' && this.#isHidden) return undefined
    // A name like that of a hook may be that of a test.
    if (status === 'passed' || status === 'skipped') ledger.add({ id: this.id, status, detail: '' })
    else if (this.#status !== undefined)
      this.#add('test/suite-error', `it ends as ${status}: ${this.#detail.slice(0, 300)}`)
    return status
  }

  #judgeMarks(hidden: boolean, skipped: boolean): void {
    if (this.id.name === '') this.#add('test/unnamed', 'a test has no name')
    if (hidden && !this.#isVirtual)
      this.#add('test/unknown-status', 'the test is hidden, but neither a hook nor a load')
    if (this.#marked && !skipped && this.#status === 'passed')
      this.#add('test/counter-mismatch', 'the test is marked as skipped, but passed')
  }

  #add(code: Parameters<Remarks['add']>[0], message: string): void {
    this.#remarks.add(code, idLabel(this.id).slice(0, 300), message)
  }
}
