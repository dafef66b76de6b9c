import type { EnvironmentState, Ledger, Train } from '@bulkhead/ledger'
import type { RolloutResult } from '@bulkhead/rollout'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import type { ShipRequest } from '../ship-request.ts'

/** What a rollout of the queue has come to, as its record has it. */
export type TrainEnd = 'released' | 'rolled-back' | 'other'

export const trainEndOf = (result: RolloutResult['result']): TrainEnd =>
  result === 'released' || result === 'rolled-back' ? result : 'other'

/**
 * Puts on record how a rollout ended that was taken from the queue, once: whoever went on with the same
 * may have said it already. That it came to nothing is only said of what is in nobody's hands.
 */
export const settleTrain = (
  ledger: Pick<Ledger, 'append'>,
  { actors }: Pick<ShipRequest, 'actors'>,
  of: Train['id'],
  result: TrainEnd,
): Promise<unknown> =>
  ledger.append((known) => {
    const train = known.queue.trains.find(({ id }) => id === of)
    if (train === undefined || (result === 'other' && isInHands(known, train))) return []
    return [{ kind: 'queue.settled', actors, data: { of, result } }]
  })

/**
 * Whether a living lease may be of the rollout that a train is for. Whoever holds one and has not begun
 * yet may be about to begin this one.
 */
const isInHands = (
  { leases, rollouts }: Pick<EnvironmentState, 'leases' | 'rollouts'>,
  { head }: Pick<Train, 'head'>,
): boolean =>
  leases.some(({ token, stuck }) => {
    const carried = rollouts.find((rollout) => rollout.token === token)
    return !stuck && (carried === undefined || carried.commit === head.commit)
  })

/** Asked under the lease: what was settled meanwhile may wait again, or be what everybody was saved from. */
export const refuseSettled = (
  { queue }: Pick<EnvironmentState, 'queue'>,
  { train, commit }: Pick<ShipRequest, 'train' | 'commit'>,
): readonly Finding[] =>
  train === undefined || queue.trains.some(({ id }) => id === train)
    ? []
    : [
        {
          code: 'rollout/train-settled',
          subject: commit,
          message: `what was taken from the queue by entry ${train} was brought to its end by another process meanwhile`,
          remedy:
            'See how it ended (`bulkhead status`); `bulkhead ship --queued` ships what is next.',
        },
      ]

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
