import { numberFault } from './json-number.ts'
import { KeyTexts, decodeProven } from './key-texts.ts'
import { Utf8Proof } from './utf8-proof.ts'

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null'

/** Gets what a {@link JsonProver} comes upon. Places are indices into the bytes of that `write`. */
export interface JsonEvents {
  key(text: string): void
  /** @param at of its first byte */
  begin(kind: JsonKind, at: number): void
  /** @param end behind its last byte */
  end(end: number): void
}

export interface JsonProofLimits {
  /** Arrays and objects within each other: `[]` needs 1, `[{}]` needs 2. */
  readonly depth: number
  /** Bytes of one string or number. */
  readonly length: number
  /** Members of one object. */
  readonly members: number
}

/** What is wrong with a JSON text. */
export class JsonFault extends Error {
  readonly kind: 'syntax' | 'encoding' | 'limits'
  constructor(kind: JsonFault['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

/** What may come next. */
type State =
  | 'value'
  | 'first-item'
  | 'first-key'
  | 'key'
  | 'colon'
  | 'more'
  | 'string'
  | 'escape'
  | 'hex'
  | 'number'
  | 'word'
  | 'end'

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a]
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d]
const bytesOf = (text: string): ReadonlySet<number> => new Set(Buffer.from(text))
const marks = (which: (byte: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, byte) => (which(byte) ? 1 : 0))
/** Bytes within a string that say no more than themselves. */
const PLAIN = marks((byte) => byte >= 0x20 && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH)
const DIGIT = marks((byte) => byte >= 0x30 && byte <= 0x39)
const IN_NUMBER = marks((byte) => DIGIT[byte] === 1 || bytesOf('+-.eE').has(byte))
const ESCAPED = bytesOf('"\\/bfnrt')
const WORDS: ReadonlyMap<number, readonly [string, JsonKind]> = new Map([
  [0x74, ['true', 'boolean']],
  [0x66, ['false', 'boolean']],
  [0x6e, ['null', 'null']],
])
/** Whole numbers of so many digits are exact in any case. */
const SURELY_EXACT = 15
const NOTHING = Buffer.alloc(0)

/**
 * Proves bytes, piece by piece, to be one JSON value (RFC 8259) that every reader understands alike: no
 * duplicate or `__proto__` keys, no number that a double cannot hold, no lone surrogates, valid UTF-8,
 * nothing after the value. Keeps no more than the keys of the objects that are open. Builds no values:
 * of proven bytes `JSON.parse` makes the only value that there is.
 */
export class JsonProver {
  readonly #limits: JsonProofLimits
  readonly #events: JsonEvents | undefined
  readonly #keyTexts = new KeyTexts()
  #utf8 = new Utf8Proof()
  /** Keys of the open objects by their depth; nothing at the depth of an array. */
  readonly #keys: Set<string>[] = []
  readonly #isObject: boolean[] = []
  #depth = 0
  /** Deeper than this nothing is told. */
  #loud = Number.POSITIVE_INFINITY
  #state: State = 'value'
  /** Bytes in front of those of this `write`. */
  #before = 0
  /** Where the string or number that is open begins; it may have begun in earlier bytes. */
  #start = 0
  #earlier: Buffer[] = []
  #length = 0
  #isKey = false
  #hasEscapes = false
  #afterHigh = false
  #hex = ''
  #word = ''
  #wordAt = 0

  constructor(limits: JsonProofLimits, events?: JsonEvents) {
    this.#limits = limits
    this.#events = events
  }

  /** Called while a value begins: nothing is told of what is within it, only its end. */
  hush(): void {
    this.#loud = this.#depth
  }

