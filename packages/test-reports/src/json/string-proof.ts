import type { RefuseAt } from './json-fault.ts'
import { Utf8Proof } from './utf8-proof.ts'

const [QUOTE, BACKSLASH, UNICODE] = [0x22, 0x5c, 0x75]
const bytesOf = (text: string): ReadonlySet<number> => new Set(Buffer.from(text))
const ESCAPED = bytesOf('"\\/bfnrt')
const HEX = bytesOf('0123456789abcdefABCDEF')
/** Bytes within a string that say no more than themselves. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
)

/** Proves the inside of strings (RFC 8259, 7): UTF-8, known escapes, no control characters, no lone surrogates. */
export class StringProof {
  hasEscapes = false
  readonly #refuse: RefuseAt
  readonly #utf8 = new Utf8Proof()
  /** Whether a backslash was just read. */
  #isEscape = false
  /** The digits read so far of `\\uXXXX`; undefined outside of one. */
  #hex: string | undefined
  /** Whether a high surrogate was just read, of which the low one must follow. */
  #afterHigh = false

  constructor(refuse: RefuseAt) {
    this.#refuse = refuse
  }

  /** A string begins: its quote was read. */
  open(): void {
    this.hasEscapes = false
  }

  /** @returns where the quote stands that ends the string, or the end of the bytes when it goes on */
  scan(bytes: Buffer, from: number): number {
    let at = from
    while (at < bytes.length) {
      const byte = bytes[at] ?? 0
      if (this.#isEscape) this.#escape(byte, at)
      else if (this.#hex !== undefined) this.#hexDigit(this.#hex, byte, at)
      else if (this.#afterHigh && byte !== BACKSLASH) this.#refuse('a lone surrogate', at)
      else if (byte >= 0x80 || this.#utf8.missing > 0) this.#beyondAscii(byte, at)
      else if (byte === QUOTE) return at
      else if (byte === BACKSLASH) this.#isEscape = this.hasEscapes = true
      else if (byte < 0x20) this.#refuse('a control character within a string', at)
      else while (PLAIN[bytes[at + 1] ?? 0] === 1) at += 1
      at += 1
    }
    return at
  }

  #escape(byte: number, at: number): void {
    this.#isEscape = false
    if (byte === UNICODE) this.#hex = ''
    else if (!ESCAPED.has(byte)) this.#refuse('an unknown escape', at)
    else if (this.#afterHigh) this.#refuse('a lone surrogate', at)
  }

  #hexDigit(before: string, byte: number, at: number): void {
    if (!HEX.has(byte)) this.#refuse('a malformed escape', at)
    const digits = before + String.fromCharCode(byte)
    this.#hex = digits.length < 4 ? digits : undefined
    if (digits.length < 4) return
    const unit = Number.parseInt(digits, 16)
    const isLow = unit >= 0xdc00 && unit <= 0xdfff
    if (isLow !== this.#afterHigh) this.#refuse('a lone surrogate', at)
    this.#afterHigh = unit >= 0xd800 && unit <= 0xdbff
  }

  #beyondAscii(byte: number, at: number): void {
    if (!this.#utf8.take(byte)) this.#refuse('it is not UTF-8', at, 'encoding')
  }
}
