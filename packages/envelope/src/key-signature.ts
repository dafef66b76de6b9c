import { type KeyObject, verify } from 'node:crypto'
import { canonicalEcdsa } from './ecdsa-signature.ts'
import type { KeyAlgorithm } from './types.ts'

/** What a public key can verify; undefined for a key of any other kind. */
export function algorithmOf(key: KeyObject): KeyAlgorithm | undefined {
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519'
  const isP256 =
    key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
  return isP256 ? 'ecdsa-p256' : undefined
}

/**
 * Whether a signature is by this key over these bytes, in its one accepted spelling: Ed25519 as RFC 8032
 * writes it, ECDSA P-256 with SHA-256 in DER with the lower `s`.
 */
export function isSignedBy(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  switch (algorithmOf(key)) {
    case 'ed25519':
      return signature.byteLength === 64 && verify(null, bytes, key, signature)
    case 'ecdsa-p256':
      return (
        canonicalEcdsa(signature)?.equals(signature) === true &&
        verify('sha256', bytes, key, signature)
      )
    case undefined:
      return false
  }
}
