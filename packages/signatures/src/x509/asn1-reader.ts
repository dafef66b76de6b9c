/** One element of ASN.1, as X.690 encodes it. */
export interface Asn1Element {
  /** The identifier octet: class, whether constructed, and number. */
  readonly tag: number
  /** The contents octets; without the end mark of an indefinite length. */
  readonly body: Buffer
  /** All of it, header included. */
  readonly raw: Buffer
}

/** Identifier octets (X.680 §8.4) that we read. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** The identifier octet of `[number]` in a constructed, or a primitive, form. */
export const constructed = (number: number): number => 0xa0 | number
export const primitive = (number: number): number => 0x80 | number

/** Deeper than any certificate or CMS message nests. */
const MAX_DEPTH = 24

/**
 * `der`: one encoding for each value, and no other (X.690 §10). `framing`: indefinite lengths too,
 * as gpgsm writes around its messages; still nothing else of BER.
 */
type Rules = 'der' | 'framing'

/** Reads elements one after the other. Every answer is undefined where the bytes are not so. */
export class Asn1Reader {
  readonly #bytes: Buffer
  readonly #rules: Rules
  #at = 0

  constructor(bytes: Buffer, rules: Rules = 'der') {
    this.#bytes = bytes
    this.#rules = rules
  }

  /** True when every byte was read: trailing bytes are somewhere to hide things. */
  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  /** The next element, when it is one of this tag (or of any). */
  take(tag?: number): Asn1Element | undefined {
    if (tag !== undefined && this.#bytes[this.#at] !== tag) return undefined
    const found = readElement(this.#bytes, this.#at, this.#rules, 0)
    if (found === undefined) return undefined
    this.#at += found.raw.length
    return found
  }

  /** A reader of what the next element holds. */
  enter(tag: number): Asn1Reader | undefined {
    const found = this.take(tag)
    return found && new Asn1Reader(found.body, this.#rules)
  }

  /** Whether the next element has this tag. */
  sees(tag: number): boolean {
    return this.#bytes[this.#at] === tag
  }

  /** All elements until the end; undefined when one cannot be read or there are too many. */
  rest(tag?: number, limit = 1_024): readonly Asn1Element[] | undefined {
    const elements: Asn1Element[] = []
    while (!this.atEnd) {
      const element = this.take(tag)
      if (element === undefined || elements.length === limit) return undefined
      elements.push(element)
    }
    return elements
  }
}

/** What one element holds, when that is a sequence of elements and nothing else. */
export const childrenOf = (
  { body }: Asn1Element,
  tag?: number,
  limit?: number,
): readonly Asn1Element[] | undefined => new Asn1Reader(body).rest(tag, limit)

/** The one element that these bytes are, in DER and with nothing after it. */
export function soleElement(bytes: Buffer, tag?: number): Asn1Element | undefined {
  const reader = new Asn1Reader(bytes)
  const element = reader.take(tag)
  return reader.atEnd ? element : undefined
}

function readElement(
  bytes: Buffer,
  at: number,
  rules: Rules,
  depth: number,
): Asn1Element | undefined {
  const tag = bytes[at]
  const first = bytes[at + 1]
  // 0x1f would begin a tag of several octets, which nothing that we read has; 0 ends a content.
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f || tag === 0) {
    return undefined
  }
  if (first === 0x80) {
    return rules === 'framing' ? readIndefinite(bytes, at, depth) : undefined
  }
  const width = first < 0x80 ? 0 : first & 0x7f
  const start = at + 2 + width
  if (width > 4 || start > bytes.length) return undefined
  const length = width === 0 ? first : bytes.readUIntBE(at + 2, width)
  // X.690 §10.1: the shortest form of a length only.
  if (width > 0 && length < (width === 1 ? 0x80 : 256 ** (width - 1))) return undefined
  const end = start + length
  if (end > bytes.length) return undefined
  return { tag, body: bytes.subarray(start, end), raw: bytes.subarray(at, end) }
}

/** X.690 §8.1.3.6: elements until the mark of two zero octets. */
function readIndefinite(bytes: Buffer, at: number, depth: number): Asn1Element | undefined {
  const tag = bytes[at] ?? 0
  if ((tag & 0x20) === 0 || depth === MAX_DEPTH) return undefined
  const start = at + 2
  for (let next = start; next + 1 < bytes.length;) {
    if (bytes[next] === 0 && bytes[next + 1] === 0) {
      return { tag, body: bytes.subarray(start, next), raw: bytes.subarray(at, next + 2) }
    }
    const child = readElement(bytes, next, 'framing', depth + 1)
    if (child === undefined) return undefined
    next += child.raw.length
  }
  return undefined
}
