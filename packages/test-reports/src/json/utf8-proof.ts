/**
 * Proves bytes to be UTF-8, one at a time: Unicode 15, table 3-7 (well-formed byte sequences), which
 * leaves out overlong forms, surrogates and what lies beyond U+10FFFF.
 */
export class Utf8Proof {
  /** How many bytes of the character are still to come. */
  missing = 0
  #least = 0x80
  #most = 0xbf

  /** @returns false when no character has this byte at this place */
  take(byte: number): boolean {
    if (this.missing === 0) return this.#lead(byte)
    if (byte < this.#least || byte > this.#most) return false
    this.missing -= 1
    this.#least = 0x80
    this.#most = 0xbf
    return true
  }

  #lead(byte: number): boolean {
    if (byte < 0x80) return true
    if (byte < 0xc2 || byte > 0xf4) return false
    this.missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
    if (byte === 0xe0) this.#least = 0xa0
    else if (byte === 0xed) this.#most = 0x9f
    else if (byte === 0xf0) this.#least = 0x90
    else if (byte === 0xf4) this.#most = 0x8f
    return true
  }
}
