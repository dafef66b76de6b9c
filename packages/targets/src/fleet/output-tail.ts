const MOST_BYTES = 4_096
const MOST_LINES = 10

/** The last of what a child said, for the reason of a failure. Keeps at most 4 KiB. */
export class OutputTail {
  #bytes: Buffer = Buffer.alloc(0)

  add(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]).subarray(-MOST_BYTES)
  }

  /** At most ten lines; invalid UTF-8 is shown as U+FFFD. */
  text(): string {
    return this.#bytes.toString('utf8').trimEnd().split('\n').slice(-MOST_LINES).join('\n')
  }
}
