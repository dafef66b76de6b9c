import {
  type Lane,
  type Observation,
  type Planning,
  type Topology,
  assumeFleet,
  planRollout,
} from '@bulkhead/rollout'
import { type CommitId, WorldError } from '@bulkhead/vocabulary'
import { contractsByRegion, refuseOverContract } from './deploy/contracts.ts'
import { ASSUMED, type Abilities, planRequestOf } from './deploy/plan-environment.ts'
import { memoryOf, touchedBefore } from './deploy/unfinished.ts'
import { agreedPlan } from './hotfix/agreed-plan.ts'
import { shippedArtifact } from './deploy/shipped-artifact.ts'
import { openTarget } from './environment-target.ts'
import { gatherBuild } from './gather-evidence.ts'
import { environmentPolicy, findTrustedBase, type TrustedBase } from './trusted-ref.ts'
import type { Workspace } from './workspace.ts'

export interface PlanForRequest {
  readonly environment: string
  readonly commit: CommitId
  /** `hotfix`: the plan that people agree to, of the fleet with every unit healthy. */
  readonly lane: Lane
  readonly genesis?: string
}

/** The plan by which a release would roll out now. Looks at ledger and fleet, changes nothing. */
export async function planFor(workspace: Workspace, request: PlanForRequest): Promise<Planning> {
  const base = await findTrustedBase(workspace, request.environment, request.genesis)
  const { artifacts, findings } = await gatherBuild(workspace, {
    commit: request.commit,
    policy: base.policy,
  })
  if (artifacts.length === 0) {
    const unbuilt = {
      code: 'gate/unbound-artifact',
      subject: request.commit,
      message: 'no build record binds an artifact to this commit',
      remedy: 'check the commit out and run `bulkhead build`',
    } as const
    return { kind: 'refused', findings: findings.length > 0 ? findings : [unbuilt] } as const
  }
  const policy = environmentPolicy(base.policy, request.environment)
  const { digest: artifact } = shippedArtifact(policy, artifacts)
  const { state } = base.ledger
  if (request.lane === 'hotfix') {
    const target = { topology: () => topologyOrAssumed(workspace, base, request.environment) }
    const release = { commit: request.commit, artifact }
    return agreedPlan({ ...workspace, policy, state, target, release })
  }
  const history = { ...workspace, policy }
  const overContract = await refuseOverContract(history, state, request.commit)
  if (overContract.length > 0) return { kind: 'refused', findings: overContract }
  const seen = await observeOrAssume(workspace, base, request.environment)
  const left = state.unfinished.map((each) => memoryOf(base.ledger.entries, each))
  return planRollout(
    planRequestOf({
      contracts: await contractsByRegion(history, state, request),
      repair: touchedBefore(left, seen.observation),
      policy,
      state,
      release: { commit: request.commit, artifact },
      lane: 'standard',
      purpose: 'release',
      ...seen,
    }),
  )
}

/** What the fleet says; where nothing answers yet, a fleet of the policy's shape, as a plan may assume. */
async function observeOrAssume(
  workspace: Workspace,
  base: TrustedBase,
  environment: string,
): Promise<{ readonly observation: Observation; readonly abilities: Abilities }> {
  const target = await openTarget(workspace, environment, base.policy)
  try {
    return { abilities: await target.topology(), observation: await target.observe() }
  } catch (error) {
    if (!(error instanceof WorldError)) throw error
    const { regions } = environmentPolicy(base.policy, environment)
    const observation = assumeFleet(regions, base.ledger.state.released?.commit ?? null)
    return { abilities: ASSUMED, observation }
  }
}

/** What the fleet says it is made of; where nothing answers, what the policy says that it is. */
async function topologyOrAssumed(
  workspace: Workspace,
  base: TrustedBase,
  environment: string,
): Promise<Topology> {
  try {
    return await (await openTarget(workspace, environment, base.policy)).topology()
  } catch (error) {
    if (!(error instanceof WorldError)) throw error
    const { regions } = environmentPolicy(base.policy, environment)
    return { ...ASSUMED, units: assumeFleet(regions, null).units }
  }
}
