/** Limits for JSON that comes from outside. */
export interface JsonLimits {
  readonly maxBytes: number
  readonly maxDepth: number
}

/** The text is not JSON as this project reads it; the message says what, and at which character. */
export class JsonRefusal extends Error {
  override readonly name = 'JsonRefusal'
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const SPACE = /[ \t\n\r]*/y
const LITERALS = ['true', 'false', 'null'] as const

/**
 * Reads JSON (RFC 8259) so that no two readers can see different things in it: fatal UTF-8 without a
 * BOM, no duplicate keys (JSON.parse keeps the last one silently), no lone surrogates, text in NFC,
 * numbers that a double holds exactly or finitely, one document and nothing after it.
 *
 * The scanner proves the text, JSON.parse makes the value: one implementation of unescaping, the
 * engine's, and `__proto__` comes out as a plain own key.
 * @throws JsonRefusal
 */
export function parseStrictJson(bytes: Uint8Array, limits: JsonLimits): unknown {
  if (bytes.byteLength > limits.maxBytes) throw new JsonRefusal(`larger than ${limits.maxBytes} bytes`)
  const text = decode(bytes)
  new Scanner(text, limits.maxDepth).document()
  return JSON.parse(text)
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new JsonRefusal('not valid UTF-8')
  }
}

class Scanner {
  readonly #text: string
  readonly #maxDepth: number
  #at = 0

  constructor(text: string, maxDepth: number) {
    this.#text = text
    this.#maxDepth = maxDepth
  }

  document(): void {
    this.#value(0)
    this.#space()
    if (this.#at !== this.#text.length) throw this.#refusal('something follows the document')
  }

  #value(depth: number): void {
    if (depth > this.#maxDepth) throw this.#refusal(`nested deeper than ${this.#maxDepth}`)
    this.#space()
    const next = this.#text[this.#at]
    if (next === '{') this.#object(depth)
    else if (next === '[') this.#array(depth)
    else if (next === '"') this.#string()
    else this.#scalar()
  }

  #object(depth: number): void {
    const keys = new Set<string>()
    this.#items('}', () => {
      this.#space()
      const key = this.#string()
      if (keys.has(key)) throw this.#refusal(`the key ${JSON.stringify(key)} stands twice`)
      keys.add(key)
      this.#space()
      this.#expect(':')
      this.#value(depth + 1)
    })
  }

  #array(depth: number): void {
    this.#items(']', () => this.#value(depth + 1))
  }

  #items(close: string, item: () => void): void {
    this.#at += 1
    this.#space()
    if (this.#text[this.#at] === close) {
      this.#at += 1
      return
    }
    for (;;) {
      item()
      this.#space()
      if (this.#text[this.#at] === close) break
      this.#expect(',')
    }
    this.#at += 1
  }

  #string(): string {
    const raw = this.#match(STRING)
    if (raw === undefined) throw this.#refusal('not a string')
    const value = JSON.parse(raw) as string
    if (!value.isWellFormed()) throw this.#refusal('a lone surrogate')
    if (value !== value.normalize('NFC')) throw this.#refusal('text that is not in NFC')
    return value
  }

  #scalar(): void {
    const literal = LITERALS.find((word) => this.#text.startsWith(word, this.#at))
    if (literal !== undefined) {
      this.#at += literal.length
      return
    }
    const number = this.#match(NUMBER)
    if (number === undefined) throw this.#refusal('not a value')
    const value = Number(number)
    const exact = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)
    if (!exact) throw this.#refusal('a number that is not held exactly')
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #space(): void {
    this.#match(SPACE)
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) throw this.#refusal(`${JSON.stringify(character)} is missing`)
    this.#at += 1
  }

  #refusal(what: string): JsonRefusal {
    return new JsonRefusal(`${what}, at character ${this.#at}`)
  }
}
