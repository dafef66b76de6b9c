import { ByteLines } from '../byte-lines.ts'
import type { ByteReader, Reading } from '../byte-reader.ts'
import { JsonTexts } from '../json/proven-json.ts'
import { detachText } from '../test-identity.ts'
import { type DartEvent, judgeFlutterNotice, readDartEvent } from './dart-event.ts'
import type { TestId } from '../test-run.ts'
import { DartTest } from './dart-test.ts'
import { DartTotals } from './dart-totals.ts'

/** An event holds a test, which holds metadata; a notice of flutter holds parameters in an array. */
const DEPTH = 4

/**
 * Reads what `dart test --reporter json` and `flutter test --machine` write: one event to a line. The
 * events of tests are intertwined, so every test waits for the end of the report, which must be there
 * and must say that the run went well. Loads and hooks are no cases, but block when they fail. A
 * test's class is the platform that it ran on.
 */
export class DartJsonReader implements ByteReader {
  readonly #reading: Reading
  readonly #lines: ByteLines
  readonly #texts: JsonTexts
  readonly #tests = new Map<number, DartTest>()
  /** Tests that passed so far: the most by far, so that they are kept small. */
  readonly #passed = new Map<number, TestId>()
  readonly #suites = new Map<number, { readonly file: string; readonly className: string }>()
  readonly #totals: DartTotals
  #isStarted = false

  constructor(reading: Reading) {
    this.#reading = reading
    this.#totals = new DartTotals(reading.remarks)
    this.#texts = new JsonTexts(reading.limits, DEPTH, reading.remarks)
    this.#lines = new ByteLines(reading.limits, reading.remarks, (line) => this.#line(line))
  }

  write(bytes: Buffer): void {
    this.#lines.write(bytes)
  }

  end(): void {
    this.#lines.end()
    if (!this.#isStarted) this.#add('test/unparseable', 'no event says that a run starts')
    const { ledger } = this.#reading
    for (const id of this.#passed.values()) ledger.add({ id, status: 'passed', detail: '' })
    for (const test of this.#tests.values()) this.#totals.addTest(test.settle(ledger), test.groups)
    this.#totals.judge(this.#suites.size, ledger.counts)
  }

  #line(line: Buffer): void {
    // Flutter puts an empty line around its notices.
    if (line.length === 0 || (line.length === 1 && line[0] === 0x0d)) return
    const { remarks } = this.#reading
    const value = this.#texts.read(line, this.#where())
    if (Array.isArray(value)) return judgeFlutterNotice(value, remarks, this.#where())
    const event = readDartEvent(value, remarks, this.#where())
    if (event === undefined) return
    if (this.#totals.isDone) this.#add('test/incomplete', 'an event follows the end of the run')
    if (event.type === 'start') this.#start(event)
    else if (!this.#isStarted)
      this.#add('test/incomplete', 'an event precedes the start of the run')
    this.#take(event)
  }

  #start({ fields }: DartEvent): void {
    if (this.#isStarted) this.#add('test/incomplete', 'a second run starts')
    this.#isStarted = true
    const version = fields.text('protocolVersion')
    if (!/^0\.1\.\d{1,5}$/.test(version))
      this.#add('test/unknown-attribute', `the protocol is ${version.slice(0, 80)}`)
  }

  #take(event: DartEvent): void {
    const { type, fields, part } = event
    if (type === 'allSuites') this.#totals.expectSuites(fields.number('count'))
    else if (type === 'suite')
      this.#openSuite(part.number('id'), part.text('path'), part.text('platform'))
    else if (type === 'group') this.#totals.expectTests(part.number('id'), part.number('testCount'))
    else if (type === 'testStart') this.#openTest(event)
    else if (type === 'done') this.#totals.end(fields.value('success'))
    else if (fields.has('testID')) this.#tell(type, fields.number('testID'), event)
  }

  #openSuite(id: number, path: string, platform: string): void {
    if (this.#suites.has(id)) this.#add('test/incomplete', `two suites have the number ${id}`)
    this.#suites.set(id, { file: detachText(path), className: detachText(platform) })
  }

  #openTest({ part, marked }: DartEvent): void {
    const { limits, remarks } = this.#reading
    if (this.#tests.size + this.#passed.size > limits.cases)
      throw remarks.refusal(
        'test/too-many-tests',
        '',
        `it lists more than ${limits.cases} test cases`,
      )
    const number = part.number('id')
    if (this.#tests.has(number) || this.#passed.has(number))
      throw remarks.refusal(
        'test/unparseable',
        this.#where(),
        `two tests have the number ${number}`,
      )
    const suite = this.#suites.get(part.number('suiteID'))
    if (suite === undefined) this.#add('test/incomplete', 'a test is of a suite that is not there')
    const { file, className } = suite ?? { file: '', className: '' }
    const id = { file, className, name: detachText(part.text('name')) }
    const groups = part.list('groupIDs').filter((group) => typeof group === 'number')
    this.#tests.set(number, new DartTest({ id, groups, marked }, remarks))
  }

  #tell(type: string, number: number, { fields }: DartEvent): void {
    const test = this.#tests.get(number) ?? this.#recall(number)
    if (test === undefined)
      return this.#add('test/incomplete', `an event is of test ${number}, which never began`)
    if (type === 'print') test.addMessage(fields.text('messageType'), fields.text('message'))
    else if (type === 'error') test.addError(fields.text('error'), fields.flag('isFailure'))
    else {
      test.end(fields.text('result'), fields.flag('hidden'), fields.flag('skipped'))
      this.#shelve(number, test)
    }
  }

  #shelve(number: number, test: DartTest): void {
    if (!test.isPlainPass) return
    this.#totals.addTest('passed', test.groups)
    this.#tests.delete(number)
    this.#passed.set(number, test.id)
  }

  /** What comes after the end of a test that passed may still change it; its groups have counted it. */
  #recall(number: number): DartTest | undefined {
    const id = this.#passed.get(number)
    if (id === undefined) return undefined
    const test = new DartTest({ id, groups: [], marked: false }, this.#reading.remarks, 'passed')
    this.#passed.delete(number)
    this.#tests.set(number, test)
    return test
  }

  #add(code: Parameters<Reading['remarks']['add']>[0], message: string): void {
    this.#reading.remarks.add(code, this.#where(), message)
  }

  #where(): string {
    return `line ${this.#lines.count}`
  }
}
