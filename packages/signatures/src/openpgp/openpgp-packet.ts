import { WireReader } from '../ssh/wire-reader.ts'

export interface OpenPgpPacket {
  readonly tag: number
  readonly body: Buffer
}

/**
 * Reads bytes that are exactly one packet (RFC 4880 §4.2), in the old or new form of header, its
 * length in the fewest bytes. Undefined for anything else: partial and open-ended lengths, a second
 * packet, trailing bytes.
 */
export function readOnlyPacket(bytes: Buffer): OpenPgpPacket | undefined {
  const reader = new WireReader(bytes)
  const first = reader.uint8()
  if (first === undefined || first < 0x80) return undefined
  const isNew = (first & 0x40) !== 0
  const tag = isNew ? first & 0x3f : (first >> 2) & 0x0f
  const length = isNew ? readNewLength(reader) : readOldLength(reader, first & 0x03)
  const body = length === undefined ? undefined : reader.take(length)
  return body === undefined || !reader.atEnd ? undefined : { tag, body }
}

/** RFC 4880 §4.2.1. */
function readOldLength(reader: WireReader, lengthType: number): number | undefined {
  if (lengthType === 0) return reader.uint8()
  if (lengthType === 1) return atLeast(reader.uint16(), 0x100)
  return lengthType === 2 ? atLeast(reader.uint32(), 0x10000) : undefined
}

/** RFC 4880 §4.2.2, and §5.2.3.1 for subpackets, whose two-byte form reaches a little further. */
export function readNewLength(reader: WireReader, lastOfTwo = 223): number | undefined {
  const first = reader.uint8()
  if (first === undefined || first < 192) return first
  if (first === 255) return atLeast(reader.uint32(), ((lastOfTwo - 191) << 8) + 192)
  const second = reader.uint8()
  if (first > lastOfTwo || second === undefined) return undefined
  return ((first - 192) << 8) + second + 192
}

/** A length that would fit into a shorter form says the same in other bytes: nobody honest writes it. */
const atLeast = (length: number | undefined, least: number): number | undefined =>
  length !== undefined && length >= least ? length : undefined
