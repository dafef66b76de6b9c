import { WireReader } from './wire-reader.ts'

/** Certificates of one authority that a key revocation list revokes (PROTOCOL.krl, section 1). */
export interface RevokedCertificates {
  /** Base64 of the authority's blob; empty for every authority. */
  readonly authority: string
  /** Serials, both ends included. */
  readonly serials: readonly { readonly from: bigint; readonly to: bigint }[]
  /** Serials as bits: bit i, from the right, stands for `offset + i`. */
  readonly bitmaps: readonly { readonly offset: bigint; readonly bits: Buffer }[]
  /** latin1 */
  readonly keyIds: ReadonlySet<string>
}

interface Named {
  readonly authority: Buffer
  readonly serial: bigint
  readonly keyId: string
}

/** Whether any list names this certificate by its serial or its key id. */
export function isCertificateRevoked(
  { authority, serial, keyId }: Named,
  lists: readonly RevokedCertificates[],
): boolean {
  if (lists.length === 0) return false
  const vouches = authority.toString('base64')
  return lists.some(
    (list) =>
      (list.authority === '' || list.authority === vouches) &&
      (list.keyIds.has(keyId) ||
        list.serials.some(({ from, to }) => from <= serial && serial <= to) ||
        list.bitmaps.some((bitmap) => hasBit(bitmap, serial))),
  )
}

function hasBit({ offset, bits }: RevokedCertificates['bitmaps'][number], serial: bigint): boolean {
  const place = serial - offset
  if (place < 0n || place >= BigInt(bits.length) * 8n) return false
  const at = Number(place)
  return (((bits[bits.length - 1 - (at >> 3)] ?? 0) >> (at & 7)) & 1) === 1
}

const SERIAL_LIST = 0x20
const SERIAL_RANGE = 0x21
const SERIAL_BITMAP = 0x22
const KEY_IDS = 0x23

interface Growing {
  readonly serials: { readonly from: bigint; readonly to: bigint }[]
  readonly bitmaps: { readonly offset: bigint; readonly bits: Buffer }[]
  readonly keyIds: Set<string>
}

/** Reads one section of certificates. Answers with a sentence when it cannot be honoured in full. */
export function readRevokedCertificates(body: WireReader): RevokedCertificates | string {
  const authority = body.string()
  const reserved = body.string()
  if (authority === undefined || reserved === undefined) return TRUNCATED
  const list: Growing = { serials: [], bitmaps: [], keyIds: new Set() }
  while (!body.atEnd) {
    const type = body.byte()
    const bytes = body.string()
    if (type === undefined || bytes === undefined) return TRUNCATED
    const problem = readSubsection(type, new WireReader(bytes), list)
    if (problem !== undefined) return problem
  }
  return { authority: authority.toString('base64'), ...list }
}

/** Answers with what cannot be honoured, if anything. */
function readSubsection(type: number, reader: WireReader, list: Growing): string | undefined {
  switch (type) {
    case SERIAL_LIST:
      while (!reader.atEnd) {
        const serial = reader.uint64()
        if (serial === undefined) return TRUNCATED
        list.serials.push({ from: serial, to: serial })
      }
      return undefined
    case SERIAL_RANGE:
      return readRange(reader, list)
    case SERIAL_BITMAP:
      return readBitmap(reader, list)
    case KEY_IDS:
      while (!reader.atEnd) {
        const id = reader.name()
        if (id === undefined) return TRUNCATED
        list.keyIds.add(id)
      }
      return undefined
    default:
      return `has certificates in a form of type ${type}, which is not honoured`
  }
}

function readRange(reader: WireReader, { serials }: Growing): string | undefined {
  const [from, to] = [reader.uint64(), reader.uint64()]
  if (from === undefined || to === undefined || !reader.atEnd) return TRUNCATED
  if (from > to) return 'has a range of serials that ends before it begins'
  serials.push({ from, to })
  return undefined
}

function readBitmap(reader: WireReader, { bitmaps }: Growing): string | undefined {
  const offset = reader.uint64()
  const bits = reader.magnitude()
  if (offset === undefined || bits === undefined || !reader.atEnd) return TRUNCATED
  bitmaps.push({ offset, bits })
  return undefined
}

const TRUNCATED = 'is a key revocation list that ends too early'
