import { isAscii, isUtf8 } from 'node:buffer'
import type { CaseLedger } from '../case-ledger.ts'
import { type TextHash, hashText } from '../identity-set.ts'
import type { TestCase, TestId } from '../test-run.ts'
import { CaseOutcome } from './case-outcome.ts'
import { PlainAttributes } from './plain-attributes.ts'
import { PlainChildren } from './plain-children.ts'
import { PlainCursor } from './plain-text.ts'
import type { SuiteFrame } from './suite-frame.ts'

const OPENING = Buffer.from('<testcase')
const TAG_END = Buffer.from('>')
const EMPTY_END = Buffer.from('/>')
/** How U+FFFE and U+FFFF begin, which XML forbids. */
const NEAR_NONCHARACTERS = Buffer.from([0xef, 0xbf])

/** How many elements are open within a plain case at most: case, properties, property. */
export const PLAIN_DEPTH = 3

/**
 * Reads the cases that most reports are made of without building strings: `<testcase …>` with
 * attributes that are known, each at most once, and nothing inside but logs, properties and outcomes of
 * the usual form. Such an element is well formed and means what it says wherever a case may stand;
 * whatever differs by a byte is left where it is, for the XML parser to judge.
 */
export class PlainCases {
  readonly #ledger: CaseLedger
  readonly #cursor = new PlainCursor()
  readonly #attributes: PlainAttributes
  readonly #children: PlainChildren
  /** What the case states that is read now; undefined while it states nothing but that it passed. */
  #outcome: CaseOutcome | undefined
  #isSound = false
  #suitePath: string | undefined
  readonly #suiteHash: TextHash = { a: 0, b: 0 }

  /** @param longest most bytes of one attribute */
  constructor(ledger: CaseLedger, longest: number) {
    this.#ledger = ledger
    this.#attributes = new PlainAttributes(this.#cursor, longest)
    const explains = ledger.onCase !== undefined
    this.#children = new PlainChildren(this.#cursor, { longest, explains })
  }

  /** Names the bytes that {@link take} is to read. */
  enter(bytes: Buffer): void {
    this.#cursor.bytes = bytes
    this.#isSound = isAscii(bytes) || isSoundText(bytes)
  }

  /** Line ends passed by the last call of {@link take}. */
  get lines(): number {
    return this.#cursor.lines
  }

  /**
   * Takes plain cases, and the white space before each, from `start` on.
   *
   * @param suite that the cases stand in
   * @returns where the first byte that was not taken stands
   * @throws Refusal when there are more cases than the limit
   */
  take(start: number, suite: SuiteFrame): number {
    const cursor = this.#cursor
    cursor.at = start
    cursor.lines = 0
    for (;;) {
      const { at, lines } = cursor
      cursor.skipSpace()
      if (!this.#isSound || !this.#readCase()) {
        cursor.lines = lines
        return at
      }
      this.#count(suite)
    }
  }

  #count(suite: SuiteFrame): void {
    const { file, className, name } = this.#attributes
    if (this.#suitePath !== suite.path) hashText(suite.path, this.#suiteHash)
    this.#suitePath = suite.path
    const outcome = this.#outcome
    if (outcome === undefined) suite.direct.tests += 1
    else outcome.count(suite.direct)
    const byClass = this.#attributes.isOfSuite ? this.#suiteHash : className
    this.#ledger.addHashed(file, byClass, name, outcome?.status ?? 'passed', this.#case)
  }

  /** @returns false when what begins here is no plain case, or not complete */
  #readCase(): boolean {
    const cursor = this.#cursor
    this.#outcome = undefined
    if (!cursor.skip(OPENING) || !this.#attributes.read()) return false
    if (!this.#attributes.statesPassed && !this.#readStated()) return false
    if (cursor.skip(EMPTY_END)) return true
    if (!cursor.skip(TAG_END) || !this.#children.read(this.#outcome)) return false
    this.#outcome = this.#children.outcome
    return true
  }

  #readStated(): boolean {
    const outcome = new CaseOutcome()
    this.#outcome = outcome
    return this.#attributes.stated().every((value) => outcome.stateValue(value))
  }

  #case = (): TestCase => ({
    id: this.#id(),
    status: this.#outcome?.status ?? 'passed',
    detail: this.#outcome?.detail ?? '',
  })

  #id(): TestId {
    const { fileText, classText, nameText, isOfSuite } = this.#attributes
    const className = isOfSuite ? (this.#suitePath ?? '') : classText
    return { file: fileText, className, name: nameText }
  }
}

/**
 * Whether the bytes are UTF-8 that XML allows, but for characters that are cut at the ends. A case
 * begins and ends by ASCII, so that no such cut is in one.
 */
function isSoundText(bytes: Buffer): boolean {
  let start = 0
  let end = bytes.length
  while (start < 4 && (bytes[start] ?? 0) >= 0x80) start += 1
  while (bytes.length - end < 4 && (bytes[end - 1] ?? 0) >= 0x80) end -= 1
  const text = bytes.subarray(start, end)
  return isUtf8(text) && !text.includes(NEAR_NONCHARACTERS)
}
