import type { Reading } from '../byte-reader.ts'
import { worse } from '../outcome-order.ts'
import { detachText, idLabel } from '../test-identity.ts'
import type { TestId, TestStatus } from '../test-run.ts'
import type { XmlMeaning } from '../xml-grammar.ts'
import { XUnitFrame, statusOf } from './xunit-frame.ts'

const DETAIL_LENGTH = 1000

interface OpenTest {
  readonly id: TestId
  readonly result: string
  status: TestStatus
  detail: string
}

/** Reads the assemblies, collections and tests of one xUnit.net result. */
export class XUnitMeaning implements XmlMeaning {
  readonly #reading: Reading
  readonly #frames: XUnitFrame[] = []
  #test: OpenTest | undefined
  #error = ''

  constructor(reading: Reading) {
    this.#reading = reading
  }

  begin(name: string, attributes: ReadonlyMap<string, string>): void {
    if (name === 'assembly' || name === 'collection') this.#frames.push(new XUnitFrame(attributes))
    else if (name === 'test') this.#beginTest(attributes)
    else if (name === 'error') this.#beginError(attributes)
    else if (name === 'failure') this.#worsen('failed')
    else if (name === 'reason') this.#worsen('skipped')
  }

  end(name: string): void {
    if (name === 'test') this.#endTest()
    else if (name === 'error') this.#add('test/suite-error', this.#error.slice(0, DETAIL_LENGTH))
    else if (name === 'assembly' || name === 'collection') this.#endFrame(name)
  }

  text(_parent: string, text: string): void {
    const test = this.#test
    if (test === undefined) this.#error += text.slice(0, DETAIL_LENGTH)
    else if (test.detail.length < DETAIL_LENGTH) test.detail += text.slice(0, DETAIL_LENGTH)
  }

  place(): string {
    return this.#test ? idLabel(this.#test.id) : (this.#frames.at(-1)?.name ?? '')
  }

  #beginTest(attributes: ReadonlyMap<string, string>): void {
    const result = attributes.get('result') ?? ''
    const status = statusOf(result)
    this.#test = { id: idOf(attributes), result, status: status ?? 'errored', detail: '' }
    if (this.#test.id.name.trim() === '') this.#add('test/unnamed', 'a test has no name')
    if (status === undefined) this.#add('test/unknown-status', `result="${result.slice(0, 80)}"`)
  }

  /** Something of the assembly or a fixture failed: a test of it may never have run. */
  #beginError(attributes: ReadonlyMap<string, string>): void {
    const frame = this.#frames.at(-1)
    if (frame) frame.errors += 1
    this.#error = `${attributes.get('type') ?? ''} ${attributes.get('name') ?? ''}: `.trimStart()
  }

  #worsen(status: TestStatus): void {
    if (this.#test) this.#test.status = worse(this.#test.status, status)
  }

  #endTest(): void {
    const ended = this.#test
    if (ended === undefined) return
    this.#test = undefined
    this.#frames.at(-1)?.addTest(ended.result)
    const { id, status } = ended
    const detail = status === 'passed' ? '' : ended.detail.slice(0, DETAIL_LENGTH).toWellFormed()
    this.#reading.ledger.add({ id, status, detail: detachText(detail) })
  }

  #endFrame(element: string): void {
    const ended = this.#frames.at(-1)
    if (ended === undefined) return
    for (const contradiction of ended.contradictions())
      this.#add('test/counter-mismatch', `${element} says ${contradiction}`)
    this.#frames.pop()
    this.#frames.at(-1)?.addCollection(ended)
  }

  #add(code: Parameters<Reading['remarks']['add']>[0], message: string): void {
    this.#reading.remarks.add(code, this.place(), message)
  }
}

/** The display name begins with the class as a rule, and has the arguments of a theory. */
function idOf(attributes: ReadonlyMap<string, string>): TestId {
  const className = attributes.get('type') ?? ''
  const shown = attributes.get('name') ?? ''
  const name = shown.startsWith(`${className}.`) ? shown.slice(className.length + 1) : shown
  return { file: '', className, name: className === '' ? shown : name }
}
