import { isAscii } from 'node:buffer'

/**
 * Bytes to text, strictly UTF-8 (WHATWG Encoding, fatal). A byte order mark is left to the XML
 * parser, which accepts it at the very start only.
 */
export class Utf8Text {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  /** The decoder may hold the first bytes of a character whose rest comes later. */
  #pending = false

  /** @throws TypeError when the bytes are not UTF-8 */
  decode(bytes: Buffer): string {
    if (!this.#pending && isAscii(bytes)) return bytes.toString('latin1')
    this.#pending = (bytes.at(-1) ?? 0) >= 0x80
    return this.#decoder.decode(bytes, { stream: true })
  }

  /** @throws TypeError when the last character is incomplete */
  end(): string {
    return this.#decoder.decode()
  }
}
