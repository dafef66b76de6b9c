import { type HotfixSubject, agreementLine } from '@bulkhead/approvals'
import type { Target } from '@bulkhead/rollout'
import { type Digest, type Finding, InputError, WorldError } from '@bulkhead/vocabulary'
import { shippedArtifact } from '../deploy/shipped-artifact.ts'
import { environmentTarget } from '../environment-target.ts'
import { agreedPlan } from '../hotfix/agreed-plan.ts'
import { subjectOf } from '../hotfix/approve-hotfix.ts'
import { chosenHotfix } from '../hotfix/hotfix-access.ts'
import type { StatusQuestion } from '../hotfix/hotfix-status.ts'
import { environmentPolicy, findBegunBase } from '../trusted-ref.ts'
import type { Workspace } from '../workspace.ts'

/** What people are asked to agree to now, and the line by which they do so on a forge. */
export interface Agreement {
  readonly plan: Digest
  readonly line: string
  readonly subject: HotfixSubject
}

export type Agreeing =
  | { readonly kind: 'asked'; readonly agreement: Agreement }
  /** There is nothing to agree to: it is out, or over, or nothing is known of its bytes. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }

/** What of a hotfix would ship now: its bytes by the PASS on record, its plan by the fleet's places. */
export async function findAgreement(
  workspace: Workspace,
  { environment, genesis, hotfix: named }: StatusQuestion,
  target: Pick<Target, 'topology'>,
): Promise<Agreeing> {
  const base = await findBegunBase(workspace, environment, genesis)
  const { state } = base.ledger
  const hotfix = chosenHotfix(state.hotfixes, named)
  const verdict = state.verdicts[hotfix.commit]
  const isOver = hotfix.reached !== null || hotfix.closed !== null
  if (isOver || hotfix.gated === null || verdict === undefined) return { kind: 'nothing' }
  const policy = environmentPolicy(base.policy, environment)
  const { digest: artifact } = shippedArtifact(policy, verdict.artifacts)
  const release = { commit: hotfix.commit, artifact }
  const planned = await agreedPlan({
    repository: workspace.repository,
    policy,
    state,
    target,
    release,
  })
  if (planned.kind === 'refused') return planned
  const plan = planned.plan.digest
  const subject = subjectOf(base, environment, hotfix, plan)
  return {
    kind: 'asked',
    agreement: { plan, line: agreementLine(base.genesis, subject), subject },
  }
}

/** The same where there is one; a fleet that cannot say what it has leaves it open. */
export async function agreementIfAny(
  workspace: Workspace,
  question: StatusQuestion,
): Promise<Agreement | undefined> {
  try {
    const target = await environmentTarget(workspace, question.environment, question.genesis)
    const found = await findAgreement(workspace, question, target)
    return found.kind === 'asked' ? found.agreement : undefined
  } catch (error) {
    if (error instanceof WorldError || error instanceof InputError) return undefined
    throw error
  }
}
