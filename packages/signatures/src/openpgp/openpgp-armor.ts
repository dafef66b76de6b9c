import { type Reading, read, refuse } from '../refusal.ts'

/** Larger than any RSA-16384 signature with its comments. */
const MAX_ARMOR = 16 * 1024
const BEGIN = '-----BEGIN PGP SIGNATURE-----'
/** RFC 4880 §6.2: headers, a blank line, base64, an optional checksum. GitHub adds one empty line. */
const ARMOR =
  /^-----BEGIN PGP SIGNATURE-----\n(?:[A-Za-z]+: [^\n]*\n)*\n((?:[A-Za-z0-9+/]+={0,2}\n)+)(?:=([A-Za-z0-9+/]{4})\n)?-----END PGP SIGNATURE-----\n?$/

/** The packets in the armor of a detached signature, with nothing before or after it. */
export function readOpenPgpArmor(armor: string): Reading<Buffer> {
  if (armor.length > MAX_ARMOR) return malformed('is larger than any OpenPGP signature')
  if (!armor.startsWith(BEGIN)) {
    return refuse('signature/unsupported', 'carries an OpenPGP message, not a detached signature')
  }
  const [, lines, checksum] = ARMOR.exec(armor) ?? []
  if (lines === undefined) return malformed('is not one armored block with nothing around it')
  const body = lines.replaceAll('\n', '')
  const bytes = Buffer.from(body, 'base64')
  if (bytes.toString('base64') !== body) return malformed('is not plain base64')
  if (checksum !== undefined && checksum !== checksumOf(bytes)) {
    return malformed('does not match its checksum')
  }
  return read(bytes)
}

const CRC_START = 0xb704ce
const CRC_POLYNOMIAL = 0x1864cfb

/** CRC-24 of RFC 4880 §6.1, in base64. */
function checksumOf(bytes: Buffer): string {
  let crc = CRC_START
  for (const byte of bytes) {
    crc ^= byte << 16
    for (let bit = 0; bit < 8; bit += 1) {
      crc <<= 1
      if ((crc & 0x1000000) !== 0) crc ^= CRC_POLYNOMIAL
    }
  }
  const sum = Buffer.alloc(3)
  sum.writeUIntBE(crc, 0, 3)
  return sum.toString('base64')
}

const malformed = (what: string) => refuse('signature/malformed', `its signature ${what}`)
