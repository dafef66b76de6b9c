import { count, objectOf, oneOf, readShape, text } from '@bulkhead/envelope'
import type { Rule, Step } from '../rules.ts'

const addedShape = objectOf({ place: oneOf('pinned', 'newest-wins') })
const removedShape = objectOf({ item: count, reason: text })

/** Whether a release that is put into the queue is pinned. */
export const isPinned = (data: Step['data']): boolean => {
  const read = readShape(addedShape, data)
  return read.kind === 'read' && read.value.place === 'pinned'
}

/** The id of the release that an entry takes out of the queue. */
export const removedItemOf = (data: Step['data']): number | undefined => {
  const read = readShape(removedShape, data)
  return read.kind === 'read' ? read.value.item : undefined
}

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

/** The ids of the queued releases that a rollout carries; none where it was not started from the queue. */
export function carriedItemsOf(data: Step['data']): readonly number[] | undefined {
  const carries = data['carries'] ?? []
  return Array.isArray(carries) && carries.every((id): id is number => Number.isSafeInteger(id))
    ? carries
    : undefined
}
