import { type KeyObject, verify } from 'node:crypto'

/** One question to node:crypto: is this the key's signature over these bytes? */
export interface CryptoCheck {
  /** Hash for RSA and ECDSA; null for Ed25519, which has its own. */
  readonly hash: string | null
  readonly key: KeyObject
  readonly data: Buffer
  /** ECDSA as r and s side by side (IEEE P1363). */
  readonly signature: Buffer
}

const keyOf = ({ key }: CryptoCheck) => ({ key, dsaEncoding: 'ieee-p1363' as const })

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
