import { pseudonymOf } from '@bulkhead/hotfix'
import type { ArtifactBinding } from '@bulkhead/gate'
import type { Actor, HotfixOnRecord } from '@bulkhead/ledger'
import type { Planning } from '@bulkhead/rollout'
import type { Finding } from '@bulkhead/vocabulary'
import { shippedArtifact } from '../deploy/shipped-artifact.ts'
import { type ShipRequest, type ShipResult, shipRelease } from '../ship-release.ts'
import { abortRollout, resumeRollout } from '../steer-rollout.ts'
import { type TrustedBase, environmentPolicy, findTrustedBase } from '../trusted-ref.ts'
import type { Workspace } from '../workspace.ts'
import { agreedPlan } from './agreed-plan.ts'
import { subjectOf } from './approve-hotfix.ts'
import { type Conclusion, concludeHotfix } from './conclude-hotfix.ts'
import { chosenHotfix } from './hotfix-access.ts'
import { judgeHotfixApprovals, refuseHotfix } from './judge-hotfix.ts'
import { refuseBefore, tryHole } from './prove-fix.ts'

export interface ShipHotfixRequest extends Omit<ShipRequest, 'hotfix' | 'plan' | 'commit'> {
  /** Its number; default: the one that is open. */
  readonly hotfix?: number
  /** The version that is being rolled out is the suspect: it goes back first. */
  readonly suspectRunning: boolean
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
  const { hotfix: named, ...asked } = request
  const base = await findTrustedBase(workspace, request.environment, request.genesis)
  const hotfix = chosenHotfix(base.ledger.state.hotfixes, named)
  if (hotfix.shipped !== null) return { ...refused(hotfix.id, []), result: 'released' }
  const known = { base, hotfix }
  const shipped = await shipRelease(workspace, {
    ...asked,
    commit: hotfix.commit,
    actors: [...asked.actors, ...(await breakers(workspace, request, known))],
    hotfix: {
      name: `hotfix ${hotfix.id}`,
      yieldWithin: base.policy.policy.hotfix.yieldWithin,
      suspectRunning: request.suspectRunning,
      refuse: (artifacts) => prepare(workspace, request, known, artifacts),
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

/** All that must be so before the way is made: people agree, the hole is open, nothing goes back any more. */
async function prepare(
  workspace: Workspace,
  request: ShipHotfixRequest,
  known: Known,
  artifacts: readonly ArtifactBinding[],
): Promise<readonly Finding[]> {
  const disagreement = await refuseDisagreement(workspace, request, known, artifacts)
  if (disagreement.length > 0) return disagreement
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

/** Whether people agree to these bytes, by this plan, now. */
async function refuseDisagreement(
  workspace: Workspace,
  request: ShipHotfixRequest,
  known: Known,
  artifacts: readonly ArtifactBinding[],
): Promise<readonly Finding[]> {
  const planned = await planOf(workspace, request, known, artifacts)
  if (planned.kind === 'refused') return planned.findings
  const { base, hotfix } = known
  return refuseHotfix(workspace, base, {
    environment: request.environment,
    hotfix: hotfix.id,
    commit: hotfix.commit,
    artifacts: artifacts.map(({ digest }) => digest).toSorted(),
    plan: planned.plan.digest,
  })
}

function planOf(
  { repository }: Workspace,
  { environment, target }: ShipHotfixRequest,
  { base, hotfix: { commit } }: Known,
  artifacts: readonly ArtifactBinding[],
): Promise<Planning> {
  const policy = environmentPolicy(base.policy, environment)
  const { digest: artifact } = shippedArtifact(policy, artifacts)
  const { state } = base.ledger
  return agreedPlan({ repository, policy, state, target, release: { commit, artifact } })
}

/** In whose name somebody else's lease is ended: two people at least, those who agree to the hotfix. */
async function breakers(
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
