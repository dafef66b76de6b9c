import { decodeBase64, encodeBase64 } from './base64.ts'
import {
  MOST_ENVELOPE_BYTES,
  MOST_SIGNATURE_BYTES,
  Room,
  type Form,
  readCanonicalForm,
} from './canonical-form.ts'
import { canonicalJson } from './canonical-json.ts'
import { sha256 } from './digest.ts'
import { isSignedBy } from './key-signature.ts'
import { preAuthenticationEncoding } from './pre-authentication-encoding.ts'
import { listOf, objectOf, objectWith, text } from './shape.ts'
import { readJson } from './shaped-json.ts'
import type {
  Envelope,
  OpenResult,
  StatementSigner,
  TrustedIdentity,
  TrustedKey,
  TrustedSigner,
} from './types.ts'

/** A verdict about many thousands of findings still fits. */
const LIMITS = { maxBytes: MOST_ENVELOPE_BYTES, maxDepth: 4 }
/** What begins a Sigstore bundle, in whichever order; a DSSE envelope has no such member. */
const BUNDLE = /^\s*\{\s*"(?:dsseEnvelope|mediaType|verificationMaterial)"/

/**
 * Signs a payload: the canonical bytes of a DSSE v1.0.2 envelope (same input and Ed25519 key, same
 * bytes), or whatever file a keyless signer writes around it.
 */
export async function sealEnvelope(
  payloadType: string,
  payload: Uint8Array,
  signer: StatementSigner,
): Promise<Buffer> {
  if ('seal' in signer) return signer.seal(payloadType, payload)
  const signature = await signer.sign(preAuthenticationEncoding(payloadType, payload))
  const envelope: Envelope = {
    payloadType,
    payload: encodeBase64(payload),
    signatures: [{ keyid: signer.id, sig: encodeBase64(signature) }],
  }
  return Buffer.from(canonicalJson(envelope))
}

/**
 * Opens an envelope by one trusted key, or a bundle by one trusted identity. Which of them it may be is
 * told by its form; a bundle is never opened by a key, nor an envelope by an identity.
 */
export function openEnvelope(
  bytes: Uint8Array,
  signers: readonly TrustedSigner[],
  payloadType: string,
): OpenResult {
  const keys = signers.filter((signer) => 'publicKey' in signer)
  const identities = signers.filter((signer) => 'open' in signer)
  if (!isBundle(bytes)) return openWithKeys(bytes, keys, payloadType)
  return openWithIdentities(bytes, identities, payloadType)
}

/** Whether bytes look like a Sigstore bundle. What they are is for who opens them to judge. */
export const isBundle = (bytes: Uint8Array): boolean =>
  BUNDLE.test(Buffer.from(bytes.subarray(0, 256)).toString('latin1'))

function openWithIdentities(
  bytes: Uint8Array,
  identities: readonly TrustedIdentity[],
  payloadType: string,
): OpenResult {
  let refused: OpenResult = { kind: 'untrusted', reason: 'no Sigstore identity is trusted' }
  for (const identity of identities) {
    const opened = identity.open(bytes, payloadType)
    if (opened.kind === 'opened') return opened
    refused = opened
  }
  return refused
}

/**
 * Strict form, the wanted payload type, and one signature by one trusted key. Which key is found by
 * trying, for `keyid` is not signed. It never chooses whom we trust; but one that contradicts the key
 * that verified is refused, so that no byte can be changed unseen.
 */
export function openWithKeys(
  bytes: Uint8Array,
  keys: readonly TrustedKey[],
  payloadType: string,
): OpenResult {
  return quickOpener()(bytes, keys, payloadType)
}

/**
 * {@link openWithKeys} for very many envelopes, one after another: all are decoded in the same memory,
 * so that none of them costs an allocation.
 * @returns a function whose result is good until it is called again
 */
export function quickOpener(): typeof openWithKeys {
  const room = new Room()
  return (bytes, keys, payloadType) => {
    const form = readCanonicalForm(bytes, room) ?? readForm(bytes)
    return openForm(bytes, form, keys, payloadType)
  }
}

function openForm(
  bytes: Uint8Array,
  form: Form | string,
  keys: readonly TrustedKey[],
  payloadType: string,
): OpenResult {
  if (typeof form === 'string') return { kind: 'malformed', reason: form }
  if (form.payloadType !== payloadType) {
    const reason = `the payload type is ${JSON.stringify(form.payloadType)}, not ${payloadType}`
    return { kind: 'malformed', reason }
  }
  const signer = likelyFirst(keys, form.keyid).find((key) =>
    isSignedBy(key.publicKey, form.signed, form.signature),
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

/** @returns the parts, or what is wrong with the form */
function readForm(bytes: Uint8Array): Form | string {
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
  if (signature === undefined || signature.byteLength > MOST_SIGNATURE_BYTES) {
    return `the signature is not canonical base64 of at most ${MOST_SIGNATURE_BYTES} bytes`
  }
  const signed = preAuthenticationEncoding(payloadType, payload)
  return { payloadType, payload, signature, keyid: only.keyid, signed }
}
