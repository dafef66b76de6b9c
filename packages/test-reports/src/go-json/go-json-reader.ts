import { ByteLines } from '../byte-lines.ts'
import type { ByteReader, Reading } from '../byte-reader.ts'
import { JsonTexts } from '../json/proven-json.ts'
import { type GoEvent, readGoEvent } from './go-event.ts'
import { GO_OUTCOMES, GoPackage } from './go-package.ts'

/** Events that say nothing of an outcome. */
const SILENT = new Set(['pause', 'cont', 'attr', 'artifacts', 'build-output'])
const CACHED = /^ok\s+\S+\s+\(cached\)/
/** An event is flat. */
const DEPTH = 1

/**
 * Reads what `go test -json` writes: one event to a line. Every test and every package must end by
 * an event of its own. A report that is cut between two packages looks whole: the exit code in the
 * run record and the inventory tell that one.
 */
export class GoJsonReader implements ByteReader {
  readonly #reading: Reading
  readonly #lines: ByteLines
  readonly #texts: JsonTexts
  readonly #packages = new Map<string, GoPackage>()

  constructor(reading: Reading) {
    this.#reading = reading
    this.#texts = new JsonTexts(reading.limits, DEPTH, reading.remarks)
    this.#lines = new ByteLines(reading.limits, reading.remarks, (line) => this.#line(line))
  }

  write(bytes: Buffer): void {
    this.#lines.write(bytes)
  }

  end(): void {
    this.#lines.end()
    for (const open of this.#packages.values()) open.close(undefined, false, this.#reading.ledger)
    if (this.#lines.count === 0)
      this.#reading.remarks.add('test/unparseable', '', 'the file is empty')
  }

  #line(line: Buffer): void {
    const where = this.#where()
    const { remarks } = this.#reading
    const event = readGoEvent(this.#texts.read(line, where), remarks, where)
    if (event.test === '') remarks.add('test/unnamed', where, 'a test has no name')
    if (event.action.startsWith('build-')) this.#build(event)
    else if (event.test === undefined) this.#ofPackage(event)
    else this.#ofTest(event, event.test)
  }

  #build({ action, importPath }: GoEvent): void {
    if (action === 'build-fail')
      this.#reading.remarks.add('test/suite-error', importPath, 'the package does not build')
    else if (!SILENT.has(action)) this.#refuseAction(action)
  }

  #ofPackage({ action, pkg, output, failedBuild }: GoEvent): void {
    const open = this.#open(pkg)
    const end = GO_OUTCOMES.get(action)
    if (end !== undefined) {
      this.#packages.delete(pkg)
      open.close(end, failedBuild !== '', this.#reading.ledger)
    } else if (action === 'output') {
      if (CACHED.test(output))
        this.#reading.remarks.add('test/cached', pkg, 'the result is that of an earlier run')
    } else if (action !== 'start' && !SILENT.has(action)) this.#refuseAction(action)
  }

  #ofTest({ action, pkg, output }: GoEvent, test: string): void {
    const open = this.#open(pkg)
    const end = GO_OUTCOMES.get(action)
    if (end !== undefined) open.endTest(test, end)
    else if (action === 'run') open.beginTest(test)
    else if (action === 'output') open.addOutput(test, output)
    else if (!SILENT.has(action)) this.#refuseAction(action)
  }

  #open(name: string): GoPackage {
    const known = this.#packages.get(name)
    if (known) return known
    const { remarks, limits } = this.#reading
    if (this.#packages.size >= limits.cases)
      throw remarks.refusal('test/too-many-tests', '', `it has more than ${limits.cases} packages`)
    const opened = new GoPackage(name, remarks)
    this.#packages.set(name, opened)
    return opened
  }

  #refuseAction(action: string): void {
    const message = `an event has the action "${action.slice(0, 80)}"`
    this.#reading.remarks.add('test/unknown-status', this.#where(), message)
  }

  #where(): string {
    return `line ${this.#lines.count}`
  }
}
