import type { Actor, ReleaseOnRecord } from '@bulkhead/ledger'
import type { RolloutResult } from '@bulkhead/rollout'
import type { CommitId, Finding, Milliseconds } from '@bulkhead/vocabulary'
import type { Deployment } from './deploy/deployment.ts'
import { refuseOverContract } from './deploy/contracts.ts'
import { environmentMetrics } from './deploy/environment-metrics.ts'
import { goBackEverywhere } from './deploy/go-back.ts'
import { mixedTestOf } from './deploy/mixed-test.ts'
import { shippedOf } from './deploy/plan-environment.ts'
import { returnRegions } from './deploy/return-regions.ts'
import { regionOrder } from './deploy/roll-regions.ts'
import { refuseReopening } from './hotfix/refuse-reopening.ts'
import type { Keyring } from './keyring.ts'
import { settleTrainsOf } from './queue/settle-trains.ts'
import { writeLedger } from './ledger-access.ts'
import { type Leftover, leftover, refuseWayBack } from './leftover.ts'
import { shipRelease } from './ship-release.ts'
import type { ShipRequest, ShipResult } from './ship-request.ts'
import {
  goesByItsLane,
  noEarlier,
  nothingUnderWay,
  ordered,
  unfinished,
  wasBack,
} from './steer-refusals.ts'
import { type TrustedBase, environmentPolicy, findBegunBase } from './trusted-ref.ts'
import type { Workspace } from './workspace.ts'

export type SteerRequest = Omit<ShipRequest, 'commit' | 'plan' | 'hotfix'>

/** How steering ended. `ordered`: it is on record, and obeyed at the edge of the next batch. */
export interface SteerResult {
  readonly result: RolloutResult['result'] | 'ordered'
  readonly commit: CommitId | null
  /** The name on record of the rollout that was steered, or of the one that carried this out. */
  readonly rollout: number | null
  readonly findings: readonly Finding[]
}

/**
 * Goes on with what was begun and never ended: forward by `ship` with all that it asks, back without,
 * as the record has it. The fleet says where it stands.
 */
export async function resumeRollout(
  workspace: Workspace,
  request: SteerRequest,
): Promise<SteerResult> {
  const base = await findBegunBase(workspace, request.environment, request.genesis)
  const left = leftover(base.ledger.state)
  if (left === undefined) return nothing(request.environment)
  if (left.direction === 'forward' && left.lane === 'hotfix')
    return refused(left.commit, goesByItsLane(request.environment))
  if (left.direction === 'back') return takeBack(workspace, request, base, left, wasBack)
  const { result, findings, rollout }: ShipResult = await shipRelease(workspace, {
    ...request,
    commit: left.commit,
  })
  await settle(workspace, request, base, { commit: left.commit, result })
  return { result, commit: left.commit, rollout, findings }
}

/** Stops what is under way at the edge of a batch; another process carries it out. */
export const pauseRollout = (workspace: Workspace, request: OrderRequest): Promise<SteerResult> =>
  order(workspace, request, 'pause')

export interface OrderRequest extends Pick<
  SteerRequest,
  'environment' | 'genesis' | 'keyring' | 'actors'
> {
  readonly reason: string
}

/**
 * Takes a rollout back. One that a living process carries out is ordered to go back itself; one that
 * stands still is taken back here. `breaking` says that its process is gone.
 */
export async function abortRollout(
  workspace: Workspace,
  request: SteerRequest & OrderRequest,
): Promise<SteerResult> {
  const base = await findBegunBase(workspace, request.environment, request.genesis)
  const { state } = base.ledger
  const left = leftover(state)
  if (left === undefined) return nothing(request.environment)
  const closed = await refuseWayBack(workspace, base, request.environment, left)
  if (closed.length > 0) return refused(left.commit, ...closed)
  if (state.rollouts.length > 0 && request.breaking === undefined)
    return order(workspace, request, 'abort')
  const reason = ordered(request.environment, request.reason)
  return takeBack(workspace, request, base, left, reason)
}

