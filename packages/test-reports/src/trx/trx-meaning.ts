import type { Reading } from '../byte-reader.ts'
import { detachText } from '../test-identity.ts'
import type { XmlMeaning } from '../xml-grammar.ts'
import { NAMESPACE } from './grammar.ts'
import { TrxResult } from './trx-result.ts'
import { trxContradictions } from './trx-summary.ts'

type Attributes = ReadonlyMap<string, string>

/** Outcomes of a run or of a message of the runner with which nothing is wrong. */
const HARMLESS = new Set(['Completed', 'Passed'])

/** Gathers the results of one TRX file; the classes of the tests stand behind them. */
export class TrxMeaning implements XmlMeaning {
  readonly #reading: Reading
  readonly #results: TrxResult[] = []
  readonly #inner: TrxResult[] = []
  readonly #open: TrxResult[] = []
  /** Class of each test by its id. */
  readonly #classes = new Map<string, string>()
  readonly #entries = new Set<string>()
  #definition = ''
  #counters: Attributes | undefined
  #summary: string | undefined
  #runInfo: string | undefined

  constructor(reading: Reading) {
    this.#reading = reading
  }

  begin(name: string, attributes: Attributes): void {
    const of = (attribute: string) => attributes.get(attribute) ?? ''
    if (name === 'TestRun') this.#judgeNamespace(of('xmlns'))
    else if (name === 'UnitTestResult') this.#beginResult(attributes)
    else if (name === 'ErrorInfo') this.#open.at(-1)?.addError()
    else if (name === 'UnitTest') this.#define(of('id'), '')
    else if (name === 'TestMethod') this.#define(this.#definition, of('className'))
    else if (name === 'TestEntry') this.#entries.add(detachText(of('executionId')))
    else if (name === 'RunInfo') this.#beginRunInfo(of('outcome'))
    else this.#beginSummary(name, attributes)
  }

  end(name: string): void {
    if (name === 'UnitTestResult') this.#endResult()
    else if (name === 'RunInfo' && this.#runInfo !== undefined) {
      this.#add('test/suite-error', this.#runInfo.slice(0, 1000))
      this.#runInfo = undefined
    } else if (name === 'TestRun') this.#finish()
  }

  text(parent: string, text: string): void {
    if (parent === 'Message') this.#open.at(-1)?.explain(text)
    else if (this.#runInfo !== undefined && this.#runInfo.length < 1000)
      this.#runInfo += text.slice(0, 1000)
  }

  place(): string {
    return this.#open.at(-1)?.name ?? ''
  }

  #judgeNamespace(namespace: string): void {
    if (namespace !== NAMESPACE)
      this.#add('test/unknown-attribute', `TestRun has xmlns="${namespace.slice(0, 80)}"`)
  }

  #beginResult(attributes: Attributes): void {
    const { limits, remarks } = this.#reading
    if (this.#results.length + this.#inner.length >= limits.cases)
      throw remarks.refusal('test/too-many-tests', '', `it lists more than ${limits.cases} results`)
    const result = new TrxResult(attributes)
    if (this.#open.length === 0) this.#results.push(result)
    else this.#inner.push(result)
    this.#open.push(result)
    if (!result.isKnown)
      this.#add('test/unknown-status', `outcome="${result.outcome.slice(0, 80)}"`)
  }

  /** A test whose data row fails has failed. */
  #endResult(): void {
    const ended = this.#open.pop()
    if (ended) this.#open.at(-1)?.worsen(ended.status)
  }

  #define(id: string, className: string): void {
    this.#definition = detachText(id)
    const known = this.#classes.get(this.#definition)
    if (known && className && known !== className)
      this.#add('test/counter-mismatch', `two tests have the id ${id.slice(0, 80)}`)
    if (!known) this.#classes.set(this.#definition, detachText(className))
  }

  #beginRunInfo(outcome: string): void {
    this.#runInfo = HARMLESS.has(outcome) ? undefined : `${outcome.slice(0, 80)}: `
  }

  #beginSummary(name: string, attributes: Attributes): void {
    if (name === 'Counters') {
      if (this.#counters) this.#add('test/counter-mismatch', 'there are two sets of counters')
      this.#counters = new Map(attributes)
    } else if (name === 'ResultSummary') {
      if (this.#summary !== undefined) this.#add('test/counter-mismatch', 'there are two summaries')
      this.#summary = attributes.get('outcome') ?? ''
    }
  }

  #finish(): void {
    for (const result of this.#results) this.#list(result)
    this.#judgeSummary()
    if (!this.#counters) this.#add('test/incomplete', 'the counters are missing')
    const all = trxContradictions(this.#counters ?? new Map(), this.#results, this.#inner)
    for (const contradiction of all)
      this.#add('test/counter-mismatch', `the summary says ${contradiction}`)
    this.#judgeMissing()
  }

  #list(result: TrxResult): void {
    const { testId, name, status, detail } = result
    const className = this.#classes.get(testId)
    if (className === undefined)
      this.#reading.remarks.add('test/incomplete', name, 'no definition belongs to the result')
    if (name.trim() === '') this.#add('test/unnamed', 'a result has no name')
    const id = { file: '', className: className ?? '', name }
    this.#reading.ledger.add({ id, status, detail: status === 'passed' ? '' : detail })
  }

  #judgeSummary(): void {
    const failing = this.#results.some(({ status }) => status === 'failed' || status === 'errored')
    if (this.#summary === undefined) this.#add('test/incomplete', 'the summary is missing')
    else if (!HARMLESS.has(this.#summary) && !(this.#summary === 'Failed' && failing))
      this.#add('test/suite-error', `the outcome of the run is ${this.#summary.slice(0, 80)}`)
  }

  /** Tests that were found and never reported on. */
  #judgeMissing(): void {
    const all = [...this.#results, ...this.#inner]
    const tests = new Set(all.map(({ testId }) => testId))
    const executions = new Set(all.map(({ executionId }) => executionId))
    for (const id of this.#classes.keys())
      if (!tests.has(id)) this.#add('test/incomplete', `the test ${id.slice(0, 80)} has no result`)
    for (const id of this.#entries)
      if (!executions.has(id))
        this.#add('test/incomplete', `the entry ${id.slice(0, 80)} has no result`)
  }

  #add(code: Parameters<Reading['remarks']['add']>[0], message: string): void {
    this.#reading.remarks.add(code, this.place(), message)
  }
}
