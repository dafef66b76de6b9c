import type { EnvironmentState, LedgerEntry, Train } from '@bulkhead/ledger'
import type { RolloutDecision } from '@bulkhead/rollout'
import type { CommitId } from '@bulkhead/vocabulary'
import { REGION_PATIENCE } from '../deploy/deployment.ts'
import { regionOrder } from '../deploy/roll-regions.ts'
import type { ShipRequest } from '../ship-request.ts'
import { type TrustedBase, environmentPolicy, findBegunBase } from '../trusted-ref.ts'
import type { Workspace } from '../workspace.ts'
import type { TrainEnd } from './settle-trains.ts'

/** Between two looks at whether the next release may follow. */
const LOOK_MS = 2_000

/**
 * The record, once a release may follow those that were taken and are alive: the first region is free
 * of them, and they are fewer than may be under way at once. What waits is not taken meanwhile, so that
 * the next rollout carries what has come until then. A process that gives no sign of life for a term of
 * its lease is gone, and waited for no more: whoever goes on says how its lease is ended.
 */
export async function afterTrains(
  workspace: Workspace,
  request: Pick<ShipRequest, 'environment' | 'genesis' | 'wait' | 'signal' | 'onProgress'>,
): Promise<TrustedBase> {
  const { environment, genesis, wait = REGION_PATIENCE, signal, onProgress } = request
  const { clock } = workspace
  const until = clock.monotonic() + wait
  let seen: { readonly sign: number; readonly since: number } | undefined
  for (;;) {
    const base = await findBegunBase(workspace, environment, genesis)
    const now = clock.monotonic()
    if (now >= until || signal.aborted || !mustWait(base, environment)) return base
    const { sign, ttlMs } = lifeOf(base.ledger.state)
    if (seen === undefined) onProgress({ kind: 'decision', decision: waiting(clock.now()) })
    if (seen?.sign !== sign) seen = { sign, since: now }
    if (now - seen.since >= ttlMs) return base
    await clock.sleep(LOOK_MS, signal).catch(() => undefined)
  }
}

const waiting = (at: number): RolloutDecision => ({
  at,
  kind: 'frozen',
  tone: 'plain',
  text: 'waits until the release before it has left the first region; `bulkhead status` shows it',
  findings: [],
})

/** The newest sign of life of what was taken, and how long its leases last without one. */
function lifeOf(state: EnvironmentState): { readonly sign: number; readonly ttlMs: number } {
  const tokens = new Set(aliveTrains(state).map(({ token }) => token))
  const held = state.leases.filter(({ token }) => tokens.has(token))
  return {
    sign: Math.max(0, ...held.map(({ lastSign }) => lastSign)),
    ttlMs: Math.max(0, ...held.map(({ ttlMs }) => ttlMs)),
  }
}

function mustWait({ policy, ledger }: TrustedBase, environment: string): boolean {
  const { schedule, regions } = environmentPolicy(policy, environment)
  const alive = aliveTrains(ledger.state)
  // Where nothing waits to follow, whoever asks goes on with what was taken.
  if (alive.length === 0 || ledger.state.queue.waiting.length === 0) return false
  const releases = new Set(alive.map(({ commit }) => commit)).size
  return releases >= (schedule.mostAtOnce ?? Infinity) || isInFirst(alive, regionOrder({ regions }))
}

const aliveTrains = ({ rollouts, queue }: EnvironmentState): EnvironmentState['rollouts'] =>
  rollouts.filter(({ commit }) => queue.trains.some(({ head }) => head.commit === commit))

const isInFirst = (
  rollouts: EnvironmentState['rollouts'],
  [first = '']: readonly string[],
): boolean => rollouts.some(({ region }) => region.split('+').includes(first))

/**
 * What the ledger says of a rollout that was taken and never settled. `taken`: nothing of it has begun,
 * and nobody can tell whether whoever took it is gone. `under-way`: it is alive and has left the first
 * region, so that the next may follow; but not while one of the queue is suspected.
 */
export function trainOnRecord(
  { policy, ledger: { state, entries } }: TrustedBase,
  environment: string,
  train: Train,
): TrainEnd | 'taken' | 'unfinished' | 'under-way' {
  const { head, id } = train
  const { good, unfinished, rollouts, queue } = state
  if (good.some(({ commit, index }) => commit === head.commit && index > id)) return 'released'
  const isOf = ({ commit }: { readonly commit: CommitId }) => commit === head.commit
  const alive = rollouts.filter(isOf)
  if (alive.length === 0) return unfinished.some(isOf) ? 'unfinished' : endOf(entries, train)
  const follows = queue.waiting.length > 0 && queue.suspects.length === 0
  const regions = regionOrder(environmentPolicy(policy, environment))
  return follows && !isInFirst(alive, regions) ? 'under-way' : 'unfinished'
}

/** How what was begun since it was taken has ended. Good in one region, it goes on with the next. */
function endOf(
  entries: readonly LedgerEntry[],
  { id, head }: Train,
): 'taken' | 'unfinished' | 'rolled-back' | 'other' {
  const ends = entries
    .filter(({ index, release }) => index > id && release?.commit === head.commit)
    .flatMap(({ kind, data }) => (kind === 'deploy.finished' ? [data['result']] : []))
  if (ends.includes('rolled-back')) return 'rolled-back'
  if (ends.length === 0) return 'taken'
  return ends.every((end) => end === 'released') ? 'unfinished' : 'other'
}
