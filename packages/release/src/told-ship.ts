import type { CommitId } from '@bulkhead/vocabulary'
import type { QueuedShipResult } from './queue/ship-queued.ts'
import type { ToldEnd } from './rollout-report.ts'
import type { ShipResult } from './ship-request.ts'

/** Nothing was done, so there is nothing to show. */
export const isIdle = ({ result, plan }: ShipResult): boolean =>
  result === 'released' && plan === undefined

/** What the page of a rollout says of its end. */
export function tellShipped(commit: CommitId, ended: ShipResult): ToldEnd | undefined {
  if (isIdle(ended)) return undefined
  const { result, findings, plan, rollout } = ended
  const facts = [
    ...(rollout === null ? [] : [{ name: 'rollout', value: String(rollout) }]),
    ...(plan === undefined ? [] : [{ name: 'plan', value: plan.digest }]),
  ]
  return { result, findings, commit, facts }
}

/** The same of what came of the queue. */
export const tellQueued = (answered: QueuedShipResult): ToldEnd | undefined =>
  answered.kind === 'shipped' ? tellShipped(answered.commit, answered.shipped) : undefined
