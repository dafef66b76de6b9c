import {
  type KeyObject,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
} from 'node:crypto'
import { InputError } from '@bulkhead/vocabulary'
import { sha256 } from './digest.ts'
import { algorithmOf } from './key-signature.ts'
import type { KeyAlgorithm, KeyId, Signer, TrustedKey } from './types.ts'

/** A fresh Ed25519 key pair as PEM: PKCS#8 (RFC 5208, 8410) and SPKI (RFC 5280). */
export interface KeyPair {
  readonly privateKey: string
  readonly publicKey: string
}

export function generateKeyPair(): KeyPair {
  return generateKeyPairSync('ed25519', {
    privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
    publicKeyEncoding: { format: 'pem', type: 'spki' },
  })
}

/**
 * Reads an Ed25519 private key in PKCS#8 PEM, without a passphrase.
 * @param file names the key in messages
 * @throws InputError `usage/wrong-key`
 */
export function parsePrivateKey(pem: Uint8Array | string, file: string): Signer {
  const wanted = { label: 'PRIVATE KEY', algorithms: ED25519 } as const
  const key = parseKey(pem, file, wanted, (text) => createPrivateKey(text))
  return {
    id: keyIdOf(createPublicKey(key)),
    sign: (bytes) => Promise.resolve(sign(null, bytes, key)),
  }
}

/**
 * Reads a public key in SPKI PEM. A private key is refused, although a public one could be derived from
 * it: it has no business where public keys lie.
 * @param name how findings and records speak of the key
 * @param algorithms that are accepted; Ed25519 alone when not given
 * @throws InputError `usage/wrong-key`
 */
export function parsePublicKey(
  pem: Uint8Array | string,
  name: string,
  algorithms: readonly [KeyAlgorithm, ...KeyAlgorithm[]] = ED25519,
): TrustedKey {
  const wanted = { label: 'PUBLIC KEY', algorithms } as const
  const publicKey = parseKey(pem, name, wanted, (text) => createPublicKey(text))
  return { name, id: keyIdOf(publicKey), publicKey }
}

const ED25519: readonly [KeyAlgorithm] = ['ed25519']
const NAMES = { ed25519: 'Ed25519', 'ecdsa-p256': 'ECDSA P-256' } as const

const keyIdOf = (key: KeyObject): KeyId =>
  sha256(key.export({ format: 'der', type: 'spki' })) as string as KeyId

const MAX_PEM_BYTES = 16 * 1024
const PEM = /^\s*-----BEGIN ([A-Z0-9 ]+)-----[A-Za-z0-9+/=\s]+-----END \1-----\s*$/

interface WantedKey {
  readonly label: 'PRIVATE KEY' | 'PUBLIC KEY'
  readonly algorithms: readonly [KeyAlgorithm, ...KeyAlgorithm[]]
}

function parseKey(
  pem: Uint8Array | string,
  file: string,
  { label, algorithms }: WantedKey,
  parse: (text: string) => KeyObject,
): KeyObject {
  const kind = `${algorithms.map((name) => NAMES[name]).join(' or ')} ${label.toLowerCase()}`
  const text = Buffer.from(pem).toString('latin1')
  if (text.length > MAX_PEM_BYTES) throw wrongKey(file, kind, 'it is too large to be a key')
  const found = PEM.exec(text)?.[1] ?? labelOf(text)
  if (found !== label) throw wrongKey(file, kind, `it ${describeLabel(found)}`)
  const key = attempt(() => parse(text), file, kind)
  const algorithm = algorithmOf(key.type === 'private' ? createPublicKey(key) : key)
  if (algorithm !== undefined && algorithms.includes(algorithm)) return key
  throw wrongKey(file, kind, `its type is ${key.asymmetricKeyType ?? 'unknown'}`)
}

/** The label of a PEM block with headers or damage, which is worth a better message than "garbage". */
const labelOf = (text: string): string | undefined =>
  /^\s*-----BEGIN (ENCRYPTED PRIVATE KEY|[A-Z]+ PRIVATE KEY)-----/.exec(text)?.[1]

function describeLabel(label: string | undefined): string {
  if (label === undefined) return 'is not one PEM block'
  if (label === 'ENCRYPTED PRIVATE KEY') return 'is protected by a passphrase'
  return `holds a ${label.toLowerCase()}`
}

function attempt(parse: () => KeyObject, file: string, kind: string): KeyObject {
  try {
    return parse()
  } catch (cause) {
    throw wrongKey(file, kind, 'it cannot be decoded', cause)
  }
}

const wrongKey = (file: string, kind: string, why: string, cause?: unknown) =>
  new InputError(
    {
      code: 'usage/wrong-key',
      subject: file,
      message: `is not an ${kind} in PEM: ${why}`,
      remedy: `name an ${kind}; \`bulkhead init\` makes Ed25519 keys (or: openssl genpkey -algorithm ed25519)`,
    },
    cause === undefined ? {} : { cause },
  )
