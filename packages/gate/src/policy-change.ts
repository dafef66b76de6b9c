import { looseningDigest } from '@bulkhead/policy'
import { type Finding, counted } from '@bulkhead/vocabulary'
import { isSomebodyElse } from './amendment.ts'
import type { GateInput } from './evidence.ts'

/** How many people must approve: what is written; else one, or nobody where there is nobody else. */
export const demandedApprovals = ({
  policy: { policy },
  policyChange: { people },
}: Pick<GateInput, 'policy' | 'policyChange'>): number =>
  policy.approvals.policyChange ?? (people > 1 ? 1 : 0)

/** Who approved exactly this and has no hand in it, each once, sorted. */
export function policyApprovers({ policyChange }: Pick<GateInput, 'policyChange'>): string[] {
  const { loosened, editors, approvals } = policyChange
  if (loosened.length === 0) return []
  const wanted = looseningDigest(loosened)
  const counting = approvals.filter(
    (approval) => approval.loosened === wanted && isSomebodyElse(approval.approver, editors),
  )
  return [...new Set(counting.flatMap(({ approver }) => approver.slice(0, 1)))].sort()
}

/**
 * A commit that loosens the policy is judged by the old one, and would be the one that judges next: what
 * it loosens needs the approvals that the old policy demands (DESIGN §10).
 */
export function judgePolicyChange(
  input: Pick<GateInput, 'policy' | 'policyChange' | 'commit'>,
): readonly Finding[] {
  const demanded = demandedApprovals(input)
  const given = policyApprovers(input).length
  if (given >= demanded) return []
  return input.policyChange.loosened.map(({ place, was, becomes }) => ({
    code: 'gate/policy-loosened',
    subject: `bulkhead.yml: ${place}`,
    message: `was ${cut(was)}, becomes ${cut(becomes)}: ${given} of ${counted(demanded, 'approval')} by people without a hand in it`,
    remedy: `take it back, or have somebody else approve: \`bulkhead approve policy-change --commit ${input.commit} --reason WHY\``,
  }))
}

const cut = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}…` : text)
