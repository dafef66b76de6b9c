import { type KeyObject, constants, verify } from 'node:crypto'

/** One question to node:crypto: is this the key's signature over these bytes? */
export interface CryptoCheck {
  /** Hash for RSA and ECDSA; null for Ed25519, which has its own. */
  readonly hash: string | null
  readonly key: KeyObject
  readonly data: Buffer
  /** ECDSA as r and s side by side (IEEE P1363). */
  readonly signature: Buffer
  /** Octets of salt, for RSA-PSS; other RSA is PKCS #1 v1.5. */
  readonly pssSalt?: number
}

const keyOf = ({ key, pssSalt }: CryptoCheck) =>
  pssSalt === undefined
    ? { key, dsaEncoding: 'ieee-p1363' as const }
    : { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: pssSalt }

/** Answers on this thread. */
export function holds(check: CryptoCheck): boolean {
  try {
    return verify(check.hash, check.data, keyOf(check), check.signature)
  } catch {
    return false
  }
}

/** Answers on node's thread pool, so that all cores work and git is read meanwhile. */
export const holdsInPool = (check: CryptoCheck): Promise<boolean> =>
  new Promise((resolve) => {
    try {
      verify(check.hash, check.data, keyOf(check), check.signature, (error, result) =>
        resolve(error === null && result),
      )
    } catch {
      resolve(false)
    }
  })
