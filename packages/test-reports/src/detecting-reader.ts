import type { ByteReader } from './byte-reader.ts'
import { recognize } from './recognizers.ts'
import type { Remarks } from './remarks.ts'
import { HEAD_BYTES, readHead } from './report-head.ts'

/**
 * Reads a report whose format nobody named. It is decided once, on the first 64 KiB or the whole of a
 * smaller report, and the reader of that format gets every byte, those first ones too.
 */
export class DetectingReader implements ByteReader {
  /** Undefined until it is decided, and when it cannot be. */
  format: string | undefined
  readonly #make: (format: string) => ByteReader | undefined
  readonly #remarks: Remarks
  #head: Buffer[] = []
  #size = 0
  #reader: ByteReader | undefined

  constructor(make: (format: string) => ByteReader | undefined, remarks: Remarks) {
    this.#make = make
    this.#remarks = remarks
  }

  write(bytes: Buffer): void {
    if (this.#reader !== undefined) return this.#reader.write(bytes)
    this.#size += bytes.length
    // A copy: whoever pushes the bytes may use their memory again.
    if (this.#size < HEAD_BYTES) this.#head.push(Buffer.from(bytes))
    else this.#decide([...this.#head, bytes])
  }

  end(): void {
    const reader = this.#reader ?? this.#decide(this.#head)
    reader.end()
  }

  #decide(pieces: readonly Buffer[]): ByteReader {
    const bytes = Buffer.concat(pieces)
    this.#head = []
    const reader = this.#readerFor(bytes.subarray(0, HEAD_BYTES))
    this.#reader = reader
    reader.write(bytes)
    return reader
  }

  #readerFor(start: Buffer): ByteReader {
    if (start.length === 0) throw this.#remarks.refusal('test/unparseable', '', 'the file is empty')
    if (isWide(start)) throw this.#remarks.refusal('test/bad-encoding', '', 'it is not UTF-8')
    const head = readHead(start)
    if (head.kind === 'xml' && head.doctype)
      throw this.#remarks.refusal('test/forbidden-markup', '', 'it has a DOCTYPE')
    const [format, ...others] = recognize(head)
    if (format === undefined) {
      const message = 'it begins like no known test report'
      throw this.#remarks.refusal('test/unknown-format', '', message)
    }
    if (others.length > 0) {
      const message = `it begins like ${[format, ...others].join(' and like ')}`
      throw this.#remarks.refusal('test/ambiguous-format', '', message)
    }
    const reader = this.#make(format)
    if (reader === undefined) {
      const message = `it begins like ${format}, for which there is no reader`
      throw this.#remarks.refusal('test/unknown-format', '', message)
    }
    this.format = format
    return reader
  }
}

/** UTF-16 or UTF-32, by its byte order mark or by the zero bytes beside an ASCII character. */
const isWide = (bytes: Buffer): boolean =>
  ['fffe', 'feff'].includes(bytes.toString('hex', 0, 2)) || bytes.subarray(0, 4).includes(0)
