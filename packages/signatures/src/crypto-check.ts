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

/** Longest RSA key whose check costs less than handing it to another thread (about 30 µs). */
const QUICK_RSA_BITS = 3_072
const quick = new WeakMap<KeyObject, boolean>()

/** Whether the check is sooner done on this thread than handed over. */
export function isQuick({ key }: CryptoCheck): boolean {
  const known = quick.get(key)
  if (known !== undefined) return known
  const bits = key.asymmetricKeyType === 'rsa' ? key.asymmetricKeyDetails?.modulusLength : undefined
  const answer = bits !== undefined && bits <= QUICK_RSA_BITS
  quick.set(key, answer)
  return answer
}

/** An option object costs more than an RSA check's own preparation, so only ECDSA gets one. */
function keyOf({ key, pssSalt }: CryptoCheck) {
  if (pssSalt !== undefined) {
    return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: pssSalt }
  }
  return key.asymmetricKeyType === 'ec' ? { key, dsaEncoding: 'ieee-p1363' as const } : key
}

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
