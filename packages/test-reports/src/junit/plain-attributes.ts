import { type TextHash, hashByte, hashBytes, startHash } from '../identity-set.ts'

const SPACE = 0x20
const QUOTE = 0x22
const AMPERSAND = 0x26
const EQUALS = 0x3d

/**
 * The first three make the id; `time` must be a number, `status` and `result` a word for passed,
 * `assertions` more than none; the others mean nothing to us.
 */
const NAMES =
  'file classname name time status result assertions timestamp line lineno class id hostname group url owner'.split(
    ' ',
  )
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

/** Bytes that end a run of plain text: all but printable ASCII, and what has a meaning in XML. */
const ENDS_RUN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < SPACE || byte > 0x7e || byte === QUOTE || byte === AMPERSAND || byte === 0x3c ? 1 : 0,
)

/** The entities that XML itself defines (XML 1.0, section 4.6). */
const ENTITIES = [
  [Buffer.from('&amp;'), AMPERSAND],
  [Buffer.from('&lt;'), 0x3c],
  [Buffer.from('&gt;'), 0x3e],
  [Buffer.from('&quot;'), QUOTE],
  [Buffer.from('&apos;'), 0x27],
] as const

export function stands(expected: Buffer, bytes: Buffer, start: number): boolean {
  for (let index = 0; index < expected.length; index += 1)
    if (bytes[start + index] !== expected[index]) return false
  return true
}

/** The attributes of one plain case, as places in the bytes and hashes instead of strings. */
export class PlainAttributes {
  /** Hashes of file, class name and name. */
  readonly file: TextHash = { a: 0, b: 0 }
  readonly className: TextHash = { a: 0, b: 0 }
  readonly name: TextHash = { a: 0, b: 0 }
  readonly #unused: TextHash = { a: 0, b: 0 }
  readonly #starts = new Int32Array(NAMES.length)
  readonly #ends = new Int32Array(NAMES.length)
  /** Which attribute came at which place the last time: runners keep to one order. */
  readonly #order = new Int32Array(NAMES.length)
  readonly #longest: number
  #bytes: Buffer = Buffer.alloc(0)

  /** @param longest most bytes of one value */
  constructor(longest: number) {
    this.#longest = longest
  }

  /**
   * Reads ` name="value"` until something else comes.
   *
   * @returns where that stands, or -1 when these are not the attributes of a plain case
   */
  read(bytes: Buffer, start: number): number {
    this.#bytes = bytes
    this.#starts.fill(0)
    this.#ends.fill(0)
    startHash(this.file)
    let index = start
    for (let place = 0; bytes[index] === SPACE; place += 1) {
      if (!isLowerCase(bytes[index + 1] ?? 0)) {
        index += 1
        break
      }
      index = this.#readAttribute(index + 1, place)
      if (index === -1) return -1
    }
    return this.#isWhole() ? index : -1
  }

  text(slot: number): string {
    const text = this.#bytes.toString('latin1', this.#starts[slot], this.#ends[slot])
    if (!text.includes('&')) return text
    return ENTITIES.toReversed().reduce(
      (decoded, [entity, byte]) => decoded.replaceAll(entity.toString(), String.fromCharCode(byte)),
      text,
    )
  }

  #readAttribute(start: number, place: number): number {
    const slot = this.#slot(start, place)
    if (slot === -1 || this.#starts[slot] !== 0) return -1
    const begin = start + (NAME_BYTES[slot]?.length ?? 0) + 2
    const end = this.#readValue(begin, this.#hashOf(slot))
    if (end === -1 || end - begin > this.#longest) return -1
    this.#starts[slot] = begin
    this.#ends[slot] = end
    return end + 1
  }

  #slot(start: number, place: number): number {
    const usual = this.#order[place] ?? 0
    if (this.#isNamed(usual, start)) return usual
    for (let slot = 0; slot < NAMES.length; slot += 1)
      if (this.#isNamed(slot, start)) {
        this.#order[place] = slot
        return slot
      }
    return -1
  }

  #isNamed(slot: number, start: number): boolean {
    const name = NAME_BYTES[slot]
    if (name === undefined || !stands(name, this.#bytes, start)) return false
    const end = start + name.length
    return this.#bytes[end] === EQUALS && this.#bytes[end + 1] === QUOTE
  }

  #hashOf(slot: number): TextHash {
    if (slot === 0) return this.file
    if (slot === 1) return this.className
    return slot === 2 ? this.name : this.#unused
  }

  /** @returns where the closing quote stands, or -1 */
  #readValue(begin: number, hash: TextHash): number {
    startHash(hash)
    let index = begin
    for (;;) {
      index = hashBytes(this.#bytes, index, this.#bytes.length, hash, ENDS_RUN)
      if (this.#bytes[index] === QUOTE) return index
      const entity = ENTITIES.find(([text]) => stands(text, this.#bytes, index))
      if (entity === undefined) return -1
      hashByte(entity[1], hash)
      index += entity[0].length
    }
  }

  /** A case without a name, or whose class must be made out of its suites, goes the long way. */
  #isWhole(): boolean {
    const nameStart = this.#starts[2] ?? 0
    if (this.#length(1) <= 0 || this.#is(1, TEST)) return false
    if (this.#length(2) <= 0 || this.#bytes[nameStart] === SPACE) return false
    return (
      (this.#starts[TIME] === 0 || this.#isPlainNumber(TIME)) &&
      (this.#starts[STATUS] === 0 || this.#saysPassed(STATUS)) &&
      (this.#starts[RESULT] === 0 || this.#saysPassed(RESULT)) &&
      (this.#starts[ASSERTIONS] === 0 || !this.#is(ASSERTIONS, NONE))
    )
  }

  #length(slot: number): number {
    return this.#starts[slot] === 0 ? 0 : (this.#ends[slot] ?? 0) - (this.#starts[slot] ?? 0)
  }

  #is(slot: number, value: Buffer): boolean {
    return (
      this.#length(slot) === value.length && stands(value, this.#bytes, this.#starts[slot] ?? 0)
    )
  }

  #saysPassed(slot: number): boolean {
    return WORDS_FOR_PASSED.some((word) => this.#is(slot, word))
  }

  #isPlainNumber(slot: number): boolean {
    const start = this.#starts[slot] ?? 0
    const end = this.#ends[slot] ?? 0
    let dots = 0
    for (let index = start; index < end; index += 1) {
      const byte = this.#bytes[index] ?? 0
      if (byte === 0x2e && index > start && index < end - 1) dots += 1
      else if (byte < 0x30 || byte > 0x39) return false
    }
    return end > start && end - start <= 15 && dots <= 1
  }
}
