import { type TextHash, hashText, spread } from './identity-set.ts'

/**
 * Whether the same texts were put in and taken out, each as often, in whatever order: at 12 bytes
 * instead of the texts. Sums of hashes, so that different texts could meet by an effort; who can make
 * that effort can write the report.
 */
export class TextBalance {
  readonly #hash: TextHash = { a: 0, b: 0 }
  #a = 0
  #b = 0
  #count = 0

  putIn(text: string): void {
    this.#move(text, 1)
  }

  takeOut(text: string): void {
    this.#move(text, -1)
  }

  get isEven(): boolean {
    return this.#a === 0 && this.#b === 0 && this.#count === 0
  }

  #move(text: string, by: 1 | -1): void {
    hashText(text, this.#hash)
    const { a, b } = this.#hash
    this.#a = (this.#a + by * spread(spread(a) ^ b)) | 0
    this.#b = (this.#b + by * spread(spread(b) + a)) | 0
    this.#count += by
  }
}