/** Returns to a release that was fully good: the last one before the present, or the one that is named. */
export async function rollBackRelease(
  workspace: Workspace,
  request: SteerRequest & { readonly to?: CommitId },
): Promise<SteerResult> {
  const base = await findBegunBase(workspace, request.environment, request.genesis)
  const { state } = base.ledger
  const left = leftover(state)
  if (left !== undefined) return refused(left.commit, unfinished(request.environment, left.id))
  const good = state.good.findLast(
    ({ commit }) => commit === (request.to ?? commit) && commit !== state.released?.commit,
  )
  const policy = environmentPolicy(base.policy, request.environment)
  const release = good && shippedOf(policy, good)
  if (good === undefined || release === undefined)
    return refused(null, noEarlier(request.environment, request.to))
  const history = { ...workspace, policy }
  const [closed] = await refuseOverContract(history, state, good.commit)
  if (closed !== undefined) return refused(good.commit, closed)
  const reopening = await refuseReopening(workspace, {
    base,
    environment: request.environment,
    commit: good.commit,
  })
  if (reopening.length > 0) return refused(good.commit, ...reopening)
  const deployment = await openDeployment(workspace, request, base, good)
  const regions = regionOrder(deployment.policy)
  const { result, findings, id: rollout = null } = await returnRegions(deployment, regions, good)
  return { result, commit: good.commit, rollout, findings }
}

async function takeBack(
  workspace: Workspace,
  request: SteerRequest,
  base: TrustedBase,
  { commit, id: rollout }: Leftover,
  reason: Finding,
): Promise<SteerResult> {
  const { unfinished: left, rollouts, regions } = base.ledger.state
  const known = [...left, ...rollouts, ...Object.values(regions)].find(
    (release) => release.commit === commit,
  )
  if (known === undefined) throw new TypeError('it was found on record before')
  const deployment = await openDeployment(workspace, request, base, known)
  const { result, findings } = await goBackEverywhere(deployment, reason)
  await settle(workspace, request, base, { commit, result })
  return { result, commit, rollout, findings }
}

/** A rollout that was taken from the queue leaves it by whoever brings it to its end. */
async function settle(
  workspace: Workspace,
  request: SteerRequest,
  base: TrustedBase,
  ended: { readonly commit: CommitId; readonly result: RolloutResult['result'] },
): Promise<void> {
  if (base.ledger.state.queue.trains.length === 0) return
  await settleTrainsOf(await openForWriting(workspace, request, base), request, ended)
}

/** A deployment of what is on record; the way back asks no verdict. */
async function openDeployment(
  workspace: Workspace,
  request: SteerRequest,
  base: TrustedBase,
  known: ReleaseOnRecord,
): Promise<Deployment> {
  const policy = environmentPolicy(base.policy, request.environment)
  const release = shippedOf(policy, known)
  if (release === undefined) throw new TypeError('what was shipped has an artifact')
  return {
    policy,
    ledger: await openForWriting(workspace, request, base),
    actors: request.actors,
    target: request.target,
    clock: workspace.clock,
    metrics: environmentMetrics(policy, workspace),
    repository: workspace.repository,
    mixedTest: mixedTestOf(workspace, policy),
    lane: 'standard',
    purpose: 'release',
    release,
    artifacts: known.artifacts,
    path: undefined,
    attestation: null,
    mayGoOn: () => Promise.resolve([]),
    plan: undefined,
    breaking: request.breaking,
    patience: 0 as Milliseconds,
    unwind: undefined,
    signal: request.signal,
    onProgress: request.onProgress,
  }
}

const openForWriting = (
  workspace: Workspace,
  {
    environment,
    keyring,
    actors,
  }: { readonly environment: string; readonly keyring: Keyring; readonly actors: readonly Actor[] },
  base: TrustedBase,
) => writeLedger(workspace, { ...base, environment, policy: base.ledgerPolicy }, keyring, actors)

/** Puts an order on record for each rollout that somebody carries out now. */
async function order(
  workspace: Workspace,
  request: OrderRequest,
  what: 'pause' | 'abort',
): Promise<SteerResult> {
  const base = await findBegunBase(workspace, request.environment, request.genesis)
  const { rollouts } = base.ledger.state
  const [first] = rollouts
  if (first === undefined) return nothing(request.environment)
  const ledger = await openForWriting(workspace, request, base)
  await ledger.append(
    rollouts.map(({ id }) => ({
      kind: 'deploy.ordered',
      actors: request.actors,
      data: { order: what, of: id, reason: request.reason },
    })),
  )
  return { result: 'ordered', commit: first.commit, rollout: first.id, findings: [] }
}

const refused = (commit: CommitId | null, ...findings: readonly Finding[]): SteerResult => ({
  result: 'refused',
  commit,
  rollout: null,
  findings,
})

const nothing = (environment: string): SteerResult => refused(null, nothingUnderWay(environment))
