/** The string or number that is open: how long it is, and what of it came in earlier bytes. */
export class OpenText {
  /** Where it begins in the bytes at hand. */
  start = 0
  readonly #most: number
  readonly #tooLong: () => never
  #earlier: Buffer[] = []
  #size = 0

  constructor(most: number, tooLong: () => never) {
    this.#most = most
    this.#tooLong = tooLong
  }

  open(at: number): void {
    this.start = at
    this.#size = 0
    if (this.#earlier.length > 0) this.#earlier = []
  }

  /** Whether all of it is in the bytes at hand. */
  get isAtHand(): boolean {
    return this.#earlier.length === 0
  }

  /** It goes on behind these bytes. @param isKept whether its text will be asked for */
  goOn(bytes: Buffer, isKept: boolean): void {
    this.measure(bytes.length)
    this.#size += bytes.length - this.start
    // A copy: whoever pushes the bytes may use their memory again.
    if (isKept) this.#earlier.push(Buffer.from(bytes.subarray(this.start)))
    this.start = 0
  }

  /** @param end of what is known of it */
  measure(end: number): void {
    if (this.#size + end - this.start > this.#most) this.#tooLong()
  }

  whole(bytes: Buffer, end: number): Buffer {
    const last = bytes.subarray(this.start, end)
    return this.#earlier.length === 0 ? last : Buffer.concat([...this.#earlier, last])
  }
}
