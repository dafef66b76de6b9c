import { createHash } from 'node:crypto'
import { type Asn1Element, Asn1Reader, TAG, constructed, soleElement } from '../x509/asn1-reader.ts'
import { type LogKeys, logSigned, wasInService } from './log-key.ts'
import { WireReader } from '../ssh/wire-reader.ts'
import { type Certificate, extensionsOf } from '../x509/x509-certificate.ts'

/** Signed certificate timestamps within a certificate (RFC 6962 §3.3). */
const TIMESTAMPS = '1.3.6.1.4.1.11129.2.4.2'
const ECDSA_SHA256 = 0x0403
const MAX_TIMESTAMPS = 16

/**
 * Whether a pinned log of certificates has taken in this one before it was issued: why that is not
 * proved, or undefined. Without it an authority could issue in secret.
 */
export function objectToTimestamps(
  certificate: Certificate,
  issuer: Certificate,
  logs: LogKeys,
): string | undefined {
  const timestamps = readTimestamps(certificate)
  const body = bodyWithout(certificate, TIMESTAMPS)
  if (timestamps === undefined || body === undefined) return 'has no timestamp of a certificate log'
  const head = Buffer.concat([
    createHash('sha256').update(issuer.publicKeyInfo).digest(),
    width(body.length, 3),
    body,
  ])
  const isProved = timestamps.some((one) => {
    const log = logs.get(one.logId)
    const signed = Buffer.concat([one.front, head, one.extensions])
    return log !== undefined && wasInService(log, one.time) && logSigned(log, signed, one.signature)
  })
  return isProved ? undefined : 'has no timestamp that a pinned certificate log signed'
}

interface Timestamp {
  readonly logId: string
  /** Milliseconds since the epoch. */
  readonly time: number
  /** What is signed before the certificate (§3.2): version, kinds and time. */
  readonly front: Buffer
  /** What is signed after it, with its length. */
  readonly extensions: Buffer
  readonly signature: Buffer
}

function readTimestamps({ extensions }: Certificate): readonly Timestamp[] | undefined {
  const value = extensions.get(TIMESTAMPS)?.value
  const list = value && soleElement(value, TAG.octetString)
  if (list === undefined) return undefined
  const outer = new WireReader(list.body)
  const inner = part(outer)
  if (inner === undefined || !outer.atEnd) return undefined
  const timestamps: Timestamp[] = []
  for (const reader = new WireReader(inner); !reader.atEnd;) {
    const timestamp = readTimestamp(part(reader))
    if (timestamp === undefined || timestamps.length === MAX_TIMESTAMPS) return undefined
    timestamps.push(timestamp)
  }
  return timestamps
}

/** TLS presentation (RFC 8446 §3.4): two octets of length, then so many. */
const part = (reader: WireReader): Buffer | undefined => reader.take(reader.uint16() ?? Infinity)

function readTimestamp(bytes: Buffer | undefined): Timestamp | undefined {
  if (bytes === undefined) return undefined
  const reader = new WireReader(bytes)
  const version = reader.uint8()
  const logId = reader.take(32)
  const time = reader.take(8)
  const extensions = part(reader)
  const algorithm = reader.uint16()
  const signature = part(reader)
  if (version !== 0 || algorithm !== ECDSA_SHA256 || !reader.atEnd) return undefined
  if (logId === undefined || time === undefined || extensions === undefined) return undefined
  if (signature === undefined) return undefined
  return {
    logId: logId.toString('hex'),
    time: Number(time.readBigUInt64BE()),
    // Version 1, certificate_timestamp; then precert_entry.
    front: Buffer.concat([Buffer.of(0, 0), time, Buffer.of(0, 1)]),
    extensions: Buffer.concat([width(extensions.length, 2), extensions]),
    signature,
  }
}

/** The signed body of a certificate as it was before this extension came in. */
function bodyWithout({ tbs }: Certificate, oid: string): Buffer | undefined {
  const outer = soleElement(tbs, TAG.sequence)
  const fields = outer && new Asn1Reader(outer.body).rest()
  const last = fields?.at(-1)
  if (fields === undefined || last?.tag !== constructed(3)) return undefined
  const list = soleElement(last.body, TAG.sequence)
  const extensions = list && extensionsOf(list)
  if (extensions === undefined) return undefined
  const kept = [...extensions].filter(([name]) => name !== oid).map(([, { raw }]) => raw)
  const rebuilt = encode(constructed(3), encode(TAG.sequence, ...kept))
  return encode(TAG.sequence, ...fields.slice(0, -1).map(({ raw }) => raw), rebuilt)
}

/** One element in DER. */
function encode(tag: Asn1Element['tag'], ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const octets = Math.ceil((32 - Math.clz32(body.length)) / 8)
  const length =
    body.length < 0x80
      ? Buffer.of(body.length)
      : Buffer.concat([Buffer.of(0x80 | octets), width(body.length, octets)])
  return Buffer.concat([Buffer.of(tag), length, body])
}

function width(value: number, octets: number): Buffer {
  const bytes = Buffer.alloc(octets)
  bytes.writeUIntBE(value, 0, octets)
  return bytes
}
