import type { EnvironmentState } from '@bulkhead/ledger'
import type { FencingToken, Finding } from '@bulkhead/vocabulary'
import { contractsByRegion, overContract } from './deploy/contracts.ts'
import { refuseReopening } from './hotfix/refuse-reopening.ts'
import { type TrustedBase, environmentPolicy } from './trusted-ref.ts'
import type { Workspace } from './workspace.ts'

export type Leftover = Pick<
  EnvironmentState['unfinished'][number],
  'commit' | 'direction' | 'id' | 'lane' | 'steps'
>

/**
 * Why a person may not take back what has begun: its contract migrations, which count as done once a unit
 * of it has begun to be placed; or a fix that is out in a region already, and would be in again.
 */
export async function refuseWayBack(
  workspace: Workspace,
  base: TrustedBase,
  environment: string,
  left: Leftover,
): Promise<readonly Finding[]> {
  if (left.steps === 0) return []
  const closed = await refuseContracted(workspace, base, environment, left)
  if (closed.length > 0) return closed
  const { released } = base.ledger.state
  return released === null || released.commit === left.commit
    ? []
    : refuseReopening(workspace, { base, environment, commit: released.commit })
}

async function refuseContracted(
  workspace: Workspace,
  { policy, ledger }: TrustedBase,
  environment: string,
  { commit }: Leftover,
): Promise<readonly Finding[]> {
  const history = { ...workspace, policy: environmentPolicy(policy, environment) }
  const { released, regions } = ledger.state
  const others = Object.entries(regions).filter(([, good]) => good.commit !== commit)
  const before = { released, regions: Object.fromEntries(others) }
  const contracts = Object.values(await contractsByRegion(history, before, { commit })).flat()
  if (contracts.length === 0) return []
  const succession = { before: released?.commit ?? commit, after: commit }
  return [overContract(succession, [...new Set(contracts)])]
}

/** What began and did not end; or what is good in some regions while others have not begun. */
export function leftover(state: EnvironmentState): Leftover | undefined {
  const begun = state.unfinished.at(-1) ?? state.rollouts.at(-1)
  if (begun !== undefined) return begun
  const ahead = Object.values(state.regions).find(
    ({ commit, index }) =>
      state.released !== null && commit !== state.released.commit && index > state.released.index,
  )
  if (ahead === undefined) return undefined
  const { commit, index } = ahead
  const isFix = state.hotfixes.some((hotfix) => hotfix.commit === commit && hotfix.closed === null)
  const lane = isFix ? 'hotfix' : 'standard'
  return { commit, direction: 'forward', id: index as FencingToken, lane, steps: 1 }
}
