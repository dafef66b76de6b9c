import {
  type KeyAlgorithm,
  type Signer,
  type TrustedKey,
  algorithmOf,
  canonicalEcdsa,
  isSignedBy,
} from '@bulkhead/envelope'
import { WorldError } from '@bulkhead/vocabulary'

/** A service that holds a private key and signs with it: AWS KMS, another cloud's, an HSM. */
export interface KeyService {
  /** How the service calls the key, for messages. */
  readonly keyId: string
  /**
   * Signs bytes: Ed25519 over the bytes themselves (RFC 8032), or ECDSA over their SHA-256, in DER.
   * @throws WorldError when the service does not
   */
  sign(bytes: Uint8Array, algorithm: KeyAlgorithm): Promise<Uint8Array>
  /** The longest message that it signs, in bytes; undefined where it signs any. */
  mostBytes?(algorithm: KeyAlgorithm): number | undefined
}

/**
 * The signer behind a key service. The public key is the one that the policy pins, never one that the
 * service offers; a signature that does not verify with it does not leave this function, so that the
 * wrong key is found where it signs and not where everybody refuses what it signed.
 * @throws WorldError `signer/wrong-answer`, and what the service throws
 */
export const serviceSigner = (service: KeyService, { id, name, publicKey }: TrustedKey): Signer => {
  const algorithm = algorithmOf(publicKey)
  if (algorithm === undefined) throw new TypeError(`${name} is a key of another kind`)
  const mostBytes = service.mostBytes?.(algorithm)
  return {
    id,
    ...(mostBytes !== undefined && { mostBytes }),
    async sign(bytes) {
      const given = await service.sign(bytes, algorithm)
      const signature = algorithm === 'ecdsa-p256' ? canonicalEcdsa(given) : Buffer.from(given)
      if (signature !== undefined && isSignedBy(publicKey, bytes, signature)) return signature
      throw new WorldError({
        code: 'signer/wrong-answer',
        subject: service.keyId,
        message: `its signature does not verify with ${name}`,
        remedy: `put the public key of ${service.keyId} at ${name}, or name the key service that holds its private key`,
      })
    },
  }
}
