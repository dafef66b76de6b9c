import { type TextHash, hashByte, hashBytes, startHash } from '../identity-set.ts'
import { ENDS_VALUE, type PlainCursor, decodePlain, entityAt, stands } from './plain-text.ts'

const SPACE = 0x20
const QUOTE = 0x22
const APOSTROPHE = 0x27
const AMPERSAND = 0x26
const EQUALS = 0x3d

/**
 * The first three make the id; `time` must be a number, `status` and `result` words that are known,
 * `assertions` more than none; the others mean nothing to us.
 */
const NAMES =
  'file classname name time status result assertions timestamp line lineno id hostname group url owner'.split(
    ' ',
  )
const FILE = 0
const CLASS = 1
const NAME = 2
const TIME = NAMES.indexOf('time')
const STATUS = NAMES.indexOf('status')
const RESULT = NAMES.indexOf('result')
const ASSERTIONS = NAMES.indexOf('assertions')
const WORDS_FOR_PASSED = ['run', 'passed', 'completed'].map((word) => Buffer.from(word))
const NAME_BYTES = NAMES.map((name) => Buffer.from(name))
const TEST = Buffer.from('test')
const NONE = Buffer.from('0')

/** How many attributes a plain case may have at most. */
export const MOST_PLAIN_ATTRIBUTES = NAMES.length

const isLowerCase = (byte: number): boolean => byte >= 0x61 && byte <= 0x7a

/** Whether a text that begins with this byte is surely not made of spaces alone. */
const beginsVisibly = (byte: number): boolean => byte > SPACE && byte < 0x7f && byte !== AMPERSAND

/** The attributes of one plain case, as places in the bytes and hashes instead of strings. */
export class PlainAttributes {
  /** Hashes of file, class name and name. The class name's means nothing while `isOfSuite`. */
  readonly file: TextHash = { a: 0, b: 0 }
  readonly className: TextHash = { a: 0, b: 0 }
  readonly name: TextHash = { a: 0, b: 0 }
  readonly #unused: TextHash = { a: 0, b: 0 }
  readonly #starts = new Int32Array(NAMES.length)
  readonly #ends = new Int32Array(NAMES.length)
  /** Which attribute came at which place the last time: runners keep to one order. */
  readonly #order = new Int32Array(NAMES.length)
  readonly #longest: number
  readonly #cursor: PlainCursor

  /** @param longest most bytes of one value */
  constructor(cursor: PlainCursor, longest: number) {
    this.#cursor = cursor
    this.#longest = longest
  }

  /**
   * Reads ` name="value"` until something else comes.
   *
   * @returns false when these are not the attributes of a plain case
   */
  read(): boolean {
    const cursor = this.#cursor
    this.#starts.fill(0)
    this.#ends.fill(0)
    startHash(this.file)
    for (let place = 0; ; place += 1) {
      const before = cursor.at
      cursor.skipSpace()
      if (!isLowerCase(cursor.bytes[cursor.at] ?? 0)) break
      if (cursor.at === before || !this.#readAttribute(place)) return false
    }
    return this.#isWhole()
  }

  get fileText(): string {
    return this.#text(FILE)
  }

  get classText(): string {
    return this.#text(CLASS)
  }

  get nameText(): string {
    return this.#text(NAME)
  }

  /** Whether the class must be made out of the suites. */
  get isOfSuite(): boolean {
    return this.#length(CLASS) === 0 || this.#is(CLASS, TEST)
  }

  /** Values that state an outcome which the elements do not repeat, or not passed. */
  stated(): readonly string[] {
    return [STATUS, RESULT]
      .filter((slot) => !this.#saysPassed(slot))
      .map((slot) => this.#text(slot))
  }

  get statesPassed(): boolean {
    return this.#saysPassed(STATUS) && this.#saysPassed(RESULT)
  }

  #text(slot: number): string {
    return decodePlain(this.#cursor.bytes, this.#starts[slot] ?? 0, this.#ends[slot] ?? 0)
  }

  #readAttribute(place: number): boolean {
    const cursor = this.#cursor
    const slot = this.#slot(place)
    if (slot === -1 || this.#starts[slot] !== 0) return false
    const begin = cursor.at + (NAME_BYTES[slot]?.length ?? 0) + 2
    const end = this.#readValue(begin, this.#hashOf(slot))
    if (end === -1 || end - begin > this.#longest) return false
    this.#starts[slot] = begin
    this.#ends[slot] = end
    cursor.at = end + 1
    return true
  }

  #slot(place: number): number {
    const usual = this.#order[place] ?? 0
    if (this.#isNamed(usual)) return usual
    for (let slot = 0; slot < NAMES.length; slot += 1)
      if (this.#isNamed(slot)) {
        this.#order[place] = slot
        return slot
      }
    return -1
  }

  #isNamed(slot: number): boolean {
    const name = NAME_BYTES[slot]
    const { bytes, at } = this.#cursor
    if (name === undefined || !stands(name, bytes, at)) return false
    return bytes[at + name.length] === EQUALS && isQuote(bytes[at + name.length + 1])
  }

  #hashOf(slot: number): TextHash {
    if (slot === FILE) return this.file
    if (slot === CLASS) return this.className
    return slot === NAME ? this.name : this.#unused
  }

  /** @returns where the closing quote stands, or -1 */
  #readValue(begin: number, hash: TextHash): number {
    const { bytes } = this.#cursor
    const quote = bytes[begin - 1] ?? 0
    startHash(hash)
    let index = begin
    for (;;) {
      index = hashBytes(bytes, index, bytes.length, hash, ENDS_VALUE)
      const byte = bytes[index] ?? 0
      if (byte === quote) return index
      if (isQuote(byte)) {
        hashByte(byte, hash)
        index += 1
        continue
      }
      const entity = entityAt(bytes, index)
      if (entity === undefined) return -1
      hashByte(entity.byte, hash)
      index += entity.bytes.length
    }
  }

  /** A case whose name shows nothing goes the long way, and one that has something to be said about. */
  #isWhole(): boolean {
    const nameStart = this.#starts[NAME] ?? 0
    if (!beginsVisibly(this.#cursor.bytes[nameStart] ?? 0) || this.#length(NAME) === 0) return false
    return (
      (this.#starts[TIME] === 0 || this.#isPlainNumber(TIME)) &&
      (this.#starts[ASSERTIONS] === 0 || !this.#is(ASSERTIONS, NONE))
    )
  }

  #length(slot: number): number {
    return (this.#ends[slot] ?? 0) - (this.#starts[slot] ?? 0)
  }

  #is(slot: number, value: Buffer): boolean {
    const start = this.#starts[slot] ?? 0
    return this.#length(slot) === value.length && stands(value, this.#cursor.bytes, start)
  }

  #saysPassed(slot: number): boolean {
    return this.#starts[slot] === 0 || WORDS_FOR_PASSED.some((word) => this.#is(slot, word))
  }

  #isPlainNumber(slot: number): boolean {
    const start = this.#starts[slot] ?? 0
    const end = this.#ends[slot] ?? 0
    let dots = 0
    for (let index = start; index < end; index += 1) {
      const byte = this.#cursor.bytes[index] ?? 0
      if (byte === 0x2e && index > start && index < end - 1) dots += 1
      else if (byte < 0x30 || byte > 0x39) return false
    }
    return end > start && end - start <= 15 && dots <= 1
  }
}

const isQuote = (byte: number | undefined): boolean => byte === QUOTE || byte === APOSTROPHE
