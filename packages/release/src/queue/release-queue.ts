import type { Actor, Ledger, QueueOnRecord } from '@bulkhead/ledger'
import { type NextTrain, nextTrain } from '@bulkhead/rollout'
import { type CommitId, type Finding, InputError } from '@bulkhead/vocabulary'
import type { Keyring } from '../keyring.ts'
import { writeLedger } from '../ledger-access.ts'
import { type TrustedBase, environmentPolicy, findBegunBase } from '../trusted-ref.ts'
import type { Workspace } from '../workspace.ts'
import { readAncestry } from './queue-ancestry.ts'

export interface QueueRequest {
  readonly environment: string
  readonly genesis?: string
  readonly keyring: Keyring
  readonly actors: readonly Actor[]
}

/** The queue of an environment, and what it would ship now. */
export interface QueueView {
  readonly queue: QueueOnRecord
  readonly next: NextTrain
}

/** Reads the queue and chooses what ships next; changes nothing. */
export async function readQueue(
  workspace: Workspace,
  environment: string,
  genesis?: string,
): Promise<QueueView> {
  return viewOf(workspace, await findBegunBase(workspace, environment, genesis), environment)
}

/** The same, from a base that was read already. */
export async function viewOf(
  workspace: Workspace,
  base: TrustedBase,
  environment: string,
): Promise<QueueView> {
  const { queue, released, hotfixes } = base.ledger.state
  const { coalesce } = environmentPolicy(base.policy, environment)
  const ancestry = await readAncestry(workspace, queue, {
    base: released?.commit ?? base.genesis,
    hotfixes,
  })
  return { queue, next: nextTrain(queue, ancestry, coalesce) }
}

/** Opens the ledger of an environment to write about its queue. */
export const openQueue = (
  workspace: Workspace,
  { environment, keyring, actors }: QueueRequest,
  base: TrustedBase,
): Promise<Ledger> =>
  writeLedger(workspace, { ...base, environment, policy: base.ledgerPolicy }, keyring, actors)

/**
 * Puts a commit with a PASS on record at the end of the queue.
 * @returns its number in the queue; null when what is released contains it already, as when the same
 *   event is delivered late or twice
 * @throws InputError `usage/invalid-option` when there is no PASS, or it waits already
 */
export async function addToQueue(
  workspace: Workspace,
  request: QueueRequest & { readonly commit: CommitId; readonly pinned: boolean },
): Promise<number | null> {
  const { commit, pinned, actors } = request
  const base = await findBegunBase(workspace, request.environment, request.genesis)
  const { state } = base.ledger
  const verdict = state.verdicts[commit]
  if (verdict === undefined || (verdict.outcome !== 'PASS' && verdict.observing === undefined))
    throw new InputError(noPass(commit, request.environment))
  const { released } = state
  if (released !== null && (await workspace.repository.isAncestor(commit, released.commit)))
    return null
  const { waiting, suspects, trains } = state.queue
  const known = [...waiting, ...suspects, ...trains.flatMap(({ carries }) => carries)]
  const same = known.find((one) => one.commit === commit)
  if (same !== undefined) return same.id
  const ledger = await openQueue(workspace, request, base)
  const [entry] = await ledger.append([
    {
      kind: 'queue.added',
      release: { commit, artifacts: verdict.artifacts },
      actors,
      data: { place: pinned ? 'pinned' : 'newest-wins' },
    },
  ])
  return entry?.index ?? 0
}

const noPass = (commit: CommitId, environment: string): Finding => ({
  code: 'usage/invalid-option',
  subject: commit,
  message: `no PASS about it is on the ledger of ${environment}`,
  remedy: `\`bulkhead gate --environment ${environment} --commit ${commit}\` first`,
})

/** Takes a commit out of the queue, or lets one that was ejected go in again. @throws InputError */
export async function removeFromQueue(
  workspace: Workspace,
  request: QueueRequest & { readonly commit: CommitId; readonly reason: string },
): Promise<number> {
  const { commit, reason, actors } = request
  const base = await findBegunBase(workspace, request.environment, request.genesis)
  const { waiting, suspects, ejected } = base.ledger.state.queue
  const item = [...waiting, ...suspects, ...ejected].find((one) => one.commit === commit)
  if (item === undefined)
    throw new InputError({
      code: 'usage/invalid-option',
      subject: commit,
      message: 'it does not wait in the queue, or a rollout carries it now',
      remedy: '`bulkhead queue list` shows what waits; `bulkhead abort` takes a rollout back',
    })
  const ledger = await openQueue(workspace, request, base)
  await ledger.append([{ kind: 'queue.removed', actors, data: { item: item.id, reason } }])
  return item.id
}
