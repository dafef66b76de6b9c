import type { Reading } from '../byte-reader.ts'
import { type JsonRecord, readShape } from '../json/json-shape.ts'
import type { JsonVisitor } from '../json/json-visitor.ts'
import { keptItems, shapedObject } from '../json/shaped-visitors.ts'
import { CONVERSION, RUN, RUN_DETAILS, TOOL } from './grammar.ts'
import { SarifInvocation, type SarifScan } from './sarif-invocation.ts'
import { type SarifFinding, SarifResults, canBeNamed } from './sarif-result.ts'
import { textAt } from './sarif-value.ts'

/** Most failing results that may wait for the tool and the artifacts that name them. */
const MOST_WAITING = 10_000

/** Reads one run. What its results are of may stand behind them. */
export function sarifRun(where: string, reading: Reading): JsonVisitor {
  const { ledger, remarks } = reading
  const waiting: SarifFinding[] = []
  let failing = 0
  const listResults = (before: JsonRecord) => {
    const results = new SarifResults(before, remarks)
    return keptItems(`${where}.results`, (value, place) => {
      const finding = results.read(value, place)
      if (finding === undefined) return
      failing += 1
      if (canBeNamed(finding, before)) ledger.add(results.caseOf(finding))
      else if (waiting.push(finding) > MOST_WAITING)
        throw remarks.refusal('test/limits', where, `${MOST_WAITING} results precede their tool`)
    })
  }
  return shapedObject({
    shape: RUN,
    remarks,
    where,
    within: {
      results: listResults,
      ...Object.fromEntries(RUN_DETAILS.map((key) => [key, () => 'pass-over' as const])),
    },
    done(run) {
      const results = new SarifResults(run, remarks)
      for (const finding of waiting) ledger.add(results.caseOf(finding))
      new SarifRun(run, where, reading).settle(failing)
    },
  })
}

/** Judges a run as a whole, once all of its results are read. */
class SarifRun {
  readonly #reading: Reading
  readonly #where: string
  readonly #run: JsonRecord
  readonly #tool: string
  readonly #scans: SarifScan[] = []

  constructor(run: JsonRecord, where: string, reading: Reading) {
    this.#reading = reading
    this.#where = where
    this.#run = run
    const tool = readShape(run.value('tool'), TOOL, reading.remarks, `${where}.tool`)
    this.#tool = textAt(tool.value('driver'), 'name')
  }

  /** @param failing how many results are no pass */
  settle(failing: number): void {
    const { ledger, remarks } = this.#reading
    if (this.#tool.trim() === '')
      remarks.add('test/unnamed', this.#where, 'the tool of a run has no name')
    this.#judgeInvocations()
    const switchedOff = this.#scans.flatMap((scan) => scan.switchedOff)
    for (const rule of switchedOff)
      ledger.add({ id: this.#idOf(rule), status: 'skipped', detail: 'the rule is switched off' })
    const troubles = this.#troubles(failing + switchedOff.length)
    for (const trouble of troubles) remarks.add('test/suite-error', this.#where, trouble)
    const [detail = ''] = troubles
    const status = troubles.length > 0 ? 'errored' : 'passed'
    ledger.add({ id: this.#idOf(this.#category), status, detail: detail.slice(0, 1000) })
  }

  #judgeInvocations(): void {
    for (const [index, value] of this.#run.list('invocations').entries())
      this.#judgeInvocation(value, `${this.#where}.invocations[${index}]`)
    if (!this.#run.has('conversion')) return
    const where = `${this.#where}.conversion`
    const { remarks } = this.#reading
    const conversion = readShape(this.#run.value('conversion'), CONVERSION, remarks, where)
    if (conversion.has('invocation'))
      this.#judgeInvocation(conversion.value('invocation'), `${where}.invocation`)
  }

  #judgeInvocation(value: unknown, where: string): void {
    const tool = this.#run.value('tool')
    this.#scans.push(new SarifInvocation(value, tool, this.#reading.remarks, where).judge())
  }

  #troubles(failing: number): string[] {
    const troubles = this.#scans.flatMap((scan) => scan.troubles)
    // Section 3.14.23: null or absent where the tool did not get to produce results.
    if (this.#run.value('results') === null || !this.#run.has('results'))
      troubles.push('it has no list of results')
    if (this.#run.has('externalPropertyFileReferences'))
      troubles.push('parts of it are in other files')
    if (failing === 0 && this.#scans.some(({ badExit }) => badExit))
      troubles.push('its exit code is not 0, and no result tells why')
    return troubles
  }

  /** All but what stands behind the last slash, which names a single run (section 3.17.3). */
  get #category(): string {
    const id = textAt(this.#run.value('automationDetails'), 'id')
    return id.slice(0, Math.max(id.lastIndexOf('/'), 0)) || 'scan'
  }

  #idOf(name: string) {
    return { file: '', className: this.#tool, name }
  }
}
