import { ByteLines } from '../byte-lines.ts'
import type { ByteReader, Reading } from '../byte-reader.ts'
import { detachText } from '../test-identity.ts'
import type { TestId } from '../test-run.ts'
import { StatedTotals } from './stated-totals.ts'
import { TapFrame } from './tap-frame.ts'
import { type TapLine, type TapPoint, readTapLine } from './tap-line.ts'
import { YamlBlock } from './yaml-block.ts'

const INDENT = 4
const PRAGMAS = new Set(['+strict', '-strict', '+bail', '-bail'])

/**
 * Reads TAP 12 to 14. The results of the top level are the cases; subtests bear on the test that holds
 * them. Lines that TAP does not define block, which TAP itself leaves to its readers: such a line may
 * be a result that was written into the output of something else.
 */
export class TapReader implements ByteReader {
  readonly #reading: Reading
  readonly #lines: ByteLines
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  /** Open indentations, the deepest last. */
  readonly #frames: TapFrame[] = []
  readonly #totals = new StatedTotals()
  /** How often names came that came more than once. */
  readonly #repeated = new Map<string, number>()
  #yaml: YamlBlock | undefined
  #afterPoint: string | undefined

  constructor(reading: Reading) {
    this.#reading = reading
    this.#lines = new ByteLines(reading.limits, reading.remarks, (line) => this.#line(line))
  }

  write(bytes: Buffer): void {
    this.#lines.write(bytes)
  }

  end(): void {
    // A cut may take away the directive at the end of a line.
    if (!this.#lines.end()) this.#add('test/incomplete', 'the last line has no end')
    if (this.#yaml) this.#add('test/incomplete', 'a YAML block has no end')
    const top = this.#enter(0)
    this.#frames.pop()
    top.close()
    if (this.#reading.remarks.isEmpty) {
      const contradiction = this.#totals.contradiction(this.#reading.ledger.counts)
      if (contradiction) this.#add('test/counter-mismatch', contradiction)
    }
  }

  #line(bytes: Buffer): void {
    const line = this.#decode(bytes).replace(/\r$/, '')
    if (this.#isYaml(line)) return
    const indent = line.length - line.trimStart().length
    const read = readTapLine(line.slice(indent))
    if (read.kind === 'blank') return
    if (read.kind === 'comment') return this.#totals.read(line)
    this.#afterPoint = undefined
    if (read.kind === 'bail-out') throw this.#refuse('test/bail-out', read.reason.slice(0, 300))
    if (!/^ *$/.test(line.slice(0, indent)) || indent % INDENT !== 0 || read.kind === 'unknown')
      return this.#add('test/unknown-element', `a line is not TAP: ${line.slice(0, 80)}`)
    this.#take(read, indent / INDENT)
    if (read.kind === 'point') this.#afterPoint = line.slice(0, indent)
  }

  /** Only a result may be followed by a block, two columns further in, or four as Vitest has it. */
  #isYaml(line: string): boolean {
    const judged = this.#yaml?.judge(line)
    if (judged === undefined) {
      const indent = this.#afterPoint
      if (indent === undefined) return false
      const block = [`${indent}  `, `${indent}    `].find((columns) => line === `${columns}---`)
      if (block !== undefined) this.#yaml = new YamlBlock(block)
      return block !== undefined
    }
    if (judged !== 'inside') this.#yaml = undefined
    if (judged === 'outside') this.#add('test/unparseable', 'a YAML block has no end')
    return judged !== 'outside'
  }

  #take(line: TapLine, level: number): void {
    const frame = this.#enter(level, line.kind === 'end-brace')
    if (line.kind === 'version') frame.addVersion(line.version)
    else if (line.kind === 'plan') frame.addPlan(line.count, line.skips)
    else if (line.kind === 'bad-plan') frame.breakPlan('the plan is not 1..N')
    else if (line.kind === 'point') this.#point(line, frame)
    else if (line.kind === 'brace') this.#openBraces(frame)
    else if (line.kind === 'pragma') this.#judgePragma(line.keys)
  }

  #point(point: TapPoint, frame: TapFrame): void {
    frame.addPoint(point)
    if (point.ambiguous)
      this.#add('test/unknown-attribute', 'a directive stands behind another "#"')
    if (frame.level === 0) {
      // Without a name the number is what tells the test from others.
      const name = this.#distinct(point.name === '' ? String(frame.points) : point.name)
      this.#reading.ledger.add({ id: idOf(name), status: point.status, detail: '' })
    }
    if (point.opens) this.#openBraces(frame)
  }

  /**
   * A result is told from others by its number: tape names every assertion `should be truthy` unless
   * told otherwise, and nothing in TAP tries a test again. Equal names are counted.
   */
  #distinct(name: string): string {
    const { ledger } = this.#reading
    if (!ledger.has(idOf(name))) return detachText(name)
    const repeated = detachText(name)
    let count = this.#repeated.get(repeated) ?? 1
    do count += 1
    while (ledger.has(idOf(`${repeated} (${count})`)))
    this.#repeated.set(repeated, count)
    return `${repeated} (${count})`
  }

  #openBraces(frame: TapFrame): void {
    if (frame.last === undefined)
      return this.#add('test/unknown-element', 'a brace follows no test')
    this.#push(frame.level + 1, true)
  }

  #judgePragma(keys: readonly string[]): void {
    for (const key of keys)
      if (!PRAGMAS.has(key)) this.#add('test/unknown-attribute', `pragma ${key.slice(0, 80)}`)
  }

  /** The frame of an indentation, with everything further in closed. */
  #enter(level: number, byBrace = false): TapFrame {
    for (;;) {
      const inner = this.#frames.at(-1)
      if (inner === undefined || inner.level <= level) break
      this.#frames.pop()
      inner.close()
      const outer = this.#frames.at(-1)
      const parent = outer && outer.level >= level ? outer : this.#push(level, false)
      if (inner.inBraces && parent.last) {
        parent.judgeChild(inner, parent.last)
        if (byBrace && parent.level === level) return parent
        this.#add('test/incomplete', 'a block of subtests has no end')
      } else parent.await(inner)
    }
    const found = this.#frames.at(-1)
    if (byBrace) this.#add('test/unknown-element', 'a brace closes nothing')
    return found?.level === level ? found : this.#push(level, false)
  }

  #push(level: number, inBraces: boolean): TapFrame {
    const { limits, remarks } = this.#reading
    if (level > limits.depth)
      throw this.#refuse('test/too-deep', `subtests are nested more than ${limits.depth} deep`)
    const frame = new TapFrame(level, inBraces, remarks, () => this.#where())
    this.#frames.push(frame)
    return frame
  }

  #decode(bytes: Buffer): string {
    try {
      return this.#decoder.decode(bytes)
    } catch {
      throw this.#refuse('test/bad-encoding', 'the line is not UTF-8')
    }
  }

  #add(code: Parameters<Reading['remarks']['add']>[0], message: string): void {
    this.#reading.remarks.add(code, this.#where(), message)
  }

  #refuse(code: Parameters<Reading['remarks']['add']>[0], message: string): Error {
    return this.#reading.remarks.refusal(code, this.#where(), message)
  }

  #where(): string {
    return `line ${this.#lines.count}`
  }
}

const idOf = (name: string): TestId => ({ file: '', className: '', name })
