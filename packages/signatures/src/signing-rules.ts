import type { KeyObject } from 'node:crypto'
import type { CommitObject } from './commit/commit-object.ts'
import type { Principal } from './principal.ts'
import type { Refusal } from './refusal.ts'

/** What a trusted ref asks of every signature, beside its being good. */
export interface SigningRules {
  /** `committer`: the author must be the committer. Signatures bind committers; authors are hearsay. */
  readonly author: 'any' | 'committer'
  /** Least bits of an RSA key. */
  readonly rsaBits: number
  /**
   * `any`: what the forge signs passes like what a bot signs. Default `clean-merges`: it passes only
   * when it follows from commits that were verified without the forge.
   */
  readonly forge?: 'clean-merges' | 'any'
  /** `any`: a tag need not be signed. Default `signed`. */
  readonly tags?: 'any' | 'signed'
}

/** Weak RSA keys are no keys at all, whatever the rules: see `judgeRsa`. */
export const LENIENT: SigningRules = { author: 'any', rsaBits: 0 }

interface Signing extends Pick<CommitObject, 'author' | 'committer'> {
  readonly signer: Principal | undefined
  readonly key: KeyObject
}

/** The rule that a good signature breaks; undefined when none. */
export function objectToRules(signing: Signing, rules: SigningRules): Refusal | undefined {
  const { author, committer, signer, key } = signing
  // Certificates may hold keys that are for RSA-PSS alone (`rsa-pss`).
  const isRsa = key.asymmetricKeyType?.startsWith('rsa') === true
  const bits = isRsa ? key.asymmetricKeyDetails?.modulusLength : undefined
  if (bits !== undefined && bits < rules.rsaBits) {
    const message = `is signed with an RSA key of ${bits} bits; the policy asks for ${rules.rsaBits}`
    return { code: 'signature/weak-key', message }
  }
  // The forge commits in its own name what people wrote.
  if (rules.author === 'any' || signer?.role === 'forge' || author === committer) return undefined
  const message = `its author ${author ?? '(not UTF-8)'} is not its committer, as the policy asks`
  return { code: 'signature/author-differs', message }
}
