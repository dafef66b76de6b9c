const NEWLINE = 0x0a

/** Splits bytes into lines, none longer than a limit. */
export class LineInput {
  readonly #longest: number
  #parts: Buffer[] = []
  #size = 0

  /** @param longest most bytes of one line */
  constructor(longest: number) {
    this.#longest = longest
  }

  /** @returns the lines that ended with these bytes, or undefined when one is too long */
  add(chunk: Buffer): string[] | undefined {
    const lines: string[] = []
    let start = 0
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start)
      const part = chunk.subarray(start, end === -1 ? chunk.length : end)
      this.#size += part.length
      if (this.#size > this.#longest) return undefined
      this.#parts.push(part)
      if (end === -1) return lines
      lines.push(Buffer.concat(this.#parts).toString())
      this.#parts = []
      this.#size = 0
      start = end + 1
    }
  }
}
