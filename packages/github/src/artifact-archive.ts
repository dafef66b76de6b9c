import { crc32, inflateRawSync } from 'node:zlib'

/** A file in an archive. */
export interface ArchiveEntry {
  /** Path with slashes, below the top of the archive. */
  readonly path: string
  readonly bytes: Buffer
}

export type ArchiveReading =
  | { readonly kind: 'read'; readonly entries: readonly ArchiveEntry[] }
  | {
      readonly kind: 'refused'
      readonly why: 'unsafe' | 'limits' | 'duplicate'
      readonly reason: string
    }

export interface ArchiveLimits {
  readonly entries: number
  /** Of all entries together, unpacked. */
  readonly bytes: number
}

class Refusal extends Error {
  readonly why: 'unsafe' | 'limits' | 'duplicate'
  constructor(why: Refusal['why'], reason: string) {
    super(reason)
    this.why = why
  }
}

const refuse = (why: Refusal['why'], reason: string): never => {
  throw new Refusal(why, reason)
}

const LOCAL = 0x04034b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
const DESCRIPTOR = 0x08074b50
const [LOCAL_BYTES, CENTRAL_BYTES, END_BYTES, DESCRIPTOR_BYTES] = [30, 46, 22, 16]
/** Bits 3 (sizes follow the data) and 11 (names are UTF-8); encryption and the rest are refused. */
const KNOWN_FLAGS = 0x0808
const FOLLOWS = 0x0008
const [STORED, DEFLATED] = [0, 8]
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Unpacks a zip archive from outside (APPNOTE.TXT 6.3.10) into memory, so strictly that no two readers
 * can see different things in it: entries lie one after the other without gaps or overlaps, both headers
 * of each agree, sizes and checksums hold, and names are plain paths of regular files. No zip64, no
 * encryption, no comments, nothing before or after. What it does not know, it refuses.
 */
export function readArchive(bytes: Buffer, limits: ArchiveLimits): ArchiveReading {
  try {
    return { kind: 'read', entries: unpack(bytes, limits) }
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', why: error.why, reason: error.message }
    if (error instanceof RangeError) return { kind: 'refused', why: 'unsafe', reason: 'cut short' }
    throw error
  }
}

function unpack(bytes: Buffer, limits: ArchiveLimits): readonly ArchiveEntry[] {
  const headers = readDirectory(bytes, limits)
  const stated = headers.reduce((sum, { size }) => sum + size, 0)
  if (stated > limits.bytes)
    refuse('limits', `${stated} bytes unpacked, the limit is ${limits.bytes}`)
  const names = new Set<string>()
  const entries: ArchiveEntry[] = []
  let at = 0
  for (const header of headers) {
    const { path } = header
    // One name in two letter cases is one file on some disks.
    const folded = path.normalize('NFC').toLowerCase()
    if (names.has(folded)) refuse('duplicate', `two entries are named ${JSON.stringify(path)}`)
    names.add(folded)
    if (header.at !== at)
      refuse('unsafe', `${JSON.stringify(path)} does not follow the entry before it`)
    const { data, end } = readLocal(bytes, header)
    at = end
    if (path.endsWith('/')) {
      if (header.size > 0) refuse('unsafe', `the folder ${JSON.stringify(path)} has content`)
    } else entries.push({ path, bytes: inflate(data, header) })
  }
  if (at !== headers.start)
    refuse('unsafe', 'something lies between the entries and their directory')
  return entries
}

interface Header {
  readonly path: string
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  /** Where its local header begins. */
  readonly at: number
}

type Directory = readonly Header[] & { readonly start: number }

function readDirectory(bytes: Buffer, limits: ArchiveLimits): Directory {
  const end = bytes.byteLength - END_BYTES
  if (end < 0 || bytes.readUInt32LE(end) !== END)
    refuse('unsafe', 'it does not end as an archive ends')
  const [disk, startDisk, here, count] = [4, 6, 8, 10].map((field) =>
    bytes.readUInt16LE(end + field),
  )
  const [length, start, comment] = [
    bytes.readUInt32LE(end + 12),
    bytes.readUInt32LE(end + 16),
    bytes.readUInt16LE(end + 20),
  ]
  if (disk !== 0 || startDisk !== 0 || here !== count || comment !== 0)
    refuse('unsafe', 'it has several parts, or a comment')
  if (count === undefined || count > limits.entries)
    refuse('limits', `${count} entries, the limit is ${limits.entries}`)
  if (start + length !== end) refuse('unsafe', 'its directory is not where it says')
  const headers: Header[] = []
  let at = start
  while (at < end) {
    const { header, next } = readHeader(bytes, at)
    headers.push(header)
    at = next
  }
  if (at !== end || headers.length !== count)
    refuse('unsafe', 'its directory is not as long as it says')
  return Object.assign(headers, { start })
}

