import type { ByteReader, Reading } from './byte-reader.ts'
import { readReportJson } from './report-json.ts'

/** Most bytes of a report that is held in memory as a whole. */
const MOST_BYTES = 64 * 1024 * 1024

/** Reads a format whose file is one JSON value that makes sense only as a whole. */
export class WholeJsonReader implements ByteReader {
  readonly #reading: Reading
  readonly #judge: (value: unknown, reading: Reading) => void
  #pieces: Buffer[] = []
  #size = 0

  /** @param judge gets the value when the file has ended; may throw a Refusal */
  constructor(reading: Reading, judge: (value: unknown, reading: Reading) => void) {
    this.#reading = reading
    this.#judge = judge
  }

  write(bytes: Buffer): void {
    this.#size += bytes.length
    const most = Math.min(MOST_BYTES, this.#reading.limits.bytes)
    if (this.#size > most) {
      this.#pieces = []
      const message = `a report of this format may have ${most} bytes`
      throw this.#reading.remarks.refusal('test/limits', '', message)
    }
    // A copy: whoever pushes the bytes may use their memory again.
    this.#pieces.push(Buffer.from(bytes))
  }

  end(): void {
    const { limits, remarks } = this.#reading
    const bytes = Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#judge(readReportJson(bytes, limits.depth, remarks, ''), this.#reading)
  }
}
