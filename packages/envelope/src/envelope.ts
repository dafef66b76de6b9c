import { verify } from 'node:crypto'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { canonicalJson } from './canonical-json.ts'
import { sha256 } from './digest.ts'
import { preAuthenticationEncoding } from './pre-authentication-encoding.ts'
import { listOf, objectOf, objectWith, text } from './shape.ts'
import { readJson } from './shaped-json.ts'
import type { Envelope, OpenedEnvelope, Signer, TrustedKey } from './types.ts'

/** Why an envelope was not opened. `untrusted` covers a changed payload and a foreign signer alike. */
export type OpenResult =
  | { readonly kind: 'opened'; readonly envelope: OpenedEnvelope }
  | { readonly kind: 'malformed' | 'untrusted'; readonly reason: string }

/** A verdict about many thousands of findings still fits. */
const LIMITS = { maxBytes: 16 * 1024 * 1024, maxDepth: 4 }
const ED25519_SIGNATURE_BYTES = 64

/** Signs a payload: the canonical bytes of a DSSE v1.0.2 envelope. Same input and key, same bytes. */
export async function sealEnvelope(
  payloadType: string,
  payload: Uint8Array,
  signer: Signer,
): Promise<Buffer> {
  const signature = await signer.sign(preAuthenticationEncoding(payloadType, payload))
  const envelope: Envelope = {
    payloadType,
    payload: encodeBase64(payload),
    signatures: [{ keyid: signer.id, sig: encodeBase64(signature) }],
  }
  return Buffer.from(canonicalJson(envelope))
}

/**
 * Opens an envelope: strict form, the wanted payload type, and one signature by one trusted key.
 * Which key is found by trying, for `keyid` is not signed. It never chooses whom we trust; but one
 * that contradicts the key that verified is refused, so that no byte can be changed unseen.
 */
export function openEnvelope(
  bytes: Uint8Array,
  keys: readonly TrustedKey[],
  payloadType: string,
): OpenResult {
  const form = readForm(bytes)
  if (typeof form === 'string') return { kind: 'malformed', reason: form }
  if (form.payloadType !== payloadType) {
    const reason = `the payload type is ${JSON.stringify(form.payloadType)}, not ${payloadType}`
    return { kind: 'malformed', reason }
  }
  const signed = preAuthenticationEncoding(payloadType, form.payload)
  const signer = likelyFirst(keys, form.keyid).find((key) =>
    verify(null, signed, key.publicKey, form.signature),
  )
  if (signer === undefined) return { kind: 'untrusted', reason: describeTrust(keys) }
  if (form.keyid !== undefined && form.keyid !== signer.id) {
    return { kind: 'malformed', reason: 'keyid names another key than the one that signed' }
  }
  return { kind: 'opened', envelope: { payload: form.payload, signer, digest: sha256(bytes) } }
}

/** A right hint saves trying the others; a wrong one changes only the order. */
function likelyFirst(
  keys: readonly TrustedKey[],
  keyid: string | undefined,
): readonly TrustedKey[] {
  const [first] = keys
  if (first === undefined || first.id === keyid) return keys
  return [...keys.filter(({ id }) => id === keyid), ...keys.filter(({ id }) => id !== keyid)]
}

const describeTrust = (keys: readonly TrustedKey[]): string =>
  keys.length === 0
    ? 'there is no trusted key to verify it with'
    : `it is not signed over these bytes by ${keys.map((key) => key.name).join(' or ')}`

const envelopeShape = objectOf({
  payloadType: text,
  payload: text,
  signatures: listOf(objectWith({ sig: text }, { keyid: text }), 16),
})

interface Form {
  readonly payloadType: string
  readonly payload: Buffer
  readonly signature: Buffer
  readonly keyid: string | undefined
}

/** @returns the parts, or what is wrong with the form */
function readForm(bytes: Uint8Array): Form | string {
  const canonical = readCanonicalForm(bytes)
  if (canonical !== undefined) return canonical
  const read = readJson(envelopeShape, bytes, LIMITS)
  if (read.kind === 'refused') return read.reason
  const { payloadType, payload: encoded, signatures } = read.value
  const [only, ...others] = signatures
  if (only === undefined || others.length > 0) {
    return `${signatures.length} signatures, exactly one is accepted`
  }
  const payload = decodeBase64(encoded)
  if (payload === undefined) return 'the payload is not canonical base64'
  const signature = decodeBase64(only.sig)
  if (signature?.byteLength !== ED25519_SIGNATURE_BYTES) {
    return 'the signature is not 64 bytes in canonical base64'
  }
  return { payloadType, payload, signature, keyid: only.keyid }
}

const HEAD = '{"payload":"'
const MIDDLE = '","payloadType":"'
const TAIL =
  /^([!#-[\]-~]{1,128})","signatures":\[\{"keyid":"([!#-[\]-~]{1,128})","sig":"([A-Za-z0-9+/=]{88})"\}\]\}$/

/**
 * The very form that {@link sealEnvelope} writes, told without parsing JSON: nearly every envelope has
 * it, and a log may have millions. What differs in any byte is left to the strict reader.
 */
function readCanonicalForm(bytes: Uint8Array): Form | undefined {
  if (bytes.byteLength > LIMITS.maxBytes) return undefined
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const end = text.indexOf(MIDDLE)
  if (end < 0 || !text.startsWith(HEAD)) return undefined
  const [, payloadType, keyid, sig] = TAIL.exec(text.slice(end + MIDDLE.length)) ?? []
  if (payloadType === undefined || keyid === undefined || sig === undefined) return undefined
  const payload = decodeBase64(text.slice(HEAD.length, end))
  const signature = decodeBase64(sig)
  if (payload === undefined || signature?.byteLength !== ED25519_SIGNATURE_BYTES) return undefined
  return { payloadType, payload, signature, keyid }
}
