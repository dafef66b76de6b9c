import type { Ledger, Train } from '@bulkhead/ledger'
import type { RolloutResult } from '@bulkhead/rollout'
import type { CommitId } from '@bulkhead/vocabulary'
import type { ShipRequest } from '../ship-release.ts'

/** What a rollout of the queue has come to, as its record has it. */
export type TrainEnd = 'released' | 'rolled-back' | 'other'

export const trainEndOf = (result: RolloutResult['result']): TrainEnd =>
  result === 'released' || result === 'rolled-back' ? result : 'other'

/** Puts on record how a rollout ended that was taken from the queue. */
export const settleTrain = (
  ledger: Pick<Ledger, 'append'>,
  { actors }: Pick<ShipRequest, 'actors'>,
  of: Train['id'],
  result: TrainEnd,
): Promise<unknown> => ledger.append([{ kind: 'queue.settled', actors, data: { of, result } }])

/** The same for whoever went on with it by hand. What is paused stays taken. */
export async function settleTrainsOf(
  ledger: Pick<Ledger, 'append' | 'state'>,
  request: Pick<ShipRequest, 'actors'>,
  { commit, result }: { readonly commit: CommitId; readonly result: RolloutResult['result'] },
): Promise<void> {
  if (result === 'paused' || result === 'refused') return
  const { trains } = (await ledger.state()).queue
  for (const { id, head } of trains)
    if (head.commit === commit) await settleTrain(ledger, request, id, trainEndOf(result))
}
