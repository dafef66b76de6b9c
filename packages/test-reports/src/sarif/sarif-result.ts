import { type JsonRecord, readShape } from '../json-shape.ts'
import { worse } from '../outcome-order.ts'
import type { Remarks } from '../remarks.ts'
import type { TestCase, TestStatus } from '../test-run.ts'
import { LEVELS, RESULT, SUPPRESSION } from './grammar.ts'
import { SarifDescriptors } from './sarif-descriptors.ts'
import { messageText, textAt, valueAt } from './sarif-value.ts'

const DETAIL_LENGTH = 1000
/** Section 3.27.9. What was not evaluated, or is left to people, is no pass. */
const KINDS: ReadonlyMap<string, TestStatus> = new Map([
  ['pass', 'passed'],
  ['informational', 'passed'],
  ['notApplicable', 'skipped'],
  ['fail', 'failed'],
  ['open', 'errored'],
  ['review', 'errored'],
])
const BASELINE_STATES = ['new', 'unchanged', 'updated', 'absent']

/** Reads the results of one run. */
export class SarifResults {
  readonly #run: JsonRecord
  readonly #tool: string
  readonly #rules: SarifDescriptors
  readonly #remarks: Remarks

  constructor(run: JsonRecord, tool: string, remarks: Remarks) {
    this.#run = run
    this.#tool = tool
    this.#rules = new SarifDescriptors(run.value('tool'), 'rules')
    this.#remarks = remarks
  }

  /**
   * @returns the test that a result makes; undefined when it tells of no problem
   * @throws Refusal
   */
  read(value: unknown, where: string): TestCase | undefined {
    const result = readShape(value, RESULT, this.#remarks, where)
    const [status, suppressed] = this.#statusOf(result, where)
    if (status === 'passed') return undefined
    const index = result.has('ruleIndex') ? result.number('ruleIndex') : undefined
    const rule = this.#rules.find(result.value('rule'), result.text('ruleId'), index)
    const level = result.text('level') || rule.level || 'warning'
    const kind = result.text('kind') || 'fail'
    const words = kind === 'fail' ? level : kind
    const detail = `${words}${suppressed}: ${messageText(result.value('message'))}`
    const { file, line } = this.#placeOf(result)
    const name = `${rule.id || 'no rule'}${line === undefined ? '' : `:${line}`}`
    return {
      id: { file, className: this.#tool, name },
      status,
      detail: detail.slice(0, DETAIL_LENGTH).toWellFormed(),
    }
  }

  #statusOf(result: JsonRecord, where: string): readonly [TestStatus, string] {
    const kind = result.has('kind') ? result.text('kind') : 'fail'
    let status = KINDS.get(kind) ?? this.#unknown('kind', kind, where)
    const level = result.text('level')
    if (result.has('level') && !LEVELS.includes(level))
      status = worse(status, this.#unknown('level', level, where))
    // Section 3.27.10: what is no failure has the level none, said or not.
    if (kind !== 'fail' && result.has('level') && level !== 'none') {
      this.#remarks.add('test/counter-mismatch', where, `its kind is ${kind}, its level ${level}`)
      status = worse(status, 'failed')
    }
    const baseline = result.text('baselineState')
    if (result.has('baselineState') && !BASELINE_STATES.includes(baseline))
      status = worse(status, this.#unknown('baselineState', baseline, where))
    return this.#suppress(result, status, where)
  }

  /**
   * A result is suppressed when it has suppressions and all of them are accepted (section 3.27.23).
   * That makes a failure a skipped test, and nothing a passed one.
   */
  #suppress(result: JsonRecord, status: TestStatus, where: string): readonly [TestStatus, string] {
    const suppressions = result.list('suppressions').map((value, index) => {
      const place = `${where}.suppressions[${index}]`
      return readShape(value, SUPPRESSION, this.#remarks, place)
    })
    const [first] = suppressions
    if (first === undefined) return [status, '']
    for (const one of suppressions) {
      const stated = one.has('status') ? one.text('status') : 'accepted'
      if (!['accepted', 'underReview', 'rejected'].includes(stated))
        return [worse(status, this.#unknown('suppression status', stated, where)), '']
      if (stated !== 'accepted') return [worse(status, 'skipped'), `, its suppression is ${stated}`]
    }
    const why = `, suppressed (${first.text('kind')}) ${first.text('justification')}`.trimEnd()
    return [status === 'failed' || status === 'passed' ? 'skipped' : status, why]
  }

  #placeOf(result: JsonRecord): { readonly file: string; readonly line: number | undefined } {
    const physical = valueAt(result.list('locations'), 0, 'physicalLocation')
    const index = valueAt(physical, 'artifactLocation', 'index')
    const file =
      textAt(physical, 'artifactLocation', 'uri') ||
      (typeof index === 'number'
        ? textAt(this.#run.list('artifacts'), index, 'location', 'uri')
        : '')
    const line = valueAt(physical, 'region', 'startLine')
    return { file, line: typeof line === 'number' ? line : undefined }
  }

  #unknown(what: string, value: string, where: string): TestStatus {
    this.#remarks.add('test/unknown-status', where, `its ${what} is "${value.slice(0, 80)}"`)
    return 'errored'
  }
}
