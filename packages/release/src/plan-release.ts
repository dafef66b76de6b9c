import { type Observation, type Planning, planRollout } from '@bulkhead/rollout'
import type { CommitId, Digest } from '@bulkhead/vocabulary'
import type { TrustedBase } from './trusted-ref.ts'

interface PlanningRequest {
  readonly environment: string
  readonly commit: CommitId
  /** The fleet as it says it is now. */
  readonly observation: Observation
}

/** Plans from the fleet as it says it is now, on top of the release that the ledger says is fully good. */
export function planRelease(
  base: TrustedBase,
  request: PlanningRequest,
  artifact: Digest,
): Planning {
  const policy = base.policy.policy.environments[request.environment]
  if (policy === undefined) throw new TypeError('the environment was checked before')
  const released = base.ledger.state.released
  const previous =
    released?.artifacts[0] === undefined
      ? null
      : { commit: released.commit, artifact: released.artifacts[0].digest }
  return planRollout({
    environment: request.environment,
    policy: { required: policy.required, bake: policy.bake },
    observation: request.observation,
    release: { commit: request.commit, artifact },
    previous,
  })
}
