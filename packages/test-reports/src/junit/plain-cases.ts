import type { CaseLedger } from '../case-ledger.ts'
import { type TextHash, hashBytes } from '../identity-set.ts'
import type { TestId } from '../test-run.ts'
import type { Tally } from './suite-counters.ts'

const SPACE = 0x20
const NEWLINE = 0x0a
const QUOTE = 0x22
const OPENING = Buffer.from('<testcase ')
const CLOSING = Buffer.from('</testcase>')

/**
 * Bytes that end a plain attribute value: everything but printable ASCII, and what has a meaning in
 * XML (`"`, `&`, `<`). A value of other bytes alone means itself.
 */
const ENDS_VALUE = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < SPACE || byte > 0x7e || byte === QUOTE || byte === 0x26 || byte === 0x3c ? 1 : 0,
)
/** Bytes that end the name of an attribute. */
const ENDS_NAME = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x61 && byte <= 0x7a ? 0 : 1,
)

/** Attributes without a bearing on the outcome; any other sends the case the long way. */
export const PLAIN_ATTRIBUTES = ['file', 'classname', 'name', 'time'] as const

/**
 * Reads the cases that most reports are made of without building strings: `<testcase …/>`, or with
 * nothing but white space inside, whose attributes are among {@link PLAIN_ATTRIBUTES}, each at most
 * once, in plain ASCII. Such an element is well formed and a passed test wherever a case may stand;
 * whatever differs by a byte is left where it is, for the XML parser to judge.
 */
export class PlainCases {
  /** Line ends passed since the last call of {@link take}. */
  lines = 0
  readonly #ledger: CaseLedger
  readonly #hashes = PLAIN_ATTRIBUTES.map((): TextHash => ({ a: 0, b: 0 }))
  readonly #starts = PLAIN_ATTRIBUTES.map(() => 0)
  readonly #ends = PLAIN_ATTRIBUTES.map(() => 0)
  /** Most characters of one attribute. */
  readonly #longest: number
  #bytes: Buffer = Buffer.alloc(0)

  constructor(ledger: CaseLedger, longest: number) {
    this.#ledger = ledger
    this.#longest = longest
  }

  /**
   * Takes plain cases, and the white space before each, from the front of `bytes`.
   *
   * @param tally of the suite that the cases stand in
   * @returns where the first byte that was not taken stands
   * @throws Refusal when there are more cases than the limit
   */
  take(bytes: Buffer, start: number, tally: Tally): number {
    this.#bytes = bytes
    this.lines = 0
    let taken = start
    for (;;) {
      const begin = this.#skipSpace(taken)
      const end = this.#readCase(begin)
      if (end === -1) return taken
      tally.tests += 1
      const [file, className, name] = this.#hashes
      if (file && className && name) this.#ledger.addPassed(file, className, name, this.#id)
      this.lines += this.#newlines(taken, begin) + (bytes[end - 2] === 0x2f ? 0 : this.#inner)
      taken = end
    }
  }

  /** Line ends between the tags of the last case. */
  #inner = 0

  #skipSpace(start: number): number {
    let index = start
    while (
      this.#bytes[index] === SPACE ||
      this.#bytes[index] === NEWLINE ||
      this.#bytes[index] === 0x09
    )
      index += 1
    return index
  }

  #newlines(start: number, end: number): number {
    let count = 0
    for (let index = start; index < end; index += 1) if (this.#bytes[index] === NEWLINE) count += 1
    return count
  }

  /** @returns the end of the case that begins here, -1 when it is not a plain one or not complete */
  #readCase(start: number): number {
    if (!this.#stands(OPENING, start)) return -1
    this.#starts.fill(0)
    this.#ends.fill(0)
    let index = start + OPENING.length - 1
    while (this.#bytes[index] === SPACE) {
      if (this.#bytes[index + 1] === 0x2f || this.#bytes[index + 1] === 0x3e) {
        index += 1
        break
      }
      index = this.#readAttribute(index + 1)
      if (index === -1) return -1
    }
    return this.#isIdentified() ? this.#readEnd(index) : -1
  }

  /** @returns where the byte after the closing quote stands, or -1 */
  #readAttribute(start: number): number {
    let index = start
    while (ENDS_NAME[this.#bytes[index] ?? 0] === 0) index += 1
    const slot = this.#slot(start, index)
    if (slot === -1 || this.#bytes[index] !== 0x3d || this.#bytes[index + 1] !== QUOTE) return -1
    const hash = this.#hashes[slot]
    if (hash === undefined || this.#starts[slot] !== 0) return -1
    const begin = index + 2
    const end = hashBytes(this.#bytes, begin, this.#bytes.length, hash, ENDS_VALUE)
    if (this.#bytes[end] !== QUOTE || end - begin > this.#longest) return -1
    this.#starts[slot] = begin
    this.#ends[slot] = end
    return end + 1
  }

  #slot(start: number, end: number): number {
    for (let slot = 0; slot < PLAIN_NAMES.length; slot += 1) {
      const name = PLAIN_NAMES[slot]
      if (name?.length === end - start && this.#stands(name, start)) return slot
    }
    return -1
  }

  /** A case without a name, or whose class must be made out of its suites, goes the long way. */
  #isIdentified(): boolean {
    const [fileStart = 0, classStart = 0, nameStart = 0, timeStart = 0] = this.#starts
    const [, classEnd = 0, nameEnd = 0, timeEnd = 0] = this.#ends
    if (fileStart === 0) hashBytes(this.#bytes, 0, 0, this.#hashes[0] ?? { a: 0, b: 0 })
    const classLength = classEnd - classStart
    if (classLength === 0 || (classLength === 4 && this.#stands(TEST, classStart))) return false
    if (timeStart !== 0 && !this.#isPlainNumber(timeStart, timeEnd)) return false
    return nameEnd - nameStart > 0 && this.#bytes[nameStart] !== SPACE
  }

  #isPlainNumber(start: number, end: number): boolean {
    let dots = 0
    for (let index = start; index < end; index += 1) {
      const byte = this.#bytes[index] ?? 0
      if (byte === 0x2e && index > start && index < end - 1) dots += 1
      else if (byte < 0x30 || byte > 0x39) return false
    }
    return end > start && end - start <= 15 && dots <= 1
  }

  #readEnd(start: number): number {
    if (this.#bytes[start] === 0x2f) return this.#bytes[start + 1] === 0x3e ? start + 2 : -1
    if (this.#bytes[start] !== 0x3e) return -1
    const inner = this.#skipSpace(start + 1)
    if (!this.#stands(CLOSING, inner)) return -1
    this.#inner = this.#newlines(start + 1, inner)
    return inner + CLOSING.length
  }

  #stands(expected: Buffer, start: number): boolean {
    for (let index = 0; index < expected.length; index += 1)
      if (this.#bytes[start + index] !== expected[index]) return false
    return true
  }

  #id = (): TestId => ({ file: this.#part(0), className: this.#part(1), name: this.#part(2) })

  #part(slot: number): string {
    return this.#bytes.toString('latin1', this.#starts[slot], this.#ends[slot])
  }
}

const PLAIN_NAMES = PLAIN_ATTRIBUTES.map((name) => Buffer.from(name))
const TEST = Buffer.from('test')
