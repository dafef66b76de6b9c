/** Somebody who may sign, with keys other than those in the allowed-signers file. */
export interface PrincipalPolicy {
  readonly role: 'person' | 'bot' | 'forge'
  /** Emails of committers, compared exactly. No two principals share one. */
  readonly committers: readonly string[]
  /** Paths of OpenPGP certificates. */
  readonly openpgp: readonly string[]
  /** Emails of X.509 certificates. */
  readonly x509: readonly string[]
  readonly gitsign: readonly { readonly issuer: string; readonly identity: string }[]
}

export interface SigningRules {
  /** `committer`: the author must be the committer. */
  readonly author: 'any' | 'committer'
  readonly touch: 'required' | 'not-required'
  readonly tags: 'any' | 'signed'
  readonly rsaBits: number
  readonly forge: 'clean-merges' | 'any'
}

export interface SigningPolicy {
  /** Path of the revoked SSH keys. */
  readonly revoked: string | undefined
  readonly principals: Readonly<Record<string, PrincipalPolicy>>
  /** Paths of roots and revocation lists in PEM. */
  readonly x509: { readonly roots: string; readonly crls: string | undefined } | undefined
  /** Paths of Sigstore's trusted root and of log entries fetched beforehand. */
  readonly sigstore:
    | { readonly trustedRoot: string; readonly proofs: string | undefined }
    | undefined
  readonly rules: SigningRules
}
