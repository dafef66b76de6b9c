import type { HotfixSubject } from '@bulkhead/approvals'
import { pseudonymOf } from '@bulkhead/hotfix'
import type { ArtifactBinding } from '@bulkhead/gate'
import type { Actor, HotfixOnRecord, Ledger } from '@bulkhead/ledger'
import type { Planning } from '@bulkhead/rollout'
import type { Finding } from '@bulkhead/vocabulary'
import { shippedArtifact } from '../deploy/shipped-artifact.ts'
import type { ShipRequest } from '../ship-request.ts'
import { abortRollout, resumeRollout } from '../steer-rollout.ts'
import { type TrustedBase, environmentPolicy } from '../trusted-ref.ts'
import type { Workspace } from '../workspace.ts'
import { agreedPlan } from './agreed-plan.ts'
import { recordFiled, subjectOf } from './approve-hotfix.ts'
import { judgeHotfixApprovals, refuseDisagreement, refuseHotfix } from './judge-hotfix.ts'
import { refuseBefore, tryHole } from './prove-fix.ts'

export interface ShipHotfixRequest extends Omit<ShipRequest, 'hotfix' | 'plan' | 'commit'> {
  /** Its number; default: the one that is open. */
  readonly hotfix?: number
  /** The version that is being rolled out is the suspect: it goes back first. */
  readonly suspectRunning: boolean
}

interface Known {
  readonly base: TrustedBase
  readonly hotfix: HotfixOnRecord
  readonly ledger: Ledger
}

/** All that must be so before the way is made: people agree, the hole is open, nothing goes back any more. */
export async function prepareHotfix(
  workspace: Workspace,
  request: ShipHotfixRequest,
  known: Known,
  artifacts: readonly ArtifactBinding[],
): Promise<readonly Finding[]> {
  const asked = await subjectNow(workspace, request, known, artifacts)
  if (asked.kind === 'refused') return asked.findings
  const refused = await refuseHotfix(workspace, known.base, asked.subject)
  if (refused.length > 0) return refused
  await recordFiled(workspace, known.base, { ...request, ledger: known.ledger }, asked.subject)
  const before = await proveBefore(workspace, request, known)
  return before.length > 0 ? before : endGoingBack(workspace, request, known)
}

/** Only while nothing runs the fix: afterwards the fleet is mixed, and the hole neither open nor closed. */
async function proveBefore(
  workspace: Workspace,
  { environment, target, signal }: ShipHotfixRequest,
  { base, hotfix }: Known,
): Promise<readonly Finding[]> {
  const { proof: command } = base.policy.policy.hotfix
  if (command === undefined || hotfix.drill) return []
  const { units } = await target.observe()
  if (units.some(({ version }) => version === hotfix.commit)) return []
  const policy = environmentPolicy(base.policy, environment)
  const version = base.ledger.state.released?.commit ?? null
  return refuseBefore(command, await tryHole(workspace, { command, policy, version, signal }))
}

/**
 * What was being rolled back when its process ended goes on going back first: its release is bad by
 * its own evidence, and a fix must not be judged beside it. So does a paused suspect.
 */
async function endGoingBack(
  workspace: Workspace,
  request: ShipHotfixRequest,
  { base, hotfix }: Known,
): Promise<readonly Finding[]> {
  const left = base.ledger.state.unfinished.at(-1)
  if (left === undefined || left.commit === hotfix.commit) return []
  if (left.direction === 'forward' && !request.suspectRunning) return []
  const ended =
    left.direction === 'back'
      ? await resumeRollout(workspace, request)
      : await abortRollout(workspace, { ...request, reason: 'it is the suspect of a hotfix' })
  return ended.result === 'rolled-back' ? [] : ended.findings
}

/** Why too few people agree to these bytes, by this plan, now. */
export async function refuseDisagreementNow(
  workspace: Workspace,
  request: ShipHotfixRequest,
  known: Known,
  artifacts: readonly ArtifactBinding[],
): Promise<readonly Finding[]> {
  const asked = await subjectNow(workspace, request, known, artifacts)
  return asked.kind === 'refused'
    ? asked.findings
    : refuseDisagreement(workspace, known.base, asked.subject)
}

/** What people must have agreed to for this to ship. */
async function subjectNow(
  workspace: Workspace,
  request: ShipHotfixRequest,
  known: Known,
  artifacts: readonly ArtifactBinding[],
): Promise<
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }
  | { readonly kind: 'asked'; readonly subject: HotfixSubject }
> {
  const planned = await planOf(workspace, request, known, artifacts)
  if (planned.kind === 'refused') return planned
  const subject = {
    environment: request.environment,
    hotfix: known.hotfix.id,
    commit: known.hotfix.commit,
    artifacts: artifacts.map(({ digest }) => digest).toSorted(),
    plan: planned.plan.digest,
  }
  return { kind: 'asked', subject }
}

function planOf(
  { repository }: Workspace,
  { environment, target }: ShipHotfixRequest,
  { base, hotfix: { commit } }: Pick<Known, 'base' | 'hotfix'>,
  artifacts: readonly ArtifactBinding[],
): Promise<Planning> {
  const policy = environmentPolicy(base.policy, environment)
  const { digest: artifact } = shippedArtifact(policy, artifacts)
  const { state } = base.ledger
  return agreedPlan({ repository, policy, state, target, release: { commit, artifact } })
}

/** In whose name somebody else's lease is ended: two people at least, those who agree to the hotfix. */
export async function breakers(
  workspace: Workspace,
  request: ShipHotfixRequest,
  known: Known,
): Promise<readonly Actor[]> {
  const { base, hotfix } = known
  const { artifacts = [] } = base.ledger.state.verdicts[hotfix.commit] ?? {}
  if (request.breaking === undefined || artifacts.length === 0) return []
  const planned = await planOf(workspace, request, known, artifacts)
  if (planned.kind === 'refused') return []
  const subject = subjectOf(base, request.environment, hotfix, planned.plan.digest)
  const { by } = await judgeHotfixApprovals(workspace, base, subject)
  return by.map(({ name }) => ({ provider: 'git', id: pseudonymOf(name), role: 'approver' }))
}
