import type { Reading } from '../byte-reader.ts'
import type { CaseLedger } from '../case-ledger.ts'
import type { Remarks } from '../remarks.ts'
import { idLabel } from '../test-identity.ts'
import type { TestId } from '../test-run.ts'
import type { XmlAttributes, XmlContent } from '../xml-input.ts'
import { ATTRIBUTES, CHILDREN, EXPLAINING, UNREAD_TEXT } from './grammar.ts'
import { OpenCase } from './open-case.ts'
import { SuiteFrame, attributeOf } from './suite-frame.ts'

/** Reads the markup of one JUnit XML report into cases and remarks. */
export class JUnitDocument implements XmlContent {
  wantsText = true
  readonly #ledger: CaseLedger
  readonly #remarks: Remarks
  /** Names of the open elements. */
  readonly #path: string[] = []
  readonly #suites: SuiteFrame[] = []
  #case: OpenCase | undefined
  /** Open elements at and below one that is unknown: nothing in there is understood. */
  #unknown = 0

  constructor({ ledger, remarks }: Pick<Reading, 'ledger' | 'remarks'>) {
    this.#ledger = ledger
    this.#remarks = remarks
  }

  /** The open suite when the document stands directly inside of it, between its children. */
  get suite(): SuiteFrame | undefined {
    const standing = this.#unknown === 0 && this.#path.length === this.#suites.length
    return standing ? this.#suites.at(-1) : undefined
  }

  get isInCase(): boolean {
    return this.#case !== undefined
  }

  /** How many elements are open. */
  get depth(): number {
    return this.#path.length
  }

  open(name: string, attributes: XmlAttributes): void {
    const parent = this.#path.at(-1)
    this.#path.push(name)
    if (this.#unknown > 0 || !this.#isKnown(name, parent)) {
      this.#unknown += 1
      this.wantsText = false
      return
    }
    this.#judgeAttributes(name, attributes)
    this.#begin(name, parent, attributes)
    this.wantsText = !UNREAD_TEXT.has(name)
  }

  close(name: string): void {
    this.#path.pop()
    if (this.#unknown > 0) this.#unknown -= 1
    else if (name === 'testcase') this.#endCase()
    else if (name === 'testsuite' || name === 'testsuites') this.#endSuite(name)
    this.wantsText = this.#unknown === 0 && !UNREAD_TEXT.has(this.#path.at(-1) ?? '')
  }

  text(text: string): void {
    const parent = this.#path.at(-1) ?? ''
    if (EXPLAINING.has(parent)) this.#case?.explain(text)
    else if (parent !== '' && text.trim() !== '')
      this.#remarks.add(
        'test/unknown-element',
        this.#place(),
        `${parent} holds text, which has no meaning there: ${text.trim().slice(0, 80)}`,
      )
  }

