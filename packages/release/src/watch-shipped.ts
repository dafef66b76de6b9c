import { type WatchEnd, watchRelease } from '@bulkhead/rollout'
import type { CommitId, Milliseconds } from '@bulkhead/vocabulary'
import { readLedger } from './ledger-access.ts'
import { type SteerRequest, type SteerResult, rollBackRelease } from './steer-rollout.ts'
import { environmentPolicy, findBegunBase } from './trusted-ref.ts'
import type { Workspace } from './workspace.ts'

export interface WatchRequest extends SteerRequest {
  readonly commit: CommitId
  readonly watch: Milliseconds
}

/** How a watch ended, and how the way back did if it had to be taken. */
export interface WatchedRelease extends WatchEnd {
  readonly rolledBack?: SteerResult
}

/** A slow burn shows in minutes; looking more often only costs. */
const POLL_MS = 5_000

/** Watches what was shipped until it is superseded or the time is over, and takes it back if it must. */
export async function watchShipped(
  workspace: Workspace,
  request: WatchRequest,
): Promise<WatchedRelease> {
  const base = await findBegunBase(workspace, request.environment, request.genesis)
  const policy = environmentPolicy(base.policy, request.environment)
  const address = { ...base, environment: request.environment, policy: base.ledgerPolicy }
  const ended = await watchRelease({
    release: request.commit,
    goal: policy.bake,
    look: () => request.target.observe(),
    clock: workspace.clock,
    pollMs: POLL_MS,
    forMs: request.watch,
    async isSuperseded() {
      const { state } = await readLedger(workspace, address)
      const begun = [...state.rollouts, ...state.unfinished]
      return state.released?.commit !== request.commit || begun.length > 0
    },
    signal: request.signal,
  })
  if (ended.kind !== 'bad') return ended
  return { ...ended, rolledBack: await rollBackRelease(workspace, request) }
}
