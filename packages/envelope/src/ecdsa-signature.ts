/** The order of the group of P-256 (SEC 2, §2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** Longest DER of two integers of 33 bytes: no length in it needs more than one byte. */
const MOST_BYTES = 72

/**
 * The one accepted spelling of an ECDSA signature on P-256: DER (RFC 3279 §2.2.3) with the lower of the
 * two values of `s` that verify. Without that choice anybody could turn a signed envelope into a second
 * one with another digest. Undefined for what is no such signature at all.
 */
export function canonicalEcdsa(der: Uint8Array): Buffer | undefined {
  const bytes = Buffer.from(der)
  if (bytes.byteLength > MOST_BYTES) return undefined
  const numbers = readNumbers(bytes)
  if (numbers === undefined || !writeNumbers(numbers).equals(bytes)) return undefined
  const { r, s } = numbers
  if (![r, s].every((number) => number > 0n && number < ORDER)) return undefined
  return writeNumbers({ r, s: s > ORDER / 2n ? ORDER - s : s })
}

interface Numbers {
  readonly r: bigint
  readonly s: bigint
}

/** Reads leniently; the caller compares with what {@link writeNumbers} makes of it. */
function readNumbers(bytes: Buffer): Numbers | undefined {
  const rLength = bytes[3] ?? 0
  const s = bytes.subarray(4 + rLength + 2)
  if (rLength === 0 || s.byteLength === 0) return undefined
  return { r: numberOf(bytes.subarray(4, 4 + rLength)), s: numberOf(s) }
}

const numberOf = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`)

function writeNumbers({ r, s }: Numbers): Buffer {
  const body = Buffer.concat([writeNumber(r), writeNumber(s)])
  return Buffer.concat([Buffer.from([0x30, body.byteLength]), body])
}

/** DER INTEGER of a number that is not negative: a zero byte in front where the first bit is set. */
function writeNumber(number: bigint): Buffer {
  const hex = number.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  const bytes = Buffer.from(even.charCodeAt(0) >= 0x38 ? `00${even}` : even, 'hex')
  return Buffer.concat([Buffer.from([0x02, bytes.byteLength]), bytes])
}
