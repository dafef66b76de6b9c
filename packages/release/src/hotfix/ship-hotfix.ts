import type { HotfixSubject } from '@bulkhead/approvals'
import type { ArtifactBinding } from '@bulkhead/gate'
import type { HotfixOnRecord } from '@bulkhead/ledger'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import { shippedArtifact } from '../deploy/shipped-artifact.ts'
import { type ShipRequest, type ShipResult, shipRelease } from '../ship-release.ts'
import { abortRollout, resumeRollout } from '../steer-rollout.ts'
import { type TrustedBase, environmentPolicy, findTrustedBase } from '../trusted-ref.ts'
import type { Workspace } from '../workspace.ts'
import { agreedPlan } from './agreed-plan.ts'
import { type Conclusion, concludeHotfix } from './conclude-hotfix.ts'
import { refuseBefore, tryHole } from './prove-fix.ts'

export interface ShipHotfixRequest extends Omit<ShipRequest, 'hotfix' | 'plan' | 'commit'> {
  readonly commit: CommitId
  /** The version that is being rolled out is the suspect: it goes back first. */
  readonly suspectRunning: boolean
  /** Why too few people agree to exactly this now. */
  readonly refuseApprovals: (
    base: TrustedBase,
    subject: HotfixSubject,
  ) => Promise<readonly Finding[]>
}

export interface ShipHotfixResult extends ShipResult {
  readonly hotfix: number | null
  /** What is on record about its end; undefined while it is not everywhere. */
  readonly conclusion: Conclusion | undefined
}

/**
 * Ships a hotfix that is declared, judged and approved: whoever rolls out now gives way at the edge of
 * a batch, three waves, the version observed everywhere, and the hole tried before and after. Called
 * again it goes on where it stood; what is on record as shipped is left alone.
 */
export async function shipHotfix(
  workspace: Workspace,
  request: ShipHotfixRequest,
): Promise<ShipHotfixResult> {
  const base = await findTrustedBase(workspace, request.environment, request.genesis)
  const hotfix = base.ledger.state.hotfixes.findLast(
    ({ commit, closed }) => commit === request.commit && closed === null,
  )
  if (hotfix === undefined) return refused(null, [notDeclared(request.commit)])
  if (hotfix.shipped !== null) return SHIPPED(hotfix)
  const before = await proveBefore(workspace, request, { base, hotfix })
  if (before.length > 0) return refused(hotfix.id, before)
  const back = await endGoingBack(workspace, request, base)
  if (back.length > 0) return refused(hotfix.id, back)
  const shipped = await shipRelease(workspace, {
    ...request,
    hotfix: {
      name: `hotfix ${hotfix.id}`,
      yieldWithin: base.policy.policy.hotfix.yieldWithin,
      suspectRunning: request.suspectRunning,
      refuse: (artifacts) => refuseDisagreement(request, { base, hotfix }, artifacts),
    },
  })
  if (shipped.result !== 'released') return { ...shipped, hotfix: hotfix.id, conclusion: undefined }
  const conclusion = await concludeHotfix(workspace, request, hotfix)
  const findings = [...shipped.findings, ...conclusion.findings]
  return { ...shipped, findings, hotfix: hotfix.id, conclusion }
}

interface Known {
  readonly base: TrustedBase
  readonly hotfix: HotfixOnRecord
}

const refused = (hotfix: number | null, findings: readonly Finding[]): ShipHotfixResult => ({
  result: 'refused',
  plan: undefined,
  rollout: null,
  matched: [],
  findings,
  hotfix,
  conclusion: undefined,
})

const SHIPPED = ({ id }: HotfixOnRecord): ShipHotfixResult => ({
  ...refused(id, []),
  result: 'released',
})

const notDeclared = (commit: CommitId): Finding => ({
  code: 'hotfix/unknown',
  subject: commit,
  message: 'no open hotfix of this commit is on record',
  remedy:
    'declare it: `bulkhead hotfix declare --commit SHA --advisory ID --severity S --reason TEXT`',
})

/** Only while nothing runs the fix: afterwards the fleet is mixed, and the hole neither open nor closed. */
async function proveBefore(
  workspace: Workspace,
  { environment, target, signal }: ShipHotfixRequest,
  { base, hotfix }: Known,
): Promise<readonly Finding[]> {
  const { proof: command } = base.policy.policy.hotfix
  if (command === undefined) return []
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
  base: TrustedBase,
): Promise<readonly Finding[]> {
  const left = base.ledger.state.unfinished.at(-1)
  if (left === undefined || left.commit === request.commit) return []
  if (left.direction === 'forward' && !request.suspectRunning) return []
  const ended =
    left.direction === 'back'
      ? await resumeRollout(workspace, request)
      : await abortRollout(workspace, { ...request, reason: 'it is the suspect of a hotfix' })
  return ended.result === 'rolled-back' ? [] : ended.findings
}

/** Whether people agree to these bytes, by this plan, now. */
async function refuseDisagreement(
  { environment, commit, target, refuseApprovals }: ShipHotfixRequest,
  { base, hotfix }: Known,
  artifacts: readonly ArtifactBinding[],
): Promise<readonly Finding[]> {
  const policy = environmentPolicy(base.policy, environment)
  const { digest: artifact } = shippedArtifact(policy, artifacts)
  const { state } = base.ledger
  const planned = await agreedPlan({ policy, state, target, release: { commit, artifact } })
  if (planned.kind === 'refused') return planned.findings
  return refuseApprovals(base, {
    environment,
    hotfix: hotfix.id,
    commit,
    artifacts: artifacts.map(({ digest }) => digest).toSorted(),
    plan: planned.plan.digest,
  })
}
