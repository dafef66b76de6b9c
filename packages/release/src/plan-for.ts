import { type Observation, type Planning, assumeFleet } from '@bulkhead/rollout'
import { type CommitId, WorldError } from '@bulkhead/vocabulary'
import { environmentTarget } from './environment-target.ts'
import { gatherBuild } from './gather-evidence.ts'
import { planRelease } from './plan-release.ts'
import { type TrustedBase, findTrustedBase } from './trusted-ref.ts'
import type { Workspace } from './workspace.ts'

export interface PlanRequest {
  readonly environment: string
  readonly commit: CommitId
  readonly genesis?: string
}

/** The plan by which a release would roll out now. Looks at ledger and fleet, changes nothing. */
export async function planFor(workspace: Workspace, request: PlanRequest): Promise<Planning> {
  const base = await findTrustedBase(workspace, request.environment, request.genesis)
  const { artifacts, findings } = await gatherBuild(workspace, {
    commit: request.commit,
    policy: base.policy,
  })
  const artifact = artifacts[0]
  if (artifact === undefined) {
    const unbuilt = {
      code: 'gate/unbound-artifact',
      subject: request.commit,
      message: 'no build record binds an artifact to this commit',
      remedy: 'check the commit out and run `bulkhead build`',
    } as const
    return { kind: 'refused', findings: findings.length > 0 ? findings : [unbuilt] } as const
  }
  const observation = await observeOrAssume(workspace, base, request.environment)
  return planRelease(base, { ...request, observation }, artifact.digest)
}

/** What the fleet says; where nothing answers yet, a fleet of the policy's shape, as a plan may assume. */
async function observeOrAssume(
  workspace: Workspace,
  base: TrustedBase,
  environment: string,
): Promise<Observation> {
  try {
    return await environmentTarget(workspace, environment).observe()
  } catch (error) {
    if (!(error instanceof WorldError)) throw error
    return assumeFleet(
      base.policy.policy.environments[environment]?.regions ?? {},
      base.ledger.state.released?.commit ?? null,
    )
  }
}