  /** @throws JsonFault */
  write(bytes: Buffer): void {
    this.#start = 0
    let at = 0
    while (at < bytes.length) at = this.#step(bytes, at)
    if (this.#isOpen) this.#keepOpen(bytes)
    this.#before += bytes.length
  }

  /** Whether the value has ended, so that nothing but blanks may follow. */
  get isWhole(): boolean {
    return this.#state === 'end'
  }

  /**
   * The bytes are at their end. The next `write` begins another text.
   *
   * @throws JsonFault when the value is not
   */
  end(): void {
    if (this.#state === 'number' && this.#depth === 0) this.#endNumber(NOTHING, 0)
    if (!this.isWhole) this.#refuse('the text ends before its value', 0)
    this.#state = 'value'
    this.#before = 0
  }

  #step(bytes: Buffer, at: number): number {
    switch (this.#state) {
      case 'string':
        return this.#inString(bytes, at)
      case 'escape':
        return this.#escape(bytes[at] ?? 0, at)
      case 'hex':
        return this.#hexDigit(bytes[at] ?? 0, at)
      case 'number':
        return this.#inNumber(bytes, at)
      case 'word':
        return this.#inWord(bytes[at] ?? 0, at)
      case 'value':
      case 'first-item':
      case 'first-key':
      case 'key':
      case 'colon':
      case 'more':
      case 'end':
        return this.#between(bytes[at] ?? 0, at)
    }
  }

  /** Between the parts of the text: blanks and marks. */
  #between(byte: number, at: number): number {
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return at + 1
    const state = this.#state
    if (state === 'colon') {
      if (byte !== COLON) this.#refuse('expected ":"', at)
      this.#state = 'value'
    } else if (state === 'more') this.#more(byte, at)
    else if (state === 'end') this.#refuse('something follows the value', at)
    else if (state === 'first-item' && byte === CLOSE_ARRAY) this.#close(at)
    else if (state === 'first-key' && byte === CLOSE_OBJECT) this.#close(at)
    else if (state === 'first-key' || state === 'key') {
      if (byte !== QUOTE) this.#refuse('expected a key', at)
      this.#openString(at, true)
    } else return this.#value(byte, at)
    return at + 1
  }

  #more(byte: number, at: number): void {
    const isObject = this.#isObject[this.#depth] === true
    if (byte === COMMA) this.#state = isObject ? 'key' : 'value'
    else if (byte === (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) this.#close(at)
    else this.#refuse(`expected "," or "${isObject ? '}' : ']'}"`, at)
  }

  #value(byte: number, at: number): number {
    if (byte === QUOTE) {
      this.#begin('string', at)
      this.#openString(at, false)
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#open(byte === OPEN_OBJECT, at)
    else if (byte === 0x2d || DIGIT[byte] === 1) {
      this.#begin('number', at)
      this.#state = 'number'
      this.#start = at
      return at
    } else this.#openWord(byte, at)
    return at + 1
  }

  #open(isObject: boolean, at: number): void {
    if (this.#depth >= this.#limits.depth)
      throw new JsonFault(
        'limits',
        `it is nested deeper than ${this.#limits.depth}${this.#place(at)}`,
      )
    this.#begin(isObject ? 'object' : 'array', at)
    this.#depth += 1
    this.#isObject[this.#depth] = isObject
    if (isObject) {
      const keys = this.#keys[this.#depth]
      if (keys === undefined) this.#keys[this.#depth] = new Set()
      else keys.clear()
    }
    this.#state = isObject ? 'first-key' : 'first-item'
  }

  #close(at: number): void {
    this.#depth -= 1
    this.#finish(at + 1)
  }

