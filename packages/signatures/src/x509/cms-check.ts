import { createHash } from 'node:crypto'
import type { CmsSignature } from './cms-signature.ts'
import type { CryptoCheck } from '../crypto-check.ts'
import { type Reading, refuse } from '../refusal.ts'
import { schemeCheck } from './signature-scheme.ts'
import type { Certificate } from './x509-certificate.ts'

/**
 * What node:crypto must confirm for this signature over this payload by this certificate's key. The
 * signature covers the attributes, these cover the payload by its digest: both must be true.
 */
export function cmsCheckOf(
  signature: CmsSignature,
  certificate: Certificate,
  payload: readonly Buffer[],
): Reading<CryptoCheck> {
  const digest = createHash(signature.hash)
  for (const part of payload) digest.update(part)
  if (!digest.digest().equals(signature.messageDigest)) {
    return refuse(
      'signature/invalid',
      'its signature does not verify: the commit is not what was signed',
    )
  }
  const key = certificate.key()
  if (key.kind === 'refused') return key
  const { scheme, hash, signedAttributes: data, signature: bytes } = signature
  return schemeCheck({ scheme, hash, key: key.value, data, signature: bytes })
}
