import type { CaseLedger } from '../case-ledger.ts'
import type { TestId } from '../test-run.ts'
import { PlainAttributes, stands } from './plain-attributes.ts'
import type { Tally } from './suite-counters.ts'

const NEWLINE = 0x0a
const SLASH = 0x2f
const TAG_END = 0x3e
const OPENING = Buffer.from('<testcase')
const CLOSING = Buffer.from('</testcase>')

/**
 * Reads the cases that most reports are made of without building strings: `<testcase …/>`, or with
 * nothing but white space inside, with attributes that say nothing of the outcome, each at most once,
 * in plain ASCII. Such an element is well formed and a passed test wherever a case may stand;
 * whatever differs by a byte is left where it is, for the XML parser to judge.
 */
export class PlainCases {
  /** Line ends passed by the last call of {@link take}. */
  lines = 0
  readonly #ledger: CaseLedger
  readonly #attributes: PlainAttributes
  #bytes: Buffer = Buffer.alloc(0)

  /** @param longest most bytes of one attribute */
  constructor(ledger: CaseLedger, longest: number) {
    this.#ledger = ledger
    this.#attributes = new PlainAttributes(longest)
  }

  /**
   * Takes plain cases, and the white space before each, from `start` on.
   *
   * @param tally of the suite that the cases stand in
   * @returns where the first byte that was not taken stands
   * @throws Refusal when there are more cases than the limit
   */
  take(bytes: Buffer, start: number, tally: Tally): number {
    this.#bytes = bytes
    this.lines = 0
    const { file, className, name } = this.#attributes
    let taken = start
    for (;;) {
      const lines = this.lines
      const end = this.#readCase(this.#skipSpace(taken))
      if (end === -1) {
        this.lines = lines
        return taken
      }
      tally.tests += 1
      this.#ledger.addPassed(file, className, name, this.#id)
      taken = end
    }
  }

  #skipSpace(start: number): number {
    for (let index = start; ; index += 1) {
      const byte = this.#bytes[index]
      if (byte === NEWLINE) this.lines += 1
      else if (byte !== 0x20 && byte !== 0x09) return index
    }
  }

  /** @returns the end of the case that begins here, -1 when it is not a plain one or not complete */
  #readCase(start: number): number {
    if (!stands(OPENING, this.#bytes, start)) return -1
    const index = this.#attributes.read(this.#bytes, start + OPENING.length)
    if (index === -1) return -1
    if (this.#bytes[index] === SLASH) return this.#bytes[index + 1] === TAG_END ? index + 2 : -1
    if (this.#bytes[index] !== TAG_END) return -1
    const inner = this.#skipSpace(index + 1)
    return stands(CLOSING, this.#bytes, inner) ? inner + CLOSING.length : -1
  }

  #id = (): TestId => ({
    file: this.#attributes.text(0),
    className: this.#attributes.text(1),
    name: this.#attributes.text(2),
  })
}
