import type { ByteReader, Reading } from '../byte-reader.ts'
import { type JsonRecord, readShape } from '../json-shape.ts'
import { WholeJsonReader } from '../whole-json-reader.ts'
import { CONVERSION, LOG, RUN, TOOL } from './grammar.ts'
import { SarifInvocation, type SarifScan } from './sarif-invocation.ts'
import { SarifResults } from './sarif-result.ts'
import { textAt } from './sarif-value.ts'

const VERSION = '2.1.0'

/**
 * Reads SARIF 2.1.0, as scanners write it, in terms of tests:
 *
 * - Every run is one test: its class is the tool, its name the category of `automationDetails.id`, or
 *   `scan`. It passes when the tool says that it ran well, so that an inventory can require that a
 *   scan took place, and a file without runs has no tests. A run that does not describe its invocation
 *   shows nothing of this; the exit code in the run record does.
 * - Every result that tells of a problem is one more test, named after its rule and line, in its file.
 *   Every level blocks, also `note` and `none`, and so does every `baselineState`: whoever wants less
 *   has the tool report less. `open` and `review` block; `pass` and `informational` are no tests.
 * - A suppressed result, a result that is `notApplicable` and a rule that is switched off are skipped
 *   tests.
 */
export const makeSarifReader = (reading: Reading): ByteReader =>
  new WholeJsonReader(reading, judgeLog)

function judgeLog(value: unknown, reading: Reading): void {
  const { remarks } = reading
  const log = readShape(value, LOG, remarks, '')
  if (log.text('version') !== VERSION)
    remarks.add('test/unknown-attribute', '', `the version is ${log.text('version').slice(0, 80)}`)
  if (log.list('inlineExternalProperties').length > 0)
    remarks.add('test/unknown-element', '', 'parts of its runs stand outside of them')
  for (const [index, run] of log.list('runs').entries())
    new SarifRun(run, `runs[${index}]`, reading).read()
}

class SarifRun {
  readonly #reading: Reading
  readonly #where: string
  readonly #run: JsonRecord
  readonly #tool: string
  readonly #scans: SarifScan[] = []

  constructor(value: unknown, where: string, reading: Reading) {
    this.#reading = reading
    this.#where = where
    this.#run = readShape(value, RUN, reading.remarks, where)
    const tool = readShape(this.#run.value('tool'), TOOL, reading.remarks, `${where}.tool`)
    this.#tool = textAt(tool.value('driver'), 'name')
  }

  read(): void {
    const { ledger, remarks } = this.#reading
    if (this.#tool.trim() === '')
      remarks.add('test/unnamed', this.#where, 'the tool of a run has no name')
    this.#judgeInvocations()
    const failing = this.#readResults()
    const troubles = this.#troubles(failing)
    for (const trouble of troubles) remarks.add('test/suite-error', this.#where, trouble)
    const [detail = ''] = troubles
    const status = troubles.length > 0 ? 'errored' : 'passed'
    ledger.add({ id: this.#idOf(this.#category), status, detail: detail.slice(0, 1000) })
  }

  /** @returns how many results, or rules that are switched off, are no pass */
  #readResults(): number {
    const { ledger, remarks } = this.#reading
    const results = new SarifResults(this.#run, this.#tool, remarks)
    let failing = 0
    for (const [index, value] of this.#run.list('results').entries()) {
      const found = results.read(value, `${this.#where}.results[${index}]`)
      if (found === undefined) continue
      failing += 1
      ledger.add(found)
    }
    for (const rule of this.#scans.flatMap(({ switchedOff }) => switchedOff)) {
      const detail = 'the rule is switched off'
      ledger.add({ id: this.#idOf(rule), status: 'skipped', detail })
    }
    return failing
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
    if (!Array.isArray(this.#run.value('results'))) troubles.push('it has no list of results')
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
