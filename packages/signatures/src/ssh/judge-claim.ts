import type { AllowedSigner } from './allowed-signers.ts'
import { namesOf, signsFor } from '../principal.ts'
import type { Refusal } from '../refusal.ts'
import { type RevokedKeys, isRevoked } from './revoked-keys.ts'
import { fingerprint } from './ssh-key.ts'

/** The purpose that git signs commits and tags for. */
const NAMESPACE = 'git'

/** What an SSH signature states, with the lines of the policy that name its key. */
interface SshClaim {
  /** Never empty. */
  readonly signers: readonly AllowedSigner[]
  readonly keyBlob: Buffer
  readonly namespace: string
}

/**
 * Whether the policy lets this key sign for this committer now: the reason why not, or undefined.
 * The cryptographic answer is no part of it.
 * @param receiptTime milliseconds since the epoch
 */
export function objectTo(
  { signers, namespace, keyBlob }: SshClaim,
  committer: string | undefined,
  receiptTime: number,
): Refusal | undefined {
  if (namespace !== NAMESPACE) {
    return { code: 'signature/wrong-namespace', message: 'its signature was not made for git' }
  }
  const own = signers.filter(({ principal }) => signsFor(principal, committer))
  if (own.length === 0) {
    const message = `the key ${fingerprint(keyBlob)} is ${namesOf(signers.map(({ principal }) => principal))}'s, who may not sign for the committer ${committer ?? '(not UTF-8)'}`
    return { code: 'signature/wrong-committer', message }
  }
  const forGit = own.filter(({ namespaces }) => namespaces?.includes(NAMESPACE) ?? true)
  if (forGit.length === 0) {
    const message = `the key ${fingerprint(keyBlob)} may sign for other purposes only, not for git`
    return { code: 'signature/wrong-namespace', message }
  }
  if (forGit.some((signer) => isValidAt(signer, receiptTime))) return undefined
  const message = `the key ${fingerprint(keyBlob)} was received outside of its validity: ${forGit.map(periodOf).join('; ')}`
  return { code: 'signature/key-not-valid', message }
}

/** The reason why not when the trusted ref has revoked this key. */
export function objectToRevoked(
  keyBlob: Buffer,
  revokedKeys: RevokedKeys | undefined,
): Refusal | undefined {
  if (revokedKeys === undefined || !isRevoked(keyBlob, revokedKeys)) return undefined
  const message = `the key ${fingerprint(keyBlob)} is revoked by ${revokedKeys.path}`
  return { code: 'signature/key-revoked', message }
}

/**
 * The reason why not when a security key signed untouched: a program that reaches the token could
 * then sign without its owner.
 */
export function objectToUntouched(
  keyBlob: Buffer,
  touched: boolean | undefined,
): Refusal | undefined {
  if (touched !== false) return undefined
  const message = `the security key ${fingerprint(keyBlob)} signed without a touch`
  return { code: 'signature/untouched', message }
}

/** From `valid-after` on, and before `valid-before`. */
export const isValidAt = ({ validAfter, validBefore }: AllowedSigner, time: number): boolean =>
  Number.isFinite(time) &&
  (validAfter === undefined || validAfter <= time) &&
  (validBefore === undefined || time < validBefore)

function periodOf({ validAfter, validBefore, line }: AllowedSigner): string {
  const from = validAfter === undefined ? '' : ` from ${new Date(validAfter).toISOString()}`
  const until = validBefore === undefined ? '' : ` until ${new Date(validBefore).toISOString()}`
  return `line ${line} allows it${from}${until}`
}