  #openWord(byte: number, at: number): void {
    const word = WORDS.get(byte)
    if (word === undefined) this.#refuse('expected a value', at)
    this.#begin(word[1], at)
    this.#word = word[0]
    this.#wordAt = 1
    this.#state = 'word'
  }

  #inWord(byte: number, at: number): number {
    if (byte !== this.#word.charCodeAt(this.#wordAt)) this.#refuse('expected a value', at)
    this.#wordAt += 1
    if (this.#wordAt === this.#word.length) this.#finish(at + 1)
    return at + 1
  }

  #inNumber(bytes: Buffer, from: number): number {
    let at = from
    while (at < bytes.length && IN_NUMBER[bytes[at] ?? 0] === 1) at += 1
    if (at < bytes.length) this.#endNumber(bytes, at)
    return at
  }

  #endNumber(bytes: Buffer, end: number): void {
    if (!this.#isPlainCount(bytes, end)) {
      const text = this.#whole(bytes, end).toString('latin1')
      const fault = numberFault(text)
      if (fault !== undefined) this.#refuse(fault, end)
    }
    this.#finish(end)
  }

  #isPlainCount(bytes: Buffer, end: number): boolean {
    const size = end - this.#start
    if (this.#earlier.length > 0 || size > SURELY_EXACT) return false
    if (bytes[this.#start] === 0x30 && size > 1) return false
    for (let at = this.#start; at < end; at += 1) if (DIGIT[bytes[at] ?? 0] !== 1) return false
    return true
  }

  #openString(at: number, isKey: boolean): void {
    this.#state = 'string'
    this.#isKey = isKey
    this.#hasEscapes = false
    this.#start = at + 1
    this.#length = 0
  }

  #inString(bytes: Buffer, from: number): number {
    let at = from
    if (this.#afterHigh && bytes[at] !== BACKSLASH) this.#refuse('a lone surrogate', at)
    for (;;) {
      if (this.#utf8.missing === 0) while (at < bytes.length && PLAIN[bytes[at] ?? 0] === 1) at += 1
      if (at >= bytes.length) return at
      const byte = bytes[at] ?? 0
      if (byte >= 0x80 || this.#utf8.missing > 0) {
        if (!this.#utf8.take(byte))
          throw new JsonFault('encoding', `it is not UTF-8${this.#place(at)}`)
        at += 1
      } else if (byte === QUOTE) return this.#closeString(bytes, at)
      else if (byte === BACKSLASH) {
        this.#hasEscapes = true
        this.#state = 'escape'
        return at + 1
      } else this.#refuse('a control character within a string', at)
    }
  }

  #escape(byte: number, at: number): number {
    if (byte === 0x75) {
      this.#state = 'hex'
      this.#hex = ''
      return at + 1
    }
    if (!ESCAPED.has(byte)) this.#refuse('an unknown escape', at)
    if (this.#afterHigh) this.#refuse('a lone surrogate', at)
    this.#state = 'string'
    return at + 1
  }

  #hexDigit(byte: number, at: number): number {
    const digit = String.fromCharCode(byte)
    if (!/[0-9a-fA-F]/.test(digit)) this.#refuse('a malformed escape', at)
    this.#hex += digit
    if (this.#hex.length < 4) return at + 1
    const unit = Number.parseInt(this.#hex, 16)
    const isLow = unit >= 0xdc00 && unit <= 0xdfff
    if (isLow !== this.#afterHigh) this.#refuse('a lone surrogate', at)
    this.#afterHigh = unit >= 0xd800 && unit <= 0xdbff
    this.#state = 'string'
    return at + 1
  }

  #closeString(bytes: Buffer, at: number): number {
    this.#measure(at - this.#start)
    if (this.#isKey) {
      this.#addKey(this.#keyText(bytes, at), at)
      this.#earlier = []
      this.#isKey = false
      this.#state = 'colon'
    } else this.#finish(at + 1)
    return at + 1
  }

  #keyText(bytes: Buffer, end: number): string {
    if (this.#earlier.length === 0 && !this.#hasEscapes)
      return this.#keyTexts.textOf(bytes, this.#start, end)
    const raw = decodeProven(this.#whole(bytes, end))
    const value: unknown = JSON.parse(`"${raw}"`)
    return typeof value === 'string' ? value : raw
  }

  #addKey(key: string, at: number): void {
    const keys = this.#keys[this.#depth]
    if (keys === undefined || keys.has(key))
      this.#refuse(`the key ${JSON.stringify(key.slice(0, 80))} stands twice`, at)
    if (key === '__proto__')
      this.#refuse('the key __proto__, which changes objects in some readers', at)
    if (keys.size >= this.#limits.members)
      throw new JsonFault('limits', `an object has more than ${this.#limits.members} members`)
    keys.add(key)
    if (this.#depth <= this.#loud) this.#events?.key(key)
  }

  /** Whether a string or number may go on in the next bytes. */
  get #isOpen(): boolean {
    return ['string', 'escape', 'hex', 'number'].includes(this.#state)
  }

  /** Of what is open, the text matters later when it is a key or a number. */
  #keepOpen(bytes: Buffer): void {
    this.#measure(bytes.length - this.#start)
    if (this.#isKey || this.#state === 'number')
      this.#earlier.push(Buffer.from(bytes.subarray(this.#start)))
  }

  #measure(more: number): void {
    this.#length += more
    if (this.#length <= this.#limits.length) return
    const message = `a string or number has more than ${this.#limits.length} bytes`
    throw new JsonFault('limits', message)
  }

  #whole(bytes: Buffer, end: number): Buffer {
    const last = bytes.subarray(this.#start, end)
    return this.#earlier.length === 0 ? last : Buffer.concat([...this.#earlier, last])
  }

  #begin(kind: JsonKind, at: number): void {
    this.#length = 0
    if (this.#depth <= this.#loud) this.#events?.begin(kind, at)
  }

  #finish(end: number): void {
    this.#earlier = []
    this.#state = this.#depth === 0 ? 'end' : 'more'
    if (this.#depth > this.#loud) return
    this.#loud = Number.POSITIVE_INFINITY
    this.#events?.end(end)
  }

  #place(at: number): string {
    return `, at byte ${this.#before + at}`
  }

  #refuse(why: string, at: number): never {
    throw new JsonFault('syntax', `${why}${this.#place(at)}`)
  }
}
