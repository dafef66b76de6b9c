/** The text is not JSON as this project reads it; the message says what, and at which character. */
export class JsonRefusal extends Error {
  override readonly name = 'JsonRefusal'
}

const SPACE = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y
// oxlint-disable-next-line no-control-regex -- RFC 8259 §7 forbids exactly these, unescaped
const PLAIN = /[^"\\\u0000-\u001f]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const PRINTABLE_ASCII = /^[ -~]*$/

/**
 * Proves that a text is one JSON value (RFC 8259) that every reader understands alike: no duplicate
 * or `__proto__` keys, no number that a double cannot hold, no string outside Unicode NFC or with
 * lone surrogates, no deep nesting, nothing after the value. Builds no values: see `parseStrictJson`.
 */
export class JsonScanner {
  readonly #text: string
  readonly #maxDepth: number
  #at = 0

  constructor(text: string, maxDepth: number) {
    this.#text = text
    this.#maxDepth = maxDepth
  }

  /** @throws JsonRefusal naming the character by its offset in UTF-16 code units */
  scan(): void {
    this.#value(0)
    if (this.#at !== this.#text.length) this.#refuse('something follows the value')
  }

  #refuse(why: string): never {
    throw new JsonRefusal(`${why}, at character ${this.#at}`)
  }

  #skip(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match === null) return undefined
    this.#at = pattern.lastIndex
    return match[0]
  }

  #space(): void {
    // Nearly always there is none, and asking first is cheaper than a pattern.
    if (this.#text.charCodeAt(this.#at) <= 0x20) this.#skip(SPACE)
  }

  #value(depth: number): void {
    this.#space()
    const first = this.#text[this.#at]
    if (first === '{') this.#object(depth + 1)
    else if (first === '[') this.#array(depth + 1)
    else if (first === '"') this.#string()
    else if (first === '-' || (first !== undefined && first >= '0' && first <= '9')) this.#number()
    else this.#word()
    this.#space()
  }

  #word(): void {
    const word = ['true', 'false', 'null'].find((w) => this.#text.startsWith(w, this.#at))
    if (word === undefined) this.#refuse('expected a value')
    this.#at += word.length
  }

  #number(): void {
    const text = this.#skip(NUMBER)
    if (text === undefined) this.#refuse('malformed number')
    const value = Number(text)
    const exact = /[.eE]/.test(text) ? Number.isFinite(value) : Number.isSafeInteger(value)
    if (!exact) this.#refuse('a number that readers would round differently')
  }

  /** Returns the decoded text, which is what keys are compared by: `"a"` and `"\u0061"` are one key. */
  #string(): string {
    const from = this.#at
    this.#at += 1
    let escaped = false
    for (;;) {
      this.#skip(PLAIN)
      if (this.#text[this.#at] === '"') break
      if (this.#skip(ESCAPE) === undefined) this.#refuse('malformed or unfinished string')
      escaped = true
    }
    this.#at += 1
    const raw = this.#text.slice(from, this.#at)
    const value: unknown = escaped ? JSON.parse(raw) : raw.slice(1, -1)
    if (typeof value !== 'string') this.#refuse('malformed string')
    if (!escaped && PRINTABLE_ASCII.test(value)) return value
    if (!value.isWellFormed()) this.#refuse('a string with a lone surrogate')
    if (value.normalize('NFC') !== value) this.#refuse('a string that is not in Unicode NFC')
    return value
  }

  #object(depth: number): void {
    this.#enter(depth)
    const keys = new Set<string>()
    if (this.#closes('}')) return
    do {
      this.#space()
      if (this.#text[this.#at] !== '"') this.#refuse('expected a key')
      const key = this.#string()
      if (keys.has(key)) this.#refuse(`duplicate key ${JSON.stringify(key)}`)
      if (key === '__proto__')
        this.#refuse('the key __proto__, which changes objects in some readers')
      keys.add(key)
      this.#space()
      if (this.#text[this.#at] !== ':') this.#refuse('expected ":"')
      this.#at += 1
      this.#value(depth)
    } while (this.#goesOn('}'))
  }

  #array(depth: number): void {
    this.#enter(depth)
    if (this.#closes(']')) return
    do this.#value(depth)
    while (this.#goesOn(']'))
  }

  #enter(depth: number): void {
    if (depth > this.#maxDepth) this.#refuse(`nested deeper than ${this.#maxDepth}`)
    this.#at += 1
  }

  #closes(end: string): boolean {
    this.#space()
    if (this.#text[this.#at] !== end) return false
    this.#at += 1
    return true
  }

  #goesOn(end: string): boolean {
    const mark = this.#text[this.#at]
    if (mark !== ',' && mark !== end) this.#refuse(`expected "," or "${end}"`)
    this.#at += 1
    return mark === ','
  }
}
