import { bitsOf } from '../key-object.ts'

/**
 * Reads the SSH wire format (RFC 4251 §5): big-endian lengths in front of bytes. Every answer is
 * undefined where the bytes end too early.
 */
export class WireReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** True when every byte was read: trailing bytes are somewhere to hide things. */
  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  /** How many bytes were read. */
  get offset(): number {
    return this.#at
  }

  take(length: number): Buffer | undefined {
    const end = this.#at + length
    if (end > this.#bytes.length) return undefined
    const part = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return part
  }

  uint8(): number | undefined {
    return this.take(1)?.readUInt8()
  }

  uint16(): number | undefined {
    return this.take(2)?.readUInt16BE()
  }

  uint32(): number | undefined {
    return this.take(4)?.readUInt32BE()
  }

  byte(): number | undefined {
    return this.take(1)?.[0]
  }

  uint64(): bigint | undefined {
    return this.take(8)?.readBigUInt64BE()
  }

  string(): Buffer | undefined {
    const length = this.uint32()
    return length === undefined ? undefined : this.take(length)
  }

  /** A string of one byte a character; what is not ASCII matches no name that we know. */
  name(): string | undefined {
    return this.string()?.toString('latin1')
  }

  /** A non-negative mpint as its magnitude without leading zeros; undefined when negative. */
  magnitude(): Buffer | undefined {
    const bytes = this.string()
    if (bytes === undefined || (bytes[0] ?? 0) >= 0x80) return undefined
    const first = bytes.findIndex((byte) => byte !== 0)
    return first < 0 ? Buffer.alloc(0) : bytes.subarray(first)
  }

  /** RFC 4880 §3.2: bits in front, then that many without leading zeros; undefined when otherwise. */
  mpi(): Buffer | undefined {
    const bits = this.uint16()
    const bytes = bits === undefined ? undefined : this.take(Math.ceil(bits / 8))
    return bytes !== undefined && bitsOf(bytes) === bits ? bytes : undefined
  }
}

/** RFC 4251 string: its length, then its bytes. */
export function wireString(bytes: Buffer | string): Buffer {
  const body = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}
