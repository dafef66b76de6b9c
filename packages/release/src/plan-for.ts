import type { CommitId } from '@bulkhead/vocabulary'
import { environmentTarget } from './environment-target.ts'
import { gatherBuild } from './gather-evidence.ts'
import { planRelease } from './ship-release.ts'
import { findTrustedBase } from './trusted-ref.ts'
import type { Workspace } from './workspace.ts'

export interface PlanRequest {
  readonly environment: string
  readonly commit: CommitId
  readonly genesis?: string
}

/** The plan by which a release would roll out now. Looks at ledger and fleet, changes nothing. */
export async function planFor(workspace: Workspace, request: PlanRequest) {
  const base = await findTrustedBase(workspace, request.environment, request.genesis)
  const { artifacts, findings } = await gatherBuild(workspace, { commit: request.commit, policy: base.policy })
  const artifact = artifacts[0]
  if (artifact === undefined) {
    const unbuilt = { code: 'gate/unbound-artifact', subject: request.commit, message: 'no build record binds an artifact to this commit', remedy: 'check the commit out and run `bulkhead build`' } as const
    return { kind: 'refused', findings: findings.length > 0 ? findings : [unbuilt] } as const
  }
  const target = environmentTarget(workspace, request.environment)
  return planRelease(base, { ...request, target }, artifact.digest)
}