  /** A root of its own kind ends the reading: nothing below it is a JUnit report. */
  #isKnown(name: string, parent: string | undefined): boolean {
    if (parent === undefined) {
      if (name === 'testsuites' || name === 'testsuite') return true
      const message = `the root is <${name.slice(0, 80)}>, not <testsuites> or <testsuite>`
      throw this.#remarks.refusal('test/unknown-element', '', message)
    }
    if (CHILDREN.get(parent)?.has(name)) return true
    const message = `<${name.slice(0, 80)}> inside <${parent}>`
    this.#remarks.add('test/unknown-element', this.#place(), message)
    // A whole set of suites in the wrong place is still read, so that its failures are named.
    return name === 'testsuites' && parent === 'testsuite'
  }

  #judgeAttributes(element: string, attributes: XmlAttributes): void {
    const known = ATTRIBUTES.get(element)
    for (let index = 0; index < attributes.count; index += 1) {
      const name = attributes.names[index] ?? ''
      const value = attributes.values[index] ?? ''
      if (!known?.has(name))
        this.#remarks.add(
          'test/unknown-attribute',
          this.#place(),
          `${element} has ${name.slice(0, 80)}="${value.slice(0, 80)}"`,
        )
      else if ((name === 'time' || name === 'duration') && !isDuration(value))
        this.#remarks.add(
          'test/counter-mismatch',
          this.#place(),
          `${element} has ${name}="${value.slice(0, 80)}", which is not a length of time`,
        )
    }
  }

  #begin(name: string, parent: string | undefined, attributes: XmlAttributes): void {
    if (name === 'testsuites' || name === 'testsuite')
      this.#suites.push(new SuiteFrame(attributes, this.#suitePath()))
    else if (name === 'testcase') this.#beginCase(attributes)
    else if (name === 'property') this.#judgeProperty(attributes)
    else if (EXPLAINING.has(name)) {
      const message = attributeOf(attributes, 'message') ?? attributeOf(attributes, 'type') ?? ''
      if (parent === 'testcase') this.#case?.addOutcome(name, message)
      else this.#remarks.add('test/suite-error', this.#place(), message.slice(0, 1000))
    }
  }

  #beginCase(attributes: XmlAttributes): void {
    const open = new OpenCase(this.#identify(attributes))
    this.#case = open
    if (open.id.name.trim() === '')
      this.#remarks.add('test/unnamed', this.#place(), 'a test case has no name')
    for (const attribute of ['status', 'result']) {
      const value = attributeOf(attributes, attribute)
      if (value === undefined) continue
      if (!open.stateValue(value))
        this.#remarks.add(
          'test/unknown-status',
          this.#place(),
          `${attribute}="${value.slice(0, 80)}"`,
        )
    }
    // node:test repeats the message of a failure here.
    const failure = attributeOf(attributes, 'failure')
    if (failure !== undefined) {
      open.state('failed')
      open.explain(failure)
    }
    open.assertsNothing = attributeOf(attributes, 'assertions') === '0'
  }

  /**
   * Runners without a class name (Criterion), and node:test before version 24, which always says
   * `test`, tell equal names apart by their suites alone.
   */
  #identify(attributes: XmlAttributes): TestId {
    const written = attributeOf(attributes, 'classname') ?? attributeOf(attributes, 'class') ?? ''
    const className = written === '' || written === 'test' ? this.#suitePath() : written
    return {
      file: attributeOf(attributes, 'file') ?? '',
      className,
      name: attributeOf(attributes, 'name') ?? '',
    }
  }

  #suitePath(): string {
    return this.#suites.at(-1)?.path ?? ''
  }

  /** Playwright writes the annotation of `test.fail()` as a property, and the case as passed. */
  #judgeProperty(attributes: XmlAttributes): void {
    if (this.#case !== undefined && attributeOf(attributes, 'name') === 'fail')
      this.#remarks.add('test/expected-failure', this.#place(), 'it is expected to fail')
  }

  #endCase(): void {
    const ended = this.#case
    if (ended?.assertsNothing && ended.status === 'passed')
      this.#remarks.add('test/no-assertions', this.#place(), 'it asserts nothing')
    this.#case = undefined
    const suite = this.#suites.at(-1)
    if (ended === undefined || suite === undefined) return
    ended.count(suite.direct)
    this.#ledger.add(ended.result())
  }

  #endSuite(element: string): void {
    const ended = this.#suites.at(-1)
    if (ended === undefined) return
    for (const contradiction of ended.contradictions())
      this.#remarks.add('test/counter-mismatch', this.#place(), `${element} says ${contradiction}`)
    this.#suites.pop()
    this.#suites.at(-1)?.addSuite(ended)
  }

  #place(): string {
    return this.#case === undefined ? this.#suitePath() : idLabel(this.#case.id)
  }
}

/** Seconds; surefire groups thousands (`1,023.5`), Python writes exponents. */
const isDuration = (text: string): boolean =>
  /^(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.\d{1,30})?(?:e-?\d{1,2})?$/i.test(text)
