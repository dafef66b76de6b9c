import { type RevokedCertificates, readRevokedCertificates } from './revoked-certificates.ts'
import type { RevokedKeys } from './revoked-keys.ts'
import { WireReader } from './wire-reader.ts'

/** What a binary list revokes. */
export type KeyRevocations = Omit<RevokedKeys, 'path'>

const MAGIC = Buffer.from('SSHKRL\n\0', 'latin1')
/** PROTOCOL.krl §2. Type 4, a signature, and 255, extensions, are not honoured. */
const SECTIONS = { certificates: 1, explicit: 2, sha1: 3, sha256: 5 } as const

/** Whether a file is a binary list, by its first bytes as OpenSSH tells it. */
export const isKrl = (bytes: Uint8Array): boolean => MAGIC.equals(bytes.subarray(0, MAGIC.length))

/**
 * Reads a binary key revocation list (OpenSSH, PROTOCOL.krl), in full or not at all. Answers with a
 * sentence when there is anything in it that cannot be honoured.
 */
export function readKrl(bytes: Buffer): KeyRevocations | string {
  const reader = new WireReader(bytes)
  reader.take(MAGIC.length)
  const version = reader.uint32()
  if (version !== 1) return `is in version ${version ?? '?'} of the key revocation list format`
  // Number of the list, date, flags: they say nothing about a key. Reserved and comment likewise.
  const stamps = reader.take(24)
  const reserved = reader.string()
  const comment = reader.string()
  if (stamps === undefined || reserved === undefined || comment === undefined) return TRUNCATED
  return readSections(reader)
}

function readSections(reader: WireReader): KeyRevocations | string {
  const list: Growing = { blobs: new Set(), sha1: new Set(), sha256: new Set(), certificates: [] }
  while (!reader.atEnd) {
    const type = reader.byte()
    const body = reader.string()
    if (type === undefined || body === undefined) return TRUNCATED
    const problem = readSection(type, new WireReader(body), list)
    if (problem !== undefined) return problem
  }
  return list
}

interface Growing {
  readonly blobs: Set<string>
  readonly sha1: Set<string>
  readonly sha256: Set<string>
  readonly certificates: RevokedCertificates[]
}

/** Answers with what cannot be honoured, if anything. */
function readSection(type: number, body: WireReader, list: Growing): string | undefined {
  switch (type) {
    case SECTIONS.certificates: {
      const revoked = readRevokedCertificates(body)
      if (typeof revoked === 'string') return revoked
      list.certificates.push(revoked)
      return undefined
    }
    case SECTIONS.explicit:
      return readEach(body, undefined, (blob) => list.blobs.add(blob.toString('base64')))
    case SECTIONS.sha1:
      return readEach(body, 20, (hash) => list.sha1.add(hash.toString('hex')))
    case SECTIONS.sha256:
      return readEach(body, 32, (hash) => list.sha256.add(asFingerprint(hash)))
    default:
      return `has a section of type ${type}, which is not honoured`
  }
}

function readEach(
  body: WireReader,
  length: number | undefined,
  add: (bytes: Buffer) => void,
): string | undefined {
  while (!body.atEnd) {
    const bytes = body.string()
    if (bytes === undefined) return TRUNCATED
    if (bytes.length !== (length ?? bytes.length) || bytes.length === 0) {
      return 'has an entry of the wrong length'
    }
    add(bytes)
  }
  return undefined
}

const asFingerprint = (hash: Buffer): string =>
  `SHA256:${hash.toString('base64').replaceAll('=', '')}`

const TRUNCATED = 'is a key revocation list that ends too early'
