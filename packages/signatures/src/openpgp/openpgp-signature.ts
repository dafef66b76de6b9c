import { readOpenPgpArmor } from './openpgp-armor.ts'
import { readOnlyPacket } from './openpgp-packet.ts'
import { type SignedFacts, isPlainUnhashedArea, readHashedArea } from './openpgp-subpackets.ts'
import { type Reading, read, refuse } from '../refusal.ts'
import { WireReader } from '../ssh/wire-reader.ts'

/** A version 4 signature over a binary document (RFC 4880 §5.2.3). */
export interface OpenPgpSignature extends SignedFacts {
  /** Number of the public key algorithm (RFC 9580 §9.1). */
  readonly algorithm: number
  readonly hash: string
  /** From the version to the end of the hashed area: what is signed beside the document. */
  readonly hashed: Buffer
  /** First two bytes of the hash, as the signer saw it. */
  readonly hashStart: Buffer
  /** The numbers of the signature, in the form of its algorithm. */
  readonly material: Buffer
}

const SIGNATURE_TAG = 2
const BINARY_DOCUMENT = 0x00
/** RFC 9580 §9.5. */
const HASHES: Readonly<Record<number, string>> = { 8: 'sha256', 9: 'sha384', 10: 'sha512' }
/** MD5, SHA-1, RIPEMD-160: two documents with one hash can be made, or nearly so. */
const WEAK_HASHES: Readonly<Record<number, string>> = { 1: 'MD5', 2: 'SHA-1', 3: 'RIPEMD-160' }

/** Reads the armor of one detached OpenPGP signature, strictly. */
export function readOpenPgpSignature(armor: string): Reading<OpenPgpSignature> {
  const bytes = readOpenPgpArmor(armor)
  if (bytes.kind === 'refused') return bytes
  const packet = readOnlyPacket(bytes.value)
  if (packet?.tag !== SIGNATURE_TAG) return malformed('is not one signature packet and no more')
  return readBody(packet.body)
}

function readBody(body: Buffer): Reading<OpenPgpSignature> {
  const reader = new WireReader(body)
  const version = reader.uint8()
  if (version !== 4) {
    return refuse('signature/unsupported', `is an OpenPGP signature of version ${version ?? 0}`)
  }
  const type = reader.uint8()
  // 0x01 signs the text with other line ends: another document than the commit.
  if (type !== BINARY_DOCUMENT) {
    return refuse('signature/unsupported', 'its signature is not one over a binary document')
  }
  const algorithm = reader.uint8()
  const hash = readHash(reader.uint8())
  if (hash.kind === 'refused') return hash
  const hashedArea = reader.take(reader.uint16() ?? Infinity)
  const unhashedArea = reader.take(reader.uint16() ?? Infinity)
  const hashStart = reader.take(2)
  if (algorithm === undefined || hashedArea === undefined) return malformed('is truncated')
  if (unhashedArea === undefined || hashStart === undefined) return malformed('is truncated')
  const facts = readHashedArea(hashedArea)
  if (facts.kind === 'refused') return facts
  if (!isPlainUnhashedArea(unhashedArea, facts.value.issuer)) {
    return malformed('has unsigned data beside it')
  }
  const hashed = body.subarray(0, 6 + hashedArea.length)
  const material = body.subarray(hashed.length + 2 + unhashedArea.length + 2)
  return read({ ...facts.value, algorithm, hash: hash.value, hashed, hashStart, material })
}

function readHash(number: number | undefined): Reading<string> {
  const weak = WEAK_HASHES[number ?? 0]
  if (weak !== undefined) return refuse('signature/weak-key', `is signed over ${weak}`)
  const name = HASHES[number ?? 0]
  return name === undefined
    ? refuse('signature/unsupported', 'uses a hash other than SHA-256, SHA-384 and SHA-512')
    : read(name)
}

const malformed = (what: string) => refuse('signature/malformed', `its signature ${what}`)
