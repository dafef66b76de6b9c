import type { Actor, EnvironmentState, ReleaseOnRecord } from '@bulkhead/ledger'
import type { RolloutResult } from '@bulkhead/rollout'
import type { CommitId, FencingToken, Finding } from '@bulkhead/vocabulary'
import type { Deployment } from './deploy/deployment.ts'
import { environmentMetrics } from './deploy/environment-metrics.ts'
import { goBackEverywhere } from './deploy/go-back.ts'
import { shippedOf } from './deploy/plan-environment.ts'
import { returnRegions } from './deploy/return-regions.ts'
import { regionOrder } from './deploy/roll-regions.ts'
import { refuseReopening } from './hotfix/refuse-reopening.ts'
import type { Keyring } from './keyring.ts'
import { writeLedger } from './ledger-access.ts'
import { type ShipRequest, type ShipResult, shipRelease } from './ship-release.ts'
import { type TrustedBase, environmentPolicy, findTrustedBase } from './trusted-ref.ts'
import type { Workspace } from './workspace.ts'

export type SteerRequest = Omit<ShipRequest, 'commit' | 'plan' | 'hotfix'>

/** How steering ended. `ordered`: it is on record, and obeyed at the edge of the next batch. */
export interface SteerResult {
  readonly result: RolloutResult['result'] | 'ordered'
  readonly commit: CommitId | null
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
  const base = await findTrustedBase(workspace, request.environment, request.genesis)
  const left = leftover(base.ledger.state)
  if (left === undefined) return nothing(request.environment)
  if (left.direction === 'forward' && left.lane === 'hotfix')
    return refused(left.commit, goesByItsLane(request.environment))
  if (left.direction === 'back') return takeBack(workspace, request, base, left.commit, wasBack)
  const { result, findings }: ShipResult = await shipRelease(workspace, {
    ...request,
    commit: left.commit,
  })
  return { result, commit: left.commit, findings }
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
  const base = await findTrustedBase(workspace, request.environment, request.genesis)
  const { state } = base.ledger
  const left = leftover(state)
  if (left === undefined) return nothing(request.environment)
  if (state.rollouts.length > 0 && request.breaking === undefined)
    return order(workspace, request, 'abort')
  const reason = ordered(request.environment, request.reason)
  return takeBack(workspace, request, base, left.commit, reason)
}

/** Returns to a release that was fully good: the last one before the present, or the one that is named. */
export async function rollBackRelease(
  workspace: Workspace,
  request: SteerRequest & { readonly to?: CommitId },
): Promise<SteerResult> {
  const base = await findTrustedBase(workspace, request.environment, request.genesis)
  const { state } = base.ledger
  const left = leftover(state)
  if (left !== undefined) return refused(left.commit, unfinished(request.environment, left.id))
  const good = state.good.findLast(
    ({ commit }) => commit === (request.to ?? commit) && commit !== state.released?.commit,
  )
  const release = good && shippedOf(good)
  if (good === undefined || release === undefined)
    return refused(null, noEarlier(request.environment, request.to))
  const reopening = await refuseReopening(workspace, {
    base,
    environment: request.environment,
    commit: good.commit,
  })
  if (reopening.length > 0) return { result: 'refused', commit: good.commit, findings: reopening }
  const deployment = await openDeployment(workspace, request, base, good)
  const ended = await returnRegions(deployment, regionOrder(deployment.policy), good)
  return { ...ended, commit: good.commit }
}

type Leftover = Pick<EnvironmentState['unfinished'][number], 'commit' | 'direction' | 'id' | 'lane'>

/** What began and did not end; or what is good in some regions while others have not begun. */
function leftover(state: EnvironmentState): Leftover | undefined {
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
  return { commit, direction: 'forward', id: index as FencingToken, lane }
}

async function takeBack(
  workspace: Workspace,
  request: SteerRequest,
  base: TrustedBase,
  commit: CommitId,
  reason: Finding,
): Promise<SteerResult> {
  const { unfinished: left, rollouts, regions } = base.ledger.state
  const known = [...left, ...rollouts, ...Object.values(regions)].find(
    (release) => release.commit === commit,
  )
  if (known === undefined) throw new TypeError('it was found on record before')
  const deployment = await openDeployment(workspace, request, base, known)
  return { ...(await goBackEverywhere(deployment, reason)), commit }
}

/** A deployment of what is on record; the way back asks no verdict. */
async function openDeployment(
  workspace: Workspace,
  request: SteerRequest,
  base: TrustedBase,
  known: ReleaseOnRecord,
): Promise<Deployment> {
  const [artifact] = known.artifacts
  if (artifact === undefined) throw new TypeError('what was shipped has an artifact')
  const policy = environmentPolicy(base.policy, request.environment)
  return {
    policy,
    ledger: await openForWriting(workspace, request, base),
    actors: request.actors,
    target: request.target,
    clock: workspace.clock,
    metrics: environmentMetrics(policy, workspace),
    lane: 'standard',
    purpose: 'release',
    release: { commit: known.commit, artifact: artifact.digest },
    artifacts: known.artifacts,
    path: undefined,
    attestation: null,
    mayGoOn: () => Promise.resolve([]),
    plan: undefined,
    breaking: request.breaking,
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
  const base = await findTrustedBase(workspace, request.environment, request.genesis)
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
  return { result: 'ordered', commit: first.commit, findings: [] }
}

const refused = (commit: CommitId | null, finding: Finding): SteerResult => ({
  result: 'refused',
  commit,
  findings: [finding],
})

const nothing = (environment: string): SteerResult =>
  refused(null, {
    code: 'rollout/nothing-to-resume',
    subject: environment,
    message: 'no rollout is under way or unfinished here',
    remedy: 'See `bulkhead status`; ship a release with `bulkhead ship`.',
  })

const goesByItsLane = (environment: string): Finding => ({
  code: 'rollout/hotfix-first',
  subject: environment,
  message: 'a hotfix is unfinished: it goes on in its own lane, with the approvals that it asks',
  remedy: 'Go on with it: `bulkhead hotfix ship`. Or take it back: `bulkhead abort`.',
})

const wasBack: Finding = {
  code: 'rollout/aborted',
  subject: 'the rollout',
  message: 'it was being rolled back when it stopped; it goes on going back',
  remedy: 'Read why on record (`bulkhead ledger log`), mend the release, ship again.',
}

const ordered = (environment: string, reason: string): Finding => ({
  code: 'rollout/aborted',
  subject: environment,
  message: `it was ordered back: ${reason}`,
  remedy: 'Ship again when the reason is settled.',
})

const unfinished = (environment: string, id: FencingToken): Finding => ({
  code: 'rollout/unfinished',
  subject: environment,
  message: `the rollout that began under token ${id} has not ended`,
  remedy: 'Take it back first (`bulkhead abort`), or go on with it (`bulkhead resume`).',
})

const noEarlier = (environment: string, to: CommitId | undefined): Finding => ({
  code: 'rollout/nothing-released',
  subject: to ?? environment,
  message:
    to === undefined
      ? 'there is no earlier fully good release to return to'
      : 'was not fully good here, or runs here now',
  remedy: 'Name a commit of the record that was released: `bulkhead ledger log`.',
})
