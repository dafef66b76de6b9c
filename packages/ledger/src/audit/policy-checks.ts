import { against } from '../ledger-findings.ts'
import { ENTRY_CHECKS, type EntryCheck } from '../entry-checks.ts'
import type { VerifierPolicy } from './verifier-policy.ts'

/** A key of the log may be good for one kind of entry and not for another. */
const roleCheck = ({ roles }: VerifierPolicy): EntryCheck => ({
  name: 'role',
  judge: ({ keys }, { kind, signer }, index) => {
    const allowed = Object.hasOwn(roles, kind) ? roles[kind] : undefined
    // A key that took the place of another has its role.
    return allowed === undefined || keys.lineageOf(signer).some((name) => allowed.includes(name))
      ? undefined
      : against(index, 'ledger/wrong-role', `${signer} may not sign ${kind}`)
  },
})

/** Every check of an entry that a verifier with its own policy makes. */
export const entryChecksOf = (policy: VerifierPolicy): readonly EntryCheck[] => [
  roleCheck(policy),
  ...ENTRY_CHECKS,
]
