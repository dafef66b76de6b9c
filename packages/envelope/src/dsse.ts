import { verify } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import { sha256 } from './keys.ts'
import { JsonRefusal, parseStrictJson } from './strict-json.ts'
import type { Envelope, OpenedEnvelope, Signer, TrustedKey } from './types.ts'

/** Largest envelope that is read: a verdict about many thousands of findings still fits. */
const LIMITS = { maxBytes: 16 * 1024 * 1024, maxDepth: 8 }

/** Why an envelope was not opened. `untrusted` covers a changed payload and a foreign signer alike. */
export type OpenResult =
  | { readonly kind: 'opened'; readonly envelope: OpenedEnvelope }
  | { readonly kind: 'malformed' | 'untrusted'; readonly reason: string }

/** Pre-authentication encoding: what is signed (DSSE protocol.md, "Signature Definition"). */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const header = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.byteLength} `
  return Buffer.concat([Buffer.from(header), payload])
}

/** Signs a payload into an envelope's bytes; same input and key, same bytes. */
export async function sealEnvelope(payloadType: string, payload: Uint8Array, signer: Signer): Promise<Buffer> {
  const signature = await signer.sign(preAuthenticationEncoding(payloadType, payload))
  const envelope: Envelope = {
    payloadType,
    payload: Buffer.from(payload).toString('base64'),
    signatures: [{ keyid: signer.id, sig: Buffer.from(signature).toString('base64') }],
  }
  return Buffer.from(`${canonicalJson(envelope)}\n`)
}

/**
 * Opens an envelope that must be of this payload type and carry exactly one signature by one of these
 * keys. The `keyid` inside is a hint from outside and is not looked at.
 */
export function openEnvelope(bytes: Uint8Array, keys: readonly TrustedKey[], payloadType: string): OpenResult {
  const read = readEnvelope(bytes)
  if (typeof read === 'string') return { kind: 'malformed', reason: read }
  if (read.payloadType !== payloadType) return { kind: 'malformed', reason: `payload type ${JSON.stringify(read.payloadType)}` }
  const signed = preAuthenticationEncoding(payloadType, read.payload)
  const signer = keys.find((key) => verify(null, signed, key.publicKey, read.signature))
  if (signer === undefined) return { kind: 'untrusted', reason: 'no trusted key made this signature over these bytes' }
  return { kind: 'opened', envelope: { payload: read.payload, signer, digest: sha256(bytes) } }
}

interface ReadEnvelope {
  readonly payloadType: string
  readonly payload: Buffer
  readonly signature: Buffer
}

/** @returns the parts, or what is wrong with the form */
function readEnvelope(bytes: Uint8Array): ReadEnvelope | string {
  let value: unknown
  try {
    value = parseStrictJson(bytes, LIMITS)
  } catch (error) {
    if (error instanceof JsonRefusal) return error.message
    throw error
  }
  if (!hasExactly(value, ['payload', 'payloadType', 'signatures'])) return 'not a DSSE envelope'
  const { payload, payloadType, signatures } = value
  if (typeof payloadType !== 'string' || !Array.isArray(signatures)) return 'not a DSSE envelope'
  const [only, ...more] = signatures as readonly unknown[]
  if (!hasExactly(only, ['keyid', 'sig']) || more.length > 0) return 'not exactly one signature'
  const decoded = decodeBase64(payload)
  const signature = decodeBase64(only['sig'])
  if (decoded === undefined || signature === undefined) return 'not canonical base64'
  return { payloadType, payload: decoded, signature }
}

/** Standard base64 in its one canonical form: variants would give one record several texts. */
function decodeBase64(text: unknown): Buffer | undefined {
  if (typeof text !== 'string') return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

export function hasExactly<Key extends string>(value: unknown, keys: readonly Key[]): value is Record<Key, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const present = Object.keys(value)
  return present.length === keys.length && keys.every((key) => present.includes(key))
}
