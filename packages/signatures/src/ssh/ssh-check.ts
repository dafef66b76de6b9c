import { createHash } from 'node:crypto'
import type { CryptoCheck } from '../crypto-check.ts'
import { padLeft } from '../key-object.ts'
import { type Reading, read, refuse } from '../refusal.ts'
import type { SshKey } from './ssh-key.ts'
import type { BareSignature, SshSignature } from './ssh-signature.ts'
import { WireReader, wireString } from './wire-reader.ts'

const RSA_HASHES: Readonly<Record<string, string>> = {
  'rsa-sha2-256': 'sha256',
  'rsa-sha2-512': 'sha512',
}

/** What node:crypto must confirm for this signature over this payload by this key. */
export function checkOf(
  signature: SshSignature,
  sshKey: SshKey,
  payload: readonly Buffer[],
): Reading<CryptoCheck> {
  return checkBareSignature(signature, sshKey, signedData(signature, payload))
}

/** What node:crypto must confirm for a signature over these very bytes by this key. */
export function checkBareSignature(
  signature: BareSignature,
  sshKey: SshKey,
  plain: Buffer,
): Reading<CryptoCheck> {
  const form = readForm(signature, sshKey)
  if (form.kind === 'refused') return form
  const key = sshKey.load()
  if (key === undefined) return refuse('signature/malformed', 'holds a public key that is no key')
  const data = sshKey.kind === 'security-key' ? tokenData(sshKey, signature, plain) : plain
  return read({ ...form.value, key, data })
}

/** PROTOCOL.u2f, "SSH U2F Signatures": the token signs hashes of its application and of the data. */
function tokenData(
  { application }: Extract<SshKey, { readonly kind: 'security-key' }>,
  { token }: BareSignature,
  data: Buffer,
): Buffer {
  const statement = token?.bytes ?? Buffer.alloc(0)
  return Buffer.concat([application, statement, createHash('sha256').update(data).digest()])
}

/** PROTOCOL.sshsig §4: not the payload itself is signed, but its hash with namespace and hash name. */
function signedData({ namespace, hash }: SshSignature, payload: readonly Buffer[]): Buffer {
  const digest = createHash(hash)
  for (const part of payload) digest.update(part)
  return Buffer.concat([
    Buffer.from('SSHSIG'),
    wireString(namespace),
    wireString(''),
    wireString(hash),
    wireString(digest.digest()),
  ])
}

type Form = Pick<CryptoCheck, 'hash' | 'signature'>

/** The algorithm must be one of the key's own: the signer chooses both names. */
function readForm({ algorithm, signature, token }: BareSignature, key: SshKey): Reading<Form> {
  if (key.kind === 'rsa') return readRsa(algorithm, signature, key.width)
  if (algorithm !== key.type) return mismatch()
  if (key.kind === 'security-key') {
    return token === undefined ? badLength() : readBare(signature, key.inner)
  }
  return readBare(signature, key)
}

function readBare(
  signature: Buffer,
  key: Extract<SshKey, { readonly kind: 'ed25519' | 'ecdsa' }>,
): Reading<Form> {
  if (key.kind === 'ecdsa') return readEcdsa(signature, key)
  return signature.length === 64 ? read({ hash: null, signature }) : badLength()
}

/** RFC 5656 §3.1.2: mpint r, mpint s. */
function readEcdsa(
  signature: Buffer,
  { hash, width }: { readonly hash: string; readonly width: number },
): Reading<Form> {
  const reader = new WireReader(signature)
  const r = reader.magnitude()
  const s = reader.magnitude()
  if (r === undefined || s === undefined || !reader.atEnd) return badLength()
  if (r.length > width || s.length > width) return badLength()
  return read({ hash, signature: Buffer.concat([padLeft(r, width), padLeft(s, width)]) })
}

/**
 * RFC 8332 §3. A signature with leading zeros may be stored shorter than the modulus; OpenSSL wants
 * it in full, so it is padded (about one honest signature in 256).
 */
function readRsa(algorithm: string, signature: Buffer, width: number): Reading<Form> {
  if (algorithm === 'ssh-rsa') return refuse('signature/weak-key', 'is signed over SHA-1')
  const hash = RSA_HASHES[algorithm]
  if (hash === undefined) return mismatch()
  if (signature.length === 0 || signature.length > width) return badLength()
  return read({ hash, signature: padLeft(signature, width) })
}

const mismatch = () =>
  refuse('signature/malformed', 'its signature is of another algorithm than its key')
const badLength = () => refuse('signature/malformed', 'its signature has the wrong length')
