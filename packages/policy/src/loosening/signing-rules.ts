import type { PrincipalPolicy, SigningPolicy, SigningRules } from '../signing-policy.ts'
import {
  fixed,
  free,
  named,
  notLower,
  optional,
  ordered,
  part,
  sameContent,
  sameContents,
  sameSet,
} from './comparison.ts'

const principal = part<PrincipalPolicy>({
  role: fixed,
  committers: sameSet,
  openpgp: sameContents,
  x509: sameSet,
  gitsign: sameSet,
})

const rules = part<SigningRules>({
  author: ordered('any', 'committer'),
  touch: ordered('not-required', 'required'),
  tags: ordered('any', 'signed'),
  rsaBits: notLower,
  forge: ordered('any', 'clean-merges'),
})

/**
 * Who signs is nobody's alone to say: one more may sign what nobody else has seen, one less may no longer
 * approve. To revoke a colleague's key is to remove a signer.
 */
export const signing = part<SigningPolicy>({
  revoked: optional(sameContent, { coming: 'loosens', going: 'loosens' }),
  principals: named(principal, { coming: 'loosens' }),
  x509: optional(
    part({
      roots: sameContent,
      // An older list would bring revoked certificates back.
      crls: optional(sameContent, { coming: 'free', going: 'loosens' }),
    }),
    { coming: 'loosens', going: 'loosens' },
  ),
  sigstore: optional(
    // Proofs are checked against the root: they prove themselves.
    part({ trustedRoot: sameContent, proofs: free }),
    { coming: 'loosens', going: 'loosens' },
  ),
  rules,
})
