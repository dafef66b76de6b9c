import { count, listOf, objectOf, oneOf, readShape, text } from '@bulkhead/envelope'
import type { EntryOnRecord } from '../entry.ts'

type Data = EntryOnRecord['data']

export const addedShape = objectOf({ place: oneOf('pinned', 'newest-wins') })
export const removedShape = objectOf({ item: count, reason: text })
const takenShape = objectOf({ items: listOf(count), why: text })
const settledShape = objectOf({ of: count, result: oneOf('released', 'rolled-back', 'other') })

/** Whether a release that is put into the queue is pinned. */
export const isPinned = (data: Data): boolean => {
  const read = readShape(addedShape, data)
  return read.kind === 'read' && read.value.place === 'pinned'
}

/** The id of the release that an entry takes out of the queue. */
export const removedItemOf = (data: Data): number | undefined => {
  const read = readShape(removedShape, data)
  return read.kind === 'read' ? read.value.item : undefined
}

/** The ids of the releases that a rollout takes. */
export const takenItemsOf = (data: Data): readonly number[] | undefined => {
  const read = readShape(takenShape, data)
  return read.kind === 'read' ? read.value.items : undefined
}

interface Settlement {
  /** Index of the entry by which the releases were taken. */
  readonly of: number
  /** `other` says nothing of them: the rollout was refused, stopped or got stuck. */
  readonly result: 'released' | 'rolled-back' | 'other'
}

/** How a rollout that carried releases of the queue ended. */
export const settlementOf = (data: Data): Settlement | undefined => {
  const read = readShape(settledShape, data)
  return read.kind === 'read' ? read.value : undefined
}
