import type { EnvironmentState } from '@bulkhead/ledger'
import type { EnvironmentPolicy } from '@bulkhead/policy'
import { type Planning, type ShippedRelease, type Target, planRollout } from '@bulkhead/rollout'
import { type MigrationHistory, contractsByRegion } from '../deploy/contracts.ts'
import { planRequestOf } from '../deploy/plan-environment.ts'

export interface AgreedPlanSource {
  readonly repository: MigrationHistory['repository']
  readonly policy: EnvironmentPolicy
  readonly state: EnvironmentState
  readonly target: Pick<Target, 'topology'>
  readonly release: ShippedRelease
}

/**
 * The plan that people agree to: of the fleet's places with every unit healthy. A standard rollout may
 * be in the middle of a batch while they read it, and half a fleet may be ill because of what is to be
 * fixed; neither may void their word. What ships is planned again under its lease, by the same policy
 * and waves, from what the fleet says then.
 */
export async function agreedPlan({
  repository,
  policy,
  state,
  target,
  release,
}: AgreedPlanSource): Promise<Planning> {
  const { units, selects, surge } = await target.topology()
  const version = state.released?.commit ?? null
  const observation = {
    units: units.map((unit) => ({ ...unit, version, health: 'healthy' as const })),
    traffic: [],
  }
  // A zone that is shifted away, or comes back, must not void their word either.
  const before = { ...state, regions: regionsBefore(state, release), shifted: [] }
  return planRollout(
    planRequestOf({
      policy,
      state: before,
      contracts: await contractsByRegion({ repository, policy }, before, release),
      abilities: { selects, surge },
      observation,
      release,
      lane: 'hotfix',
      purpose: 'release',
    }),
  )
}

/** A region that has the fix already goes back, if it must, to what everybody had before. */
const regionsBefore = (
  { regions }: EnvironmentState,
  { commit }: ShippedRelease,
): EnvironmentState['regions'] =>
  Object.fromEntries(Object.entries(regions).filter(([, good]) => good.commit !== commit))
