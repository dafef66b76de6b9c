import { readShape } from '@bulkhead/envelope'
import type { Rule } from '../rules/rule.ts'
import { addedShape, removedShape, settlementOf, takenItemsOf } from './queue-data.ts'

/** Puts a release with a PASS on record into the queue: what may not ship may not wait either. */
export const addToQueue: Rule = ({ release, data }, record) => {
  const read = readShape(addedShape, data)
  if (read.kind === 'refused') return `its data are not those of a queued release: ${read.reason}`
  if (release === undefined || release.artifacts.length === 0) return 'it names nothing to ship'
  const verdict = record.verdictOn(release)
  return verdict === undefined || (verdict.outcome !== 'PASS' && verdict.observing === undefined)
    ? `no PASS about ${release.commit} is on record`
    : undefined
}

export const removeFromQueue: Rule = ({ data }, { queue }) => {
  const read = readShape(removedShape, data)
  if (read.kind === 'refused') return `its data do not name a queued release: ${read.reason}`
  if (read.value.reason.trim() === '') return 'taking a release out of the queue needs a reason'
  return queue.isRemovable(read.value.item)
    ? undefined
    : `${read.value.item} is not in the queue, or a rollout carries it now`
}

/** Takes releases for one rollout: from then on nobody else may take them. */
export const takeFromQueue: Rule = ({ release, data }, { queue }) => {
  if (release === undefined) return 'it does not name what is rolled out'
  const items = takenItemsOf(data)
  if (items === undefined) return 'its data do not list releases of the queue'
  return queue.areWaiting(items) ? undefined : 'it takes what does not wait in the queue'
}

/** Says how the rollout of what was taken ended. What ships must be fully good on record since then. */
export const settleTrain: Rule = ({ data }, record) => {
  const settlement = settlementOf(data)
  if (settlement === undefined) return 'its data do not say how which rollout ended'
  const train = record.queue.trainOf(settlement.of)
  if (train === undefined) return `nothing is on its way since entry ${settlement.of}`
  if (settlement.result !== 'released') return undefined
  const good = record.goodSince(train.head.commit)
  return good !== undefined && good > train.id
    ? undefined
    : `${train.head.commit} did not become fully good since it was taken`
}
