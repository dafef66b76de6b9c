import type { Reading } from '../byte-reader.ts'
import { idLabel } from '../test-identity.ts'
import type { XmlMeaning } from '../xml-grammar.ts'
import { NUnitCase } from './nunit-case.ts'
import { NUnitFrame } from './nunit-frame.ts'

/** Reads the suites and cases of one NUnit 3 result. */
export class NUnitMeaning implements XmlMeaning {
  readonly #reading: Reading
  readonly #frames: NUnitFrame[] = []
  #case: NUnitCase | undefined

  constructor(reading: Reading) {
    this.#reading = reading
  }

  begin(name: string, attributes: ReadonlyMap<string, string>): void {
    if (name === 'test-run' || name === 'test-suite') this.#frames.push(new NUnitFrame(attributes))
    else if (name === 'test-case') this.#beginCase(new NUnitCase(attributes))
    else if (name === 'failure') this.#fail()
    else if (name === 'assertion') this.#assert(attributes.get('result'))
  }

  end(name: string): void {
    if (name === 'test-case') this.#endCase()
    else if (name === 'test-run' || name === 'test-suite') this.#endFrame(name)
  }

  text(_parent: string, text: string): void {
    this.#case?.explain(text)
  }

  place(): string {
    return this.#case ? idLabel(this.#case.id) : (this.#frames.at(-1)?.name ?? '')
  }

  #beginCase(opened: NUnitCase): void {
    this.#case = opened
    if (opened.id.name.trim() === '') this.#add('test/unnamed', 'a test case has no name')
    for (const unknown of opened.unknown) this.#add('test/unknown-status', unknown)
  }

  #fail(): void {
    const frame = this.#frames.at(-1)
    if (this.#case) this.#case.worsen('failed')
    else if (frame) frame.hasFailure = true
  }

  #assert(result: string | undefined): void {
    if (this.#case === undefined) {
      if (result !== 'Passed') this.#fail()
    } else if (!this.#case.addAssertion(result))
      this.#add('test/unknown-status', `assertion result="${(result ?? '').slice(0, 80)}"`)
  }

  #endCase(): void {
    const ended = this.#case
    if (ended === undefined) return
    if (ended.assertsNothing && ended.status === 'passed')
      this.#add('test/no-assertions', 'it asserts nothing')
    this.#case = undefined
    this.#frames.at(-1)?.addCase(ended.result, ended.status === 'passed')
    this.#reading.ledger.add(ended.toTestCase())
  }

  #endFrame(element: string): void {
    const ended = this.#frames.at(-1)
    if (ended === undefined) return
    const error = ended.error()
    if (error !== undefined) this.#add('test/suite-error', error)
    for (const contradiction of ended.contradictions())
      this.#add('test/counter-mismatch', `${element} says ${contradiction}`)
    this.#frames.pop()
    this.#frames.at(-1)?.addSuite(ended)
  }

  #add(code: Parameters<Reading['remarks']['add']>[0], message: string): void {
    this.#reading.remarks.add(code, this.place(), message)
  }
}
