import { type JsonRecord, readShape } from '../json/json-shape.ts'
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

/** A result that tells of a problem, as far as it says what that is. */
export interface SarifFinding {
  readonly status: TestStatus
  readonly suppressed: string
  readonly rule: unknown
  readonly ruleId: string
  readonly ruleIndex: number | undefined
  readonly kind: string
  /** '' where only its rule says it. */
  readonly level: string
  readonly message: string
  /** '' where only the list of artifacts says it. */
  readonly file: string
  readonly artifact: number | undefined
  readonly line: number | undefined
}

/** Whether what stands in front of a result is enough to say what test it makes. */
export const canBeNamed = ({ file, artifact }: SarifFinding, before: JsonRecord): boolean =>
  before.has('tool') && (file !== '' || artifact === undefined || before.has('artifacts'))

/** Reads the results of one run. */
export class SarifResults {
  readonly #run: JsonRecord
  readonly #tool: string
  readonly #rules: SarifDescriptors
  readonly #remarks: Remarks

  /** @param run as far as it is known */
  constructor(run: JsonRecord, remarks: Remarks) {
    this.#run = run
    this.#tool = textAt(run.value('tool'), 'driver', 'name')
    this.#rules = new SarifDescriptors(run.value('tool'), 'rules')
    this.#remarks = remarks
  }

  /**
   * @returns undefined when the result tells of no problem
   * @throws Refusal
   */
  read(value: unknown, where: string): SarifFinding | undefined {
    const result = readShape(value, RESULT, this.#remarks, where)
    const [status, suppressed] = this.#statusOf(result, where)
    if (status === 'passed') return undefined
    const physical = valueAt(result.list('locations'), 0, 'physicalLocation')
    const line = valueAt(physical, 'region', 'startLine')
    const artifact = valueAt(physical, 'artifactLocation', 'index')
    return {
      status,
      suppressed,
      rule: result.value('rule'),
      ruleId: result.text('ruleId'),
      ruleIndex: result.has('ruleIndex') ? result.number('ruleIndex') : undefined,
      kind: result.text('kind') || 'fail',
      level: result.text('level'),
      message: messageText(result.value('message')).slice(0, DETAIL_LENGTH),
      file: textAt(physical, 'artifactLocation', 'uri'),
      artifact: typeof artifact === 'number' ? artifact : undefined,
      line: typeof line === 'number' ? line : undefined,
    }
  }

  /** The test that a finding makes. */
  caseOf(finding: SarifFinding): TestCase {
    const { status, suppressed, kind, line } = finding
    const rule = this.#rules.find(finding.rule, finding.ruleId, finding.ruleIndex)
    const level = finding.level || rule.level || 'warning'
    const words = kind === 'fail' ? level : kind
    const detail = `${words}${suppressed}: ${finding.message}`
    const name = `${rule.id || 'no rule'}${line === undefined ? '' : `:${line}`}`
    return {
      id: { file: this.#fileOf(finding), className: this.#tool, name },
      status,
      detail: detail.slice(0, DETAIL_LENGTH).toWellFormed(),
    }
  }

  #fileOf({ file, artifact }: SarifFinding): string {
    if (file !== '' || artifact === undefined) return file
    return textAt(this.#run.list('artifacts'), artifact, 'location', 'uri')
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

  #unknown(what: string, value: string, where: string): TestStatus {
    this.#remarks.add('test/unknown-status', where, `its ${what} is "${value.slice(0, 80)}"`)
    return 'errored'
  }
}
