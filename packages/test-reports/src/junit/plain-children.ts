import { CaseOutcome } from './case-outcome.ts'
import { type PlainCursor, decodeLines, decodePlain } from './plain-text.ts'

const SLASH = 0x2f
const TAG_END = Buffer.from('>')
const EMPTY_END = Buffer.from('/>')
const CASE_END = Buffer.from('</testcase>')
/** More bytes than the detail of an outcome can come from: it is cut at 1,000 characters. */
const DETAIL_BYTES = 8_000

const element = (name: string) => ({
  name,
  opening: Buffer.from(`<${name}`),
  closing: Buffer.from(`</${name}>`),
})
const attributes = (...names: readonly string[]) => names.map((name) => Buffer.from(`${name}=`))

const LOGS = ['system-out', 'system-err'].map(element)
const OUTCOMES = ['failure', 'error', 'skipped'].map(element)
const PROPERTIES = element('properties')
const PROPERTY = element('property')
const OF_OUTCOMES = attributes('message', 'type')
const OF_PROPERTIES = attributes('name', 'value')
/** Playwright's word for a test that is expected to fail. */
const FAIL = Buffer.from('fail')

/**
 * The children that most cases with children have: logs, properties, and an outcome with a message and
 * a text. Anything else, or any of these with something unusual about it, is left to the XML parser.
 */
export class PlainChildren {
  /** Once a child bears on the outcome of the case. */
  outcome: CaseOutcome | undefined
  readonly #cursor: PlainCursor
  readonly #longest: number
  readonly #explains: boolean
  readonly #starts = [-1, -1]
  readonly #ends = [-1, -1]

  /**
   * @param limits most bytes of one attribute, and whether anybody asks for the details of outcomes
   */
  constructor(cursor: PlainCursor, limits: { longest: number; explains: boolean }) {
    this.#cursor = cursor
    this.#longest = limits.longest
    this.#explains = limits.explains
  }

  /**
   * @param stated what the attributes of the case say of its outcome
   * @returns whether everything up to and with the end of the case is plain
   */
  read(stated: CaseOutcome | undefined): boolean {
    this.outcome = stated
    for (;;) {
      this.#cursor.skipSpace()
      if (this.#cursor.skip(CASE_END)) return true
      if (!this.#readChild()) return false
    }
  }

  #readChild(): boolean {
    const cursor = this.#cursor
    for (const log of LOGS) if (cursor.skip(log.opening)) return this.#readLog(log.closing)
    if (cursor.skip(PROPERTIES.opening)) return this.#readProperties()
    for (const outcome of OUTCOMES)
      if (cursor.skip(outcome.opening)) return this.#readOutcome(outcome.name, outcome.closing)
    return false
  }

  #readLog(closing: Buffer): boolean {
    if (this.#cursor.skip(EMPTY_END)) return true
    return this.#cursor.skip(TAG_END) && this.#readContent(closing, false)
  }

  #readProperties(): boolean {
    const cursor = this.#cursor
    if (cursor.skip(EMPTY_END)) return true
    if (!cursor.skip(TAG_END)) return false
    for (;;) {
      cursor.skipSpace()
      if (cursor.skip(PROPERTIES.closing)) return true
      if (!cursor.skip(PROPERTY.opening) || !this.#readProperty()) return false
    }
  }

  #readProperty(): boolean {
    const cursor = this.#cursor
    if (!this.#readAttributes(OF_PROPERTIES) || this.#saysFail()) return false
    return cursor.skip(EMPTY_END) || (cursor.skip(TAG_END) && cursor.skip(PROPERTY.closing))
  }

  #saysFail(): boolean {
    const [start = -1] = this.#starts
    const [end = -1] = this.#ends
    return end - start === FAIL.length && FAIL.equals(this.#cursor.bytes.subarray(start, end))
  }

  #readOutcome(name: string, closing: Buffer): boolean {
    if (!this.#readAttributes(OF_OUTCOMES)) return false
    this.outcome ??= new CaseOutcome()
    const message = this.#explains ? (this.#value(0) ?? this.#value(1)) : undefined
    this.outcome.addOutcome(name, message ?? '')
    if (this.#cursor.skip(EMPTY_END)) return true
    return this.#cursor.skip(TAG_END) && this.#readContent(closing, this.#explains)
  }

  /** Text and CDATA sections up to and with the closing tag; each of them explains by itself. */
  #readContent(closing: Buffer, explains: boolean): boolean {
    const cursor = this.#cursor
    for (;;) {
      const start = cursor.at
      if (!cursor.skipText()) return false
      if (explains && cursor.at > start)
        this.outcome?.explain(decodePlain(cursor.bytes, start, cut(start, cursor.at)))
      if (cursor.skip(closing)) return true
      if (!cursor.enterCData()) return false
      const inner = cursor.at
      const end = cursor.skipCData()
      if (end === -1) return false
      if (explains) this.outcome?.explain(decodeLines(cursor.bytes, inner, cut(inner, end)))
    }
  }

  /** Attributes of these names, each at most once, up to the `>` or `/>` of the tag. */
  #readAttributes(names: readonly Buffer[]): boolean {
    const cursor = this.#cursor
    this.#starts.fill(-1)
    this.#ends.fill(-1)
    for (;;) {
      const before = cursor.at
      cursor.skipSpace()
      if (cursor.bytes[cursor.at] === TAG_END[0] || cursor.bytes[cursor.at] === SLASH) return true
      if (cursor.at === before || !this.#readAttribute(names)) return false
    }
  }

  #readAttribute(names: readonly Buffer[]): boolean {
    const cursor = this.#cursor
    const slot = names.findIndex((name) => cursor.skip(name))
    if (slot === -1 || this.#starts[slot] !== -1) return false
    const start = cursor.at + 1
    if (!cursor.skipValue()) return false
    const end = cursor.at - 1
    if (end - start > this.#longest) return false
    this.#starts[slot] = start
    this.#ends[slot] = end
    return true
  }

  #value(slot: number): string | undefined {
    const start = this.#starts[slot] ?? -1
    const end = this.#ends[slot] ?? -1
    return start === -1 ? undefined : decodePlain(this.#cursor.bytes, start, cut(start, end))
  }
}

const cut = (start: number, end: number): number => Math.min(end, start + DETAIL_BYTES)
