import type { EntryDraft, Ledger, QueueOnRecord, Train } from '@bulkhead/ledger'
import type { HeldRelease } from '@bulkhead/rollout'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import { shipRelease } from '../ship-release.ts'
import type { ShipRequest, ShipResult } from '../ship-request.ts'
import { findBegunBase } from '../trusted-ref.ts'
import type { Workspace } from '../workspace.ts'
import { openQueue, viewOf } from './release-queue.ts'
import { settleTrain, trainEndOf } from './settle-trains.ts'
import { afterTrains, trainOnRecord } from './trains-on-record.ts'

/** What came of asking the queue. `idle`: nothing waits. */
export type QueuedShipResult =
  | { readonly kind: 'idle' }
  | { readonly kind: 'held'; readonly findings: readonly Finding[] }
  | ShippedTrain

interface ShippedTrain {
  readonly kind: 'shipped'
  readonly commit: CommitId
  /** Commits of the queue that the rollout carried, oldest first. */
  readonly carries: readonly CommitId[]
  readonly why: string
  readonly shipped: ShipResult
  /** Why others wait on: told, and no reason to block. */
  readonly passed: readonly Finding[]
}

/**
 * Ships what is next in the queue. What is taken is on record before anything is touched, and how it
 * ended after it. A rollout that was taken and not settled is gone on with first, whoever took it: the
 * lease says which of two carries it out, and the other leaves it alone. One that had ended is settled
 * by what the ledger says of it.
 */
export async function shipQueued(
  workspace: Workspace,
  request: Omit<ShipRequest, 'commit'>,
): Promise<QueuedShipResult> {
  const base = await afterTrains(workspace, request)
  const ledger = await openQueue(workspace, request, base)
  for (const train of base.ledger.state.queue.trains) {
    const end = trainOnRecord(base, request.environment, train)
    if (end === 'unfinished') return shipTrain(workspace, request, ledger, train, 'it was begun')
    if (end === 'taken') return shipTrain(workspace, request, ledger, train, 'it was taken')
    if (end === 'under-way') continue
    await settleTrain(ledger, request, train.id, end)
  }
  const settled = await findBegunBase(workspace, request.environment, request.genesis)
  const { next } = await viewOf(workspace, settled, request.environment)
  if (next.kind === 'empty') return { kind: 'idle' }
  if (next.kind === 'held') return { kind: 'held', findings: next.held.map(heldFinding) }
  const { head, carries, why, passed } = next
  const verdict = settled.ledger.state.verdicts[head.commit]
  const items = carries.map(({ id }) => id)
  const taken: EntryDraft = {
    kind: 'queue.taken',
    release: { commit: head.commit, artifacts: verdict?.artifacts ?? [] },
    actors: request.actors,
    data: { items, why },
  }
  const [entry] = await ledger.append(({ queue }) => (areFree(queue, items) ? [taken] : []))
  // Somebody else was first: then there is another queue to look at.
  if (entry === undefined) return shipQueued(workspace, request)
  const train = { id: entry.index, head, carries }
  const shipped = await shipTrain(workspace, request, ledger, train, why)
  return { ...shipped, passed: passed.map(heldFinding) }
}

const areFree = ({ waiting, suspects }: QueueOnRecord, items: readonly number[]): boolean => {
  const free = new Set([...waiting, ...suspects].map(({ id }) => id))
  return items.every((id) => free.has(id))
}

type TrainToShip = Pick<Train, 'id'> & {
  readonly head: { readonly commit: CommitId }
  readonly carries: readonly { readonly commit: CommitId }[]
}

async function shipTrain(
  workspace: Workspace,
  request: Omit<ShipRequest, 'commit'>,
  ledger: Ledger,
  { id, head, carries }: TrainToShip,
  why: string,
): Promise<ShippedTrain> {
  const shipped = await shipRelease(workspace, { ...request, commit: head.commit, train: id })
  // What is paused stays taken: whoever resumes it settles it.
  if (shipped.result !== 'paused')
    await settleTrain(ledger, request, id, trainEndOf(shipped.result))
  const commits = carries.map(({ commit }) => commit)
  return { kind: 'shipped', commit: head.commit, carries: commits, why, shipped, passed: [] }
}

/** Why a release of the queue does not ship, with the way out. */
const heldFinding = ({ commit, by }: HeldRelease): Finding =>
  by.kind === 'culprit'
    ? {
        code: 'rollout/contains-culprit',
        subject: commit,
        message: `it contains ${by.commit}, which was found to be bad in production`,
        remedy: `revert it (\`git revert ${by.commit}\`) and queue the new head; or let it in again: \`bulkhead queue remove ${by.commit} --reason TEXT\``,
      }
    : {
        code: 'hotfix/fix-lost',
        subject: commit,
        message: `it lacks hotfix ${by.hotfix}, which is out, or its test: it is passed over`,
        remedy: `merge the hotfix into it, gate it and queue the new head (\`bulkhead hotfix status --hotfix ${by.hotfix}\` names the commit)`,
      }
