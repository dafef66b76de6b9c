import { type KeyObject, createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { type Digest, InputError, digest } from '@bulkhead/vocabulary'
import type { KeyId, Signer, TrustedKey } from './types.ts'

export const sha256 = (bytes: Uint8Array | string): Digest => digest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`)

/** A fresh Ed25519 pair in PEM: PKCS#8 and SPKI. */
export function generateKeyPair(): { readonly privateKey: string; readonly publicKey: string } {
  return generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
}

/** @throws InputError `usage/wrong-key` for anything but an unencrypted Ed25519 private key in PEM */
export function parsePrivateKey(pem: Uint8Array, source: string): Signer {
  const key = requireEd25519(source, 'private', () => createPrivateKey({ key: Buffer.from(pem), format: 'pem' }))
  return { id: keyIdOf(createPublicKey(key)), sign: (bytes) => Promise.resolve(sign(null, bytes, key)) }
}

/** @throws InputError `usage/wrong-key` for anything but an Ed25519 public key in PEM */
export function parsePublicKey(pem: Uint8Array, name: string): TrustedKey {
  const publicKey = requireEd25519(name, 'public', () => readPublic(pem))
  return { name, id: keyIdOf(publicKey), publicKey }
}

/** createPublicKey would quietly derive the public half of a private key: a private key in the repository. */
function readPublic(pem: Uint8Array): KeyObject {
  const text = Buffer.from(pem).toString('latin1')
  if (!text.trimStart().startsWith('-----BEGIN PUBLIC KEY-----')) throw new TypeError('not a PEM public key')
  return createPublicKey({ key: text, format: 'pem', type: 'spki' })
}

function requireEd25519(source: string, kind: 'public' | 'private', read: () => KeyObject): KeyObject {
  const wrong = (message: string, cause?: unknown) =>
    new InputError(
      { code: 'usage/wrong-key', subject: source, message, remedy: `put an Ed25519 ${kind} key in PEM there, as \`bulkhead init\` makes it` },
      { cause },
    )
  let key: KeyObject
  try {
    key = read()
  } catch (cause) {
    throw wrong(`holds no readable ${kind} key in PEM`, cause)
  }
  if (key.asymmetricKeyType !== 'ed25519') throw wrong(`is a key of type ${key.asymmetricKeyType ?? 'unknown'}, not ed25519`)
  return key
}

const keyIdOf = (publicKey: KeyObject): KeyId => sha256(publicKey.export({ type: 'spki', format: 'der' })) as string as KeyId
