import type { ReadLimits } from './read-limits.ts'
import type { Remarks } from './remarks.ts'

const NEWLINE = 0x0a

/** Splits bytes into lines of limited length. Says nothing of their encoding. */
export class ByteLines {
  /** Lines that were complete so far. */
  count = 0
  readonly #longest: number
  readonly #remarks: Remarks
  readonly #take: (line: Buffer) => void
  #parts: Buffer[] = []
  #size = 0

  /** @param take gets every line without its newline */
  constructor(limits: ReadLimits, remarks: Remarks, take: (line: Buffer) => void) {
    this.#longest = limits.textLength
    this.#remarks = remarks
    this.#take = take
  }

  /** @throws Refusal when a line is too long */
  write(bytes: Buffer): void {
    let start = 0
    for (;;) {
      const end = bytes.indexOf(NEWLINE, start)
      const part = bytes.subarray(start, end === -1 ? bytes.length : end)
      this.#size += part.length
      if (this.#size > this.#longest)
        throw this.#remarks.refusal(
          'test/too-long',
          `line ${this.count + 1}`,
          `a line is longer than ${this.#longest} bytes`,
        )
      if (end === -1) return this.#keep(part)
      this.#finish(part)
      start = end + 1
    }
  }

  /**
   * Hands on what stands after the last newline, if anything does.
   *
   * @returns whether all lines were ended by a newline
   */
  end(): boolean {
    if (this.#size === 0) return true
    this.#finish(Buffer.alloc(0))
    return false
  }

  /** A copy: whoever pushes the bytes may use their memory again. */
  #keep(part: Buffer): void {
    if (part.length > 0) this.#parts.push(Buffer.from(part))
  }

  #finish(part: Buffer): void {
    const line = this.#parts.length === 0 ? part : Buffer.concat([...this.#parts, part])
    this.#parts = []
    this.#size = 0
    this.count += 1
    this.#take(line)
  }
}
