import { createHash } from 'node:crypto'
import type { CryptoCheck } from '../crypto-check.ts'
import { padLeft } from '../key-object.ts'
import type { OpenPgpKey } from './openpgp-key.ts'
import type { OpenPgpSignature } from './openpgp-signature.ts'
import { type Reading, read, refuse } from '../refusal.ts'
import { WireReader } from '../ssh/wire-reader.ts'

/** RFC 9580 §5.2.3.3: Ed25519 of its own algorithm number has bare bytes for numbers. */
const ED25519 = 27

/** What node:crypto must confirm for this signature over this payload by this key. */
export function openPgpCheckOf(
  signature: OpenPgpSignature,
  openPgpKey: OpenPgpKey,
  payload: readonly Buffer[],
): Reading<CryptoCheck> {
  const { algorithm, hash, hashStart } = signature
  if (algorithm !== openPgpKey.algorithm) {
    return refuse('signature/malformed', 'its signature is of another algorithm than its key')
  }
  const numbers = readNumbers(signature, openPgpKey)
  const key = openPgpKey.load()
  if (numbers === undefined)
    return refuse('signature/malformed', 'its signature has the wrong length')
  if (key === undefined) return refuse('signature/malformed', 'holds a public key that is no key')
  const data = Buffer.concat([...payload, signature.hashed, trailerOf(signature.hashed)])
  const digest = createHash(hash).update(data).digest()
  if (!digest.subarray(0, 2).equals(hashStart)) {
    return refuse(
      'signature/invalid',
      'its signature does not verify: the commit is not what was signed',
    )
  }
  // OpenPGP has Ed25519 sign the digest, not the document.
  return read(
    openPgpKey.kind === 'ed25519'
      ? { hash: null, key, data: digest, signature: numbers }
      : { hash, key, data, signature: numbers },
  )
}

/** RFC 4880 §5.2.4: version, 0xff and the length of what was hashed of the signature. */
function trailerOf(hashed: Buffer): Buffer {
  const trailer = Buffer.from([0x04, 0xff, 0, 0, 0, 0])
  trailer.writeUInt32BE(hashed.length, 2)
  return trailer
}

/**
 * The bare signature, each number in its full width: OpenPGP drops leading zeros (one honest RSA
 * signature in 256 is shorter than its modulus), node:crypto wants them.
 */
function readNumbers(
  { algorithm, material }: OpenPgpSignature,
  { kind, width }: OpenPgpKey,
): Buffer | undefined {
  if (algorithm === ED25519) return material.length === 64 ? material : undefined
  const reader = new WireReader(material)
  const numbers = Array.from({ length: kind === 'rsa' ? 1 : 2 }, () => reader.mpi())
  const padded = numbers.map((number) =>
    number === undefined || number.length > width ? undefined : padLeft(number, width),
  )
  const whole = padded.filter((number) => number !== undefined)
  return whole.length === numbers.length && reader.atEnd ? Buffer.concat(whole) : undefined
}
