/** Reads one Protocol Buffers message (protobuf.dev, "Encoding"): fields by number. */
export class ProtobufReader {
  readonly #fields: ReadonlyMap<number, readonly (Buffer | number)[]>

  private constructor(fields: ReadonlyMap<number, readonly (Buffer | number)[]>) {
    this.#fields = fields
  }

  /** Undefined when the bytes are no message of these fields, or hold a number above 2^53. */
  static read(bytes: Buffer, known: readonly number[]): ProtobufReader | undefined {
    const fields = new Map<number, (Buffer | number)[]>()
    for (let at = 0; at < bytes.length;) {
      const field = readField(bytes, at)
      if (field === undefined || !known.includes(field.number)) return undefined
      const values = fields.get(field.number) ?? []
      fields.set(field.number, [...values, field.value])
      at = field.end
    }
    return new ProtobufReader(fields)
  }

  has(number: number): boolean {
    return this.#fields.has(number)
  }

  /** A number that stands once; one that is left out is zero. */
  number(number: number): number | undefined {
    const [value = 0, ...more] = this.#fields.get(number) ?? []
    return typeof value === 'number' && more.length === 0 ? value : undefined
  }

  /** Bytes that stand once. Two would be two messages to two readers. */
  bytes(number: number): Buffer | undefined {
    const [value, ...more] = this.#fields.get(number) ?? []
    return Buffer.isBuffer(value) && more.length === 0 ? value : undefined
  }

  message(number: number, known: readonly number[]): ProtobufReader | undefined {
    const bytes = this.bytes(number)
    return bytes && ProtobufReader.read(bytes, known)
  }

  all(number: number): readonly Buffer[] {
    return (this.#fields.get(number) ?? []).filter((value) => Buffer.isBuffer(value))
  }
}

interface Field {
  readonly number: number
  readonly value: Buffer | number
  readonly end: number
}

function readField(bytes: Buffer, at: number): Field | undefined {
  const key = readVarint(bytes, at)
  if (key === undefined) return undefined
  const number = Math.floor(key.value / 8)
  const first = readVarint(bytes, key.end)
  switch (key.value % 8) {
    case 0:
      return first && { number, ...first }
    case 2: {
      const end = (first?.end ?? 0) + (first?.value ?? 0)
      if (first === undefined || end > bytes.length) return undefined
      return { number, value: bytes.subarray(first.end, end), end }
    }
    default:
      return undefined // Fixed widths and groups: no field that we read has them.
  }
}

function readVarint(
  bytes: Buffer,
  at: number,
): { readonly value: number; readonly end: number } | undefined {
  let value = 0
  for (let index = 0; index < 8; index += 1) {
    const byte = bytes[at + index]
    if (byte === undefined) return undefined
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) {
      return Number.isSafeInteger(value) ? { value, end: at + index + 1 } : undefined
    }
  }
  return undefined
}
