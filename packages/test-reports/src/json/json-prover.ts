import { JsonFault } from './json-fault.ts'
import { numberFault } from './json-number.ts'
import { KeyTexts, decodeProven } from './key-texts.ts'
import { OpenText } from './open-text.ts'
import { StringProof } from './string-proof.ts'

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

/** What may come next. */
type State =
  | 'value'
  | 'first-item'
  | 'first-key'
  | 'key'
  | 'colon'
  | 'more'
  | 'string'
  | 'number'
  | 'word'
  | 'end'

const [QUOTE, MINUS, COMMA, COLON] = [0x22, 0x2d, 0x2c, 0x3a]
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d]
const marks = (text: string): Uint8Array => {
  const bytes = new Set(Buffer.from(text))
  return Uint8Array.from({ length: 256 }, (_, byte) => (bytes.has(byte) ? 1 : 0))
}
const DIGIT = marks('0123456789')
const IN_NUMBER = marks('0123456789+-.eE')
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
  readonly #string: StringProof
  readonly #text: OpenText
  /** Keys of the open objects by their depth; nothing at the depth of an array. */
  readonly #keys: Set<string>[] = []
  readonly #isObject: boolean[] = []
  #depth = 0
  /** Deeper than this nothing is told. */
  #loud = Number.POSITIVE_INFINITY
  #state: State = 'value'
  /** Bytes in front of those of this `write`. */
  #before = 0
  #isKey = false
  #word = ''
  #wordAt = 0

  constructor(limits: JsonProofLimits, events?: JsonEvents) {
    this.#limits = limits
    this.#events = events
    this.#string = new StringProof((why, at, kind) => this.#refuse(why, at, kind))
    this.#text = new OpenText(limits.length, () => {
      throw new JsonFault('length', `a string or number has more than ${limits.length} bytes`)
    })
  }

  /** Called while a value begins: nothing is told of what is within it, only its end. */
  hush(): void {
    this.#loud = this.#depth
  }

  /** @throws JsonFault */
  write(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) at = this.#step(bytes, at)
    // Of what is open, the text matters later when it is a key or a number.
    if (this.#state === 'number') this.#text.goOn(bytes, true)
    else if (this.#state === 'string') this.#text.goOn(bytes, this.#isKey)
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
    else if (byte === MINUS || DIGIT[byte] === 1) {
      this.#begin('number', at)
      this.#state = 'number'
      this.#text.open(at)
      return at
    } else this.#openWord(byte, at)
    return at + 1
  }

  #open(isObject: boolean, at: number): void {
    if (this.#depth >= this.#limits.depth)
      this.#refuse(`it is nested deeper than ${this.#limits.depth}`, at, 'depth')
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
      const text = this.#text.whole(bytes, end).toString('latin1')
      const fault = numberFault(text)
      if (fault !== undefined) this.#refuse(fault, end)
    }
    this.#finish(end)
  }

  #isPlainCount(bytes: Buffer, end: number): boolean {
    const { start, isAtHand } = this.#text
    const size = end - start
    if (!isAtHand || size > SURELY_EXACT || (bytes[start] === 0x30 && size > 1)) return false
    for (let at = start; at < end; at += 1) if (DIGIT[bytes[at] ?? 0] !== 1) return false
    return true
  }

  #openString(at: number, isKey: boolean): void {
    this.#state = 'string'
    this.#isKey = isKey
    this.#text.open(at + 1)
    this.#string.open()
  }

  #inString(bytes: Buffer, from: number): number {
    const at = this.#string.scan(bytes, from)
    if (at === bytes.length) return at
    this.#text.measure(at)
    if (this.#isKey) {
      this.#addKey(this.#keyText(bytes, at), at)
      this.#state = 'colon'
    } else this.#finish(at + 1)
    return at + 1
  }

  #keyText(bytes: Buffer, end: number): string {
    if (this.#text.isAtHand && !this.#string.hasEscapes)
      return this.#keyTexts.textOf(bytes, this.#text.start, end)
    const raw = decodeProven(this.#text.whole(bytes, end))
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
      this.#refuse(`an object has more than ${this.#limits.members} members`, at, 'members')
    keys.add(key)
    if (this.#depth <= this.#loud) this.#events?.key(key)
  }

  #begin(kind: JsonKind, at: number): void {
    if (this.#depth <= this.#loud) this.#events?.begin(kind, at)
  }

  #finish(end: number): void {
    this.#state = this.#depth === 0 ? 'end' : 'more'
    if (this.#depth > this.#loud) return
    this.#loud = Number.POSITIVE_INFINITY
    this.#events?.end(end)
  }

  #refuse(why: string, at: number, kind: JsonFault['kind'] = 'syntax'): never {
    throw new JsonFault(kind, `${why}, at byte ${this.#before + at}`)
  }
}
