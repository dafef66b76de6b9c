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

/** Dates only grow, so one entry dated ahead would pin all later ones to its future. */
const clockCheck = ({ clockSkewMs }: VerifierPolicy, now: number): EntryCheck => ({
  name: 'clock',
  judge: (_chain, { at }, index) =>
    Date.parse(at) <= now + clockSkewMs
      ? undefined
      : against(index, 'ledger/wrong-clock', `it is dated ${at}, here it is ${isoOf(now)}`),
})

const isoOf = (now: number): string => new Date(now).toISOString()

/** Every check of an entry that a verifier with its own policy makes. */
export const entryChecksOf = (policy: VerifierPolicy, now: number): readonly EntryCheck[] => [
  roleCheck(policy),
  clockCheck(policy, now),
  ...ENTRY_CHECKS,
]