function readHeader(bytes: Buffer, at: number): { readonly header: Header; readonly next: number } {
  if (bytes.readUInt32LE(at) !== CENTRAL) refuse('unsafe', 'its directory is damaged')
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) =>
    bytes.readUInt16LE(at + field),
  )
  const end = at + CENTRAL_BYTES + (nameBytes ?? 0)
  const path = readName(bytes.subarray(at + CENTRAL_BYTES, end))
  const attributes = bytes.readUInt32LE(at + 38)
  const isUnix = bytes.readUInt8(at + 5) === 3
  if (isUnix) requirePlain(path, attributes >>> 16)
  return {
    header: {
      path,
      flags: bytes.readUInt16LE(at + 8),
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      at: bytes.readUInt32LE(at + 42),
    },
    next: end + (extraBytes ?? 0) + (commentBytes ?? 0),
  }
}

const [TYPE, REGULAR, FOLDER] = [0o170000, 0o100000, 0o040000]

/** A link or a device would make a later reader read, or write, somewhere else. */
function requirePlain(path: string, mode: number): void {
  const type = mode & TYPE
  if (type !== 0 && type !== (path.endsWith('/') ? FOLDER : REGULAR))
    refuse('unsafe', `${JSON.stringify(path)} is no regular file`)
}

const SEGMENT = /^(?!\.{1,2}$)[^/\\:\p{Cc}\p{Cf}]{1,255}$/u
const MOST_NAME_BYTES = 1024

function readName(bytes: Buffer): string {
  if (bytes.byteLength > MOST_NAME_BYTES) refuse('limits', 'a name is too long')
  let path = ''
  try {
    path = UTF8.decode(bytes)
  } catch {
    refuse('unsafe', 'a name is not UTF-8')
  }
  const segments = (path.endsWith('/') ? path.slice(0, -1) : path).split('/')
  if (!segments.every((segment) => SEGMENT.test(segment)))
    refuse('unsafe', `${JSON.stringify(path.slice(0, 100))} is no plain path below the archive`)
  return path
}

/** The packed data of an entry, and where it ends. Both of its headers must say the same. */
function readLocal(bytes: Buffer, header: Header): { readonly data: Buffer; readonly end: number } {
  const { at, path, flags, method, crc, packed, size } = header
  const name = JSON.stringify(path)
  if (bytes.readUInt32LE(at) !== LOCAL) refuse('unsafe', `${name} does not begin where it says`)
  if ((flags & ~KNOWN_FLAGS) !== 0) refuse('unsafe', `${name} is encrypted, or of an unknown kind`)
  const [nameBytes, extraBytes] = [bytes.readUInt16LE(at + 26), bytes.readUInt16LE(at + 28)]
  const start = at + LOCAL_BYTES + nameBytes + extraBytes
  const same =
    bytes.readUInt16LE(at + 6) === flags &&
    bytes.readUInt16LE(at + 8) === method &&
    bytes.subarray(at + LOCAL_BYTES, at + LOCAL_BYTES + nameBytes).equals(Buffer.from(path))
  if (!same) refuse('unsafe', `${name} is described in two ways`)
  const follows = (flags & FOLLOWS) !== 0
  const numbers = follows ? start + packed : at + 10
  if (follows && bytes.readUInt32LE(numbers) !== DESCRIPTOR)
    refuse('unsafe', `${name} lacks the sizes that should follow it`)
  const [foundCrc, foundPacked, foundSize] = [4, 8, 12].map((field) =>
    bytes.readUInt32LE(numbers + field),
  )
  if (foundCrc !== crc || foundPacked !== packed || foundSize !== size)
    refuse('unsafe', `${name} is described in two ways`)
  const end = start + packed + (follows ? DESCRIPTOR_BYTES : 0)
  return { data: bytes.subarray(start, start + packed), end }
}

function inflate(data: Buffer, { path, method, crc, size }: Header): Buffer {
  const bytes =
    method === STORED ? data : method === DEFLATED ? unpackData(data, size, path) : undefined
  if (bytes === undefined)
    return refuse('unsafe', `${JSON.stringify(path)} is packed in an unknown way`)
  if (bytes.byteLength !== size) refuse('unsafe', `${JSON.stringify(path)} lies about its size`)
  if (crc32(bytes) !== crc) refuse('unsafe', `${JSON.stringify(path)} is damaged`)
  return bytes
}

function unpackData(data: Buffer, size: number, path: string): Buffer {
  try {
    // One more than stated: what unpacks to more than it says stops there.
    return inflateRawSync(data, { maxOutputLength: size + 1 })
  } catch {
    return refuse('unsafe', `${JSON.stringify(path)} is damaged, or larger than it says`)
  }
}
