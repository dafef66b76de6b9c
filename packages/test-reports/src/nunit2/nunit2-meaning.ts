import type { Reading } from '../byte-reader.ts'
import { worse } from '../outcome-order.ts'
import { detachText, idLabel } from '../test-identity.ts'
import type { TestId, TestStatus } from '../test-run.ts'
import type { XmlMeaning } from '../xml-grammar.ts'
import { outcomeOf } from './nunit2-result.ts'
import { Nunit2Totals } from './nunit2-totals.ts'

const DETAIL_LENGTH = 1000

interface OpenCase {
  readonly id: TestId
  readonly result: string
  status: TestStatus
  readonly assertsNothing: boolean
  detail: string
}

interface OpenSuite {
  readonly name: string
  readonly status: TestStatus | undefined
  hasFailure: boolean
  /** Something below did not pass, and says so itself. */
  bad: boolean
}

/** Reads the suites and cases of one NUnit 2 result. */
export class Nunit2Meaning implements XmlMeaning {
  readonly #reading: Reading
  readonly #suites: OpenSuite[] = []
  #totals = new Nunit2Totals(new Map())
  #case: OpenCase | undefined

  constructor(reading: Reading) {
    this.#reading = reading
  }

  begin(name: string, attributes: ReadonlyMap<string, string>): void {
    if (name === 'test-results') this.#totals = new Nunit2Totals(attributes)
    else if (name === 'test-suite') this.#beginSuite(attributes)
    else if (name === 'test-case') this.#beginCase(attributes)
    else if (name === 'failure') this.#fail()
  }

  end(name: string): void {
    if (name === 'test-case') this.#endCase()
    else if (name === 'test-suite') this.#endSuite()
    else if (name === 'test-results')
      for (const contradiction of this.#totals.contradictions())
        this.#add('test/counter-mismatch', `test-results says ${contradiction}`)
  }

  text(_parent: string, text: string): void {
    const open = this.#case
    if (open && open.detail.length < DETAIL_LENGTH) open.detail += text.slice(0, DETAIL_LENGTH)
  }

  place(): string {
    return this.#case ? idLabel(this.#case.id) : (this.#suites.at(-1)?.name ?? '')
  }

  #beginSuite(attributes: ReadonlyMap<string, string>): void {
    const name = attributes.get('name') ?? ''
    const status = this.#judge(attributes)
    this.#suites.push({ name, status, hasFailure: false, bad: false })
  }

  #beginCase(attributes: ReadonlyMap<string, string>): void {
    const status = this.#judge(attributes)
    const id = idOf(attributes.get('name') ?? '')
    if (id.name.trim() === '') this.#add('test/unnamed', 'a test case has no name')
    const assertsNothing = attributes.get('asserts') === '0'
    const result = attributes.get('result') ?? ''
    this.#case = { id, result, status: status ?? 'errored', assertsNothing, detail: '' }
  }

  #judge(attributes: ReadonlyMap<string, string>): TestStatus | undefined {
    const { status, contradiction } = outcomeOf(attributes)
    const stated = ['result', 'executed', 'success']
      .map((name) => `${name}="${(attributes.get(name) ?? '').slice(0, 80)}"`)
      .join(' ')
    const where = attributes.get('name') ?? ''
    const { remarks } = this.#reading
    if (status === undefined) remarks.add('test/unknown-status', where, stated)
    if (contradiction !== undefined)
      remarks.add('test/counter-mismatch', where, `it contradicts itself: ${stated}`)
    return status
  }

  #fail(): void {
    const suite = this.#suites.at(-1)
    if (this.#case) this.#case.status = worse(this.#case.status, 'failed')
    else if (suite) suite.hasFailure = true
  }

  #endCase(): void {
    const ended = this.#case
    if (ended === undefined) return
    const { id, status, detail } = ended
    if (ended.assertsNothing && status === 'passed')
      this.#add('test/no-assertions', 'it asserts nothing')
    this.#case = undefined
    this.#totals.add(ended.result, status)
    const suite = this.#suites.at(-1)
    if (suite && status !== 'passed') suite.bad = true
    const shown = status === 'passed' ? '' : detail.slice(0, DETAIL_LENGTH).toWellFormed()
    this.#reading.ledger.add({ id, status, detail: detachText(shown) })
  }

  /** A suite that did not pass although all below it did failed by itself, in a fixture. */
  #endSuite(): void {
    const ended = this.#suites.at(-1)
    if (ended === undefined) return
    if (!ended.bad && (ended.hasFailure || ended.status !== 'passed')) {
      this.#add('test/suite-error', `it did not pass by itself (${ended.status ?? 'unknown'})`)
      ended.bad = true
    } else if (ended.bad && ended.status === 'passed' && ended.hasFailure)
      this.#add('test/suite-error', 'it has a failure of its own')
    this.#suites.pop()
    const outer = this.#suites.at(-1)
    if (outer && ended.bad) outer.bad = true
  }

  #add(code: Parameters<Reading['remarks']['add']>[0], message: string): void {
    this.#reading.remarks.add(code, this.place(), message)
  }
}

/** The name of a case is its full name; arguments in brackets may hold dots. */
function idOf(full: string): TestId {
  const bracket = full.indexOf('(')
  const dot = full.lastIndexOf('.', bracket === -1 ? full.length : bracket)
  return { file: '', className: full.slice(0, Math.max(dot, 0)), name: full.slice(dot + 1) }
}
