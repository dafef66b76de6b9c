import { actionReasons } from './action.ts'
import { approvalReasons } from './approval.ts'
import { attestReasons } from './attest.ts'
import { gateReasons } from './gate.ts'
import { gitReasons } from './git.ts'
import { githubReasons } from './github.ts'
import { hotfixReasons } from './hotfix.ts'
import { ledgerReasons } from './ledger.ts'
import { notifyReasons } from './notify.ts'
import { policyReasons } from './policy.ts'
import { rolloutReasons } from './rollout.ts'
import { signatureReasons } from './signature.ts'
import { signerReasons } from './signer.ts'
import { testReasons } from './test.ts'
import { usageReasons } from './usage.ts'

/**
 * Every reason we may give, one list a room. A code is `room/cause` and stable: people search for it
 * and scripts match it. `docs/reasons.md` is generated from here.
 */
export const reasons = {
  ...actionReasons,
  ...approvalReasons,
  ...attestReasons,
  ...gateReasons,
  ...gitReasons,
  ...githubReasons,
  ...hotfixReasons,
  ...ledgerReasons,
  ...notifyReasons,
  ...policyReasons,
  ...rolloutReasons,
  ...signatureReasons,
  ...signerReasons,
  ...testReasons,
  ...usageReasons,
} as const

export type ReasonCode = keyof typeof reasons
